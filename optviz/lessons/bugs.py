"""Lessons on mistakes: an optimizer, a plot or a gradient is wrong."""

import re
from dataclasses import replace
from typing import Any

import numpy as np

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers.base import Optimizer
from optviz.engine.optimizers.classic import ADAM
from optviz.engine.optimizers.faulty import ADAM_INVERTED, ADAM_UNCORRECTED, ADAM_UNFADING
from optviz.engine.trajectories import simulate
from optviz.lessons.experiments import START, experiment_on
from optviz.lessons.lesson import (
    Chart,
    Check,
    Code,
    Lesson,
    Line,
    Paths,
    final_position,
    on_trajectories,
    paths_of,
)
from optviz.settings.setups import Entrant
from optviz.words import tr

PRINTED_ADAM: dict[str, Any] = {"lr": 0.16, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
ADAM_RUN = experiment_on("ravine", START, 20, Entrant.of("adam", **PRINTED_ADAM))


def _faulty(optimizer: Optimizer, steps: int = 20) -> np.ndarray:
    return simulate("ravine", optimizer, START, steps, **PRINTED_ADAM).points


def _beside_adam(optimizer: Optimizer) -> Paths:
    """The right run with the faulty one beside it."""
    right = paths_of(ADAM_RUN)
    (_, _, correct), *_ = right.paths
    faulty = (tr("faulty"), "momentum", _faulty(optimizer))
    return replace(right, paths=((tr("correct"), "adam", correct), faulty))


def _first_step(optimizer: Optimizer) -> list[float]:
    """How long the first step is along x, in learning rates."""
    points = _faulty(optimizer, 1)
    return [float(abs(points[1, 0] - points[0, 0])) / PRINTED_ADAM["lr"]]


def _pace(t: int) -> float:
    """How long a faulty step is, in right ones, when the moments are the same: both corrections compared."""
    beta1, beta2 = PRINTED_ADAM["beta1"], PRINTED_ADAM["beta2"]
    return float((1 - beta1**t) / (1 - beta1) / np.sqrt((1 - beta2**t) / (1 - beta2)))


def _adam_lesson(
    *,
    key: str,
    title: str,
    faulty: Optimizer,
    idea: str,
    notice: str,
    checks: tuple[Check, ...],
    covers: str = "",
    errata: tuple[str, ...] = (),
) -> Lesson:
    """A lesson on a mistake in Adam's step, which is shown beside the right one."""
    return Lesson(
        key=key,
        title=title,
        chapter="bugs",
        idea=idea,
        formula=ADAM.formula,
        notice=notice,
        tries="Open the right run, then set both betas to 0. How long is every step now?",
        opens=on_trajectories(ADAM_RUN),
        picture=lambda: _beside_adam(faulty),
        checks=checks,
        covers=covers,
        errata=errata,
        codes=(
            Code(
                "Something is wrong here. What?",
                re.sub(r"def \w+", "def step", re.sub("  #.*", "", faulty.source)),
            ),
            Code("The answer: the step as it should be", ADAM.source),
        ),
        quiz=True,
    )


CLAMPED = experiment_on("parabola", (10.0,), 10, Entrant.of("gd", lr=1.1))
HIMMELBLAU = experiment_on("himmelblau", (-1.0, -0.5), 100, Entrant.of("gd", lr=0.01))
PLACE = (-1.0, -0.5)


def _clamped_path() -> np.ndarray:
    """What a demo shows that clamps every iterate to its plot and says nothing."""
    x, seen = 10.0, [10.0]
    for _ in range(10):
        x = float(np.clip(x - 1.1 * 2 * x, -10, 10))
        seen.append(x)
    return np.array(seen)[:, None]


def _clamped() -> Paths:
    right = paths_of(CLAMPED)
    ((_, _, true),) = right.paths
    return replace(right, paths=((tr("one run"), "gd", true), (tr("the other"), "momentum", _clamped_path())))


def central_error(h: float) -> float:
    """How far a central difference with width `h` is from the exact gradient of Himmelblau's function."""
    objective = OBJECTIVES["himmelblau"]
    point = np.array(PLACE)
    shifts = h * np.eye(2)
    found = (objective.value(point + shifts) - objective.value(point - shifts)) / (2 * h)
    return float(np.linalg.norm(found - objective.gradient(point)))


def _difference_chart() -> Chart:
    widths = np.geomspace(1e-15, 1e-1, 120)
    errors = np.array([max(central_error(h), 1e-15) for h in widths])
    return Chart(
        (Line(tr("error"), widths, errors),), x=tr("step h"), y=tr("error of the gradient"), log="xy"
    )


BUGS = (
    _adam_lesson(
        key="adam-as-printed",
        title="Spot the bug: Adam, first case",
        faulty=ADAM_UNFADING,
        idea=(
            "Both moments start at zero and are too small at first. The correction makes up for it and "
            "fades, because it divides by 1 − βᵗ."
        ),
        notice=(
            "The faulty run is up to 2.1 times too fast in these 20 steps. Once the second moment has filled "
            "up, it crawls at a third of the speed."
        ),
        checks=(
            Check(
                what="Position with the mistake",
                computed=lambda: _faulty(ADAM_UNFADING)[-1].tolist(),
                printed=(0.131652, 0.447787),
            ),
            Check(
                what="Position with the correction of the paper",
                computed=final_position(ADAM_RUN),
                printed=(-1.980180, 0.398413),
                claim="the notes do not print it; torch.optim.Adam ends at −1.980180, 0.398413",
            ),
            Check(
                what="Faulty step ÷ correct step: after 20, after 20,000",
                computed=lambda: [_pace(20), _pace(20_000)],
                printed=(1.97, 0.32),
                digits=2,
                claim="1.97, then 0.32",
            ),
        ),
        covers="adam-as-printed",
        errata=(
            "The notes divide by 1 − β instead of 1 − βᵗ, so the correction never fades. Their printed "
            "position belongs to the faulty step. The right step ends elsewhere, as PyTorch does.",
            "The notes label this run “AdaGrad, 50 iterations”. It is Adam, with 20.",
        ),
    ),
    _adam_lesson(
        key="adam-uncorrected",
        title="Spot the bug: Adam, second case",
        faulty=ADAM_UNCORRECTED,
        idea=(
            "Without the correction the first step is (1 − β₁)/√(1 − β₂) learning rates long, because the "
            "second moment is the more underestimated."
        ),
        notice="The faulty run leaps at the start: its first step is 3.2 times too long.",
        checks=(
            Check(
                what="First step ÷ learning rate, with the mistake",
                computed=lambda: _first_step(ADAM_UNCORRECTED),
                printed=(3.1623,),
                digits=4,
                claim="0.1/√0.001 = 3.1623",
            ),
            Check(
                what="First step ÷ learning rate, correct",
                computed=lambda: _first_step(ADAM),
                printed=(1.0,),
                digits=4,
                claim="1",
            ),
        ),
    ),
    _adam_lesson(
        key="adam-inverted",
        title="Spot the bug: Adam, third case",
        faulty=ADAM_INVERTED,
        idea="Multiplying by 1 − βᵗ makes both moments smaller, the second one most: the steps explode.",
        notice=(
            "The first step is ten times too long: 1.6 along each coordinate, where the right one is 0.16."
        ),
        checks=(
            Check(
                what="First step ÷ learning rate, with the mistake",
                computed=lambda: _first_step(ADAM_INVERTED),
                printed=(10.0,),
                digits=3,
                claim="0.01/√0.000001 = 10",
            ),
            Check(
                what="First step ÷ learning rate, correct",
                computed=lambda: _first_step(ADAM),
                printed=(1.0,),
                digits=3,
                claim="1",
            ),
        ),
    ),
    Lesson(
        key="clamped",
        title="Spot the bug: a run that swings",
        chapter="bugs",
        idea=(
            "Some demos hold every point inside the picture and say nothing. A run that diverges then "
            "looks like one that swings."
        ),
        formula=r"x_t = \mathrm{clip}(x_{t-1} - \eta\, \nabla f(x_{t-1}),\, -10,\, 10)",
        notice=(
            "The clamped run jumps between both edges for ever. The true run leaves the picture at step 1."
        ),
        tries="Open the true run and find the rate up to which it stays in the picture.",
        opens=on_trajectories(CLAMPED),
        quiz=True,
        picture=_clamped,
        checks=(
            Check(
                what="Where the clamped run ends",
                computed=lambda: _clamped_path()[-1].tolist(),
                printed=(10.0,),
                digits=1,
                claim="at the edge, 10",
            ),
            Check(what="Where the true run ends", computed=final_position(CLAMPED), printed=(61.917364,)),
        ),
    ),
    Lesson(
        key="difference",
        title="Spot the bug: a gradient from differences",
        chapter="bugs",
        idea=(
            "A gradient from differences should use a small step h, but subtracting two nearly equal numbers "
            "loses their digits. Around 10⁻⁵ both errors balance; 10⁻¹² is noise. The gradients of this app "
            "are exact."
        ),
        formula=r"f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}",
        notice="From right to left: the error falls with h, turns near 10⁻⁵, and rises again.",
        tries="Open the run with exact gradients. How small is its gradient at the end?",
        opens=on_trajectories(HIMMELBLAU),
        picture=_difference_chart,
        checks=(
            Check(
                what="Error with h = 0.00001",
                computed=lambda: [central_error(1e-5)],
                interval=(0.0, 1e-7),
                claim="tiny",
            ),
            Check(
                what="Error with h = 0.000000000001",
                computed=lambda: [central_error(1e-12)],
                interval=(1e-5, 1.0),
                claim="many thousand times larger",
            ),
        ),
    ),
)
