"""Lessons on a learning rate for each coordinate: AdaGrad, RMSProp, AdamW."""

from dataclasses import replace
from typing import Any

import numpy as np

from optviz.engine.objective import parse
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.optimizers.base import Optimizer
from optviz.engine.optimizers.classic import ADAGRAD, RMSPROP
from optviz.engine.optimizers.faulty import ADAGRAD_INSIDE, RMSPROP_INSIDE
from optviz.engine.trajectories import simulate
from optviz.lessons.experiments import (
    START,
    experiment_lesson,
    experiment_on,
    runs_in_ravine,
)
from optviz.lessons.lesson import (
    Check,
    Lesson,
    Paths,
    final_position,
    on_trajectories,
    paths_of,
)
from optviz.settings.experiment import Experiment
from optviz.settings.setups import Entrant
from optviz.words import mark, tr

ADA = runs_in_ravine(Entrant.of("adagrad", lr=0.4, eps=1e-6))
ADA_FAST = runs_in_ravine(Entrant.of("adagrad", lr=2.0, eps=1e-6))
RMS = runs_in_ravine(Entrant.of("rmsprop", lr=0.4, alpha=0.9, eps=1e-6))
FADING = runs_in_ravine(Entrant.of("adagrad", lr=0.4), Entrant.of("rmsprop", lr=0.4, alpha=0.9), steps=200)
DECOUPLED = experiment_on(
    "booth", (-8.0, -6.0), 300, Entrant.of("adam", lr=0.3), Entrant.of("adamw", lr=0.3, decay=0.1)
)


EPSILON = (
    "The notes' formula has δ outside the root, their code has it inside. The printed position is that of "
    "the code; here both agree to within 0.000002."
)


BOTH = runs_in_ravine(
    Entrant.of("rmsprop", lr=0.4, alpha=0.9),
    Entrant.of("adam", lr=0.4),
    steps=60,
)
SCALED = runs_in_ravine(Entrant.of("adam", lr=0.4), Entrant.of("gd", lr=0.4), steps=100)


def _step_lengths(experiment: Experiment, place: int) -> list[float]:
    """The lengths of the first and of the last step of one entrant."""
    points = experiment.run()[place].points
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return [float(lengths[0]), float(lengths[-1])]


def _adagrad_rates(*steps: int) -> list[float]:
    """AdaGrad's rate along x at some steps, as multiples of that after 1000 steps."""
    run = replace(FADING, steps=1000).run()[0]
    sums = np.cumsum(run.gradients[:-1, 0] ** 2)
    return [float(np.sqrt(sums[-1] / sums[step - 1])) for step in steps]


def _first_step(experiment: Experiment, place: int) -> list[float]:
    """The first step of one entrant along each coordinate, in learning rates."""
    run, rate = experiment.run()[place], dict(experiment.entrants[place].values)["lr"]
    return (np.abs(run.points[1] - run.points[0]) / rate).tolist()


def _on_scale(optimizer: str, factor: float) -> np.ndarray:
    """A path on the ravine times a factor."""
    objective = parse(f"{factor:g}*(0.1*x**2 + 2*y**2)")
    return simulate(objective, optimizer, START, SCALED.steps, lr=0.4).points


def _scale_difference(optimizer: str, steps: int) -> float:
    """The largest distance between the paths on f and on 100 f within so many steps."""
    apart = _on_scale(optimizer, 100.0)[: steps + 1] - _on_scale(optimizer, 1.0)[: steps + 1]
    return float(np.linalg.norm(apart, axis=1).max())


def _scaled() -> Paths:
    shown = paths_of(SCALED)
    adams = (
        (tr("Adam on f"), "adam", _on_scale("adam", 1.0)),
        (tr("Adam on 100 f"), "gd", _on_scale("adam", 100.0)),
    )
    return replace(shown, paths=adams)


def _off(steps: int) -> float:
    """How far AdamW is from the minimum of the lesson on decoupled decay."""
    run = replace(DECOUPLED, steps=steps, entrants=DECOUPLED.entrants[1:]).run()[0]
    return float(np.linalg.norm(run.points[-1] - np.array((1.0, 3.0))))


def _distance(experiment: Experiment, place: int, step: int) -> float:
    """How far one entrant is from the origin after so many steps."""
    return float(np.linalg.norm(experiment.run()[place].points[step]))


def _epsilon_lesson(
    *,
    key: str,
    title: str,
    experiment: Experiment,
    inside: Optimizer,
    printed: tuple[float, ...],
    idea: str,
    notice: str,
    tries: str,
    more: tuple[Check, ...] = (),
) -> Lesson:
    """A printed run that has ε inside the root in the notes' code, as `inside` has, and outside it here."""
    (entrant,) = experiment.entrants
    values: dict[str, Any] = dict(entrant.values)

    def final_position_inside() -> list[float]:
        setup = (experiment.objective, inside, experiment.start, experiment.steps)
        return simulate(*setup, **values).points[-1].tolist()

    checks = (
        Check(
            what="Position with ε inside the root, as in the notes' code",
            computed=final_position_inside,
            printed=printed,
        ),
        Check(
            what="Position with ε outside the root, as in PyTorch and the notes' formula",
            computed=final_position(experiment),
            printed=printed,
            within=2e-6,
        ),
    )
    return experiment_lesson(
        key=key,
        title=title,
        chapter="rates",
        experiment=experiment,
        idea=idea,
        formula=entrant.row.formula,
        notice=notice,
        tries=tries,
        checks=(*checks, *more),
        covers=key,
        errata=(EPSILON,),
    )


RATES = (
    _epsilon_lesson(
        key="adagrad",
        title="AdaGrad",
        experiment=ADA,
        inside=ADAGRAD_INSIDE,
        printed=(-2.382563, -0.158591),
        idea=ADAGRAD.idea
        + " It turns the ravine into a bowl, because each coordinate is divided by its own gradients.",
        notice="The path goes straight at first; then the steps fade, and it has not arrived after 20.",
        tries="Give it 500 steps. Does it need a larger rate or more steps?",
    ),
    _epsilon_lesson(
        key="adagrad-fast",
        title="AdaGrad in a hurry",
        experiment=ADA_FAST,
        inside=ADAGRAD_INSIDE,
        printed=(-0.002295, -0.0),
        idea=(
            "AdaGrad divides by the gradients that it has seen, so it can take a rate at which others "
            "diverge."
        ),
        notice="A rate of 2 arrives; plain descent diverges here with a third of it.",
        tries="Add gradient descent with the rate 0.6 beside it.",
    ),
    _epsilon_lesson(
        key="rmsprop",
        title="RMSProp's cure",
        experiment=RMS,
        inside=RMSPROP_INSIDE,
        printed=(-0.010599, 0.0),
        idea=RMSPROP.idea + " The mean square remembers about 1/(1 − α) = 10 steps.",
        notice=(
            "The first step is 3.2 rates long along each coordinate, 1/√(1 − α). After 20 steps RMSProp has "
            "0.01 to go, AdaGrad 2.4."
        ),
        tries="Raise α to 0.99 and lower it to 0.5.",
        more=(
            Check(
                what="First step along x and y, in rates",
                computed=lambda: (np.abs(np.diff(RMS.run()[0].points[:2], axis=0))[0] / 0.4).tolist(),
                printed=(3.16, 3.16),
                digits=2,
                claim="1/√0.1 = 3.16",
            ),
            Check(
                what="Distance to go after 20 steps: RMSProp, AdaGrad",
                computed=lambda: [_distance(RMS, 0, 20), _distance(ADA, 0, 20)],
                printed=(0.01, 2.39),
                digits=2,
                claim="0.01 and 2.4",
            ),
        ),
    ),
    experiment_lesson(
        key="adagrad-fading",
        title="AdaGrad fades",
        chapter="rates",
        experiment=FADING,
        idea=(
            "AdaGrad never forgets a gradient: the sum of squares only grows, and so its rates only fall. "
            "Where gradients fade too, as here, the sum settles and so do the rates. RMSProp forgets, so "
            "its rates grow again as gradients become small, and it never comes to rest."
        ),
        formula=mark(
            r"\text{AdaGrad: } \frac{\eta}{\sqrt{\sum_t g_t^2}}, \qquad \text{RMSProp: } "
            r"\frac{\eta}{\sqrt{\text{mean of recent } g^2}}"
        ),
        notice="AdaGrad creeps into the minimum. RMSProp is there early and then jumps around it.",
        tries=(
            "Choose the cosine schedule, which is for both. RMSProp comes to rest; why does AdaGrad suffer?"
        ),
        checks=(
            Check(
                what="AdaGrad's rate along x after 100 and 200 steps, in multiples of that after 1000",
                computed=lambda: _adagrad_rates(100, 200),
                interval=(1.0, 1.02),
                claim="the rate has settled",
            ),
            Check(
                what="AdaGrad: length of the last step over the first",
                computed=lambda: [_step_lengths(FADING, 0)[1] / _step_lengths(FADING, 0)[0]],
                interval=(0.0, 0.05),
                claim="it creeps",
            ),
            Check(
                what="RMSProp: length of the last step over the first",
                computed=lambda: [_step_lengths(FADING, 1)[1] / _step_lengths(FADING, 1)[0]],
                interval=(0.1, 1.0),
                claim="it jumps",
            ),
            Check(
                what="Distance from the minimum after 50 steps: AdaGrad over RMSProp",
                computed=lambda: [_distance(FADING, 0, 50) / _distance(FADING, 1, 50)],
                interval=(10.0, np.inf),
                claim="RMSProp is there early",
            ),
            Check(
                what="Distance from the minimum after 200 steps: RMSProp over AdaGrad",
                computed=lambda: [_distance(FADING, 1, 200) / _distance(FADING, 0, 200)],
                interval=(2.0, np.inf),
                claim="RMSProp does not stay",
            ),
        ),
    ),
    experiment_lesson(
        key="adam",
        title="Adam: both together",
        chapter="rates",
        experiment=BOTH,
        idea=(
            "Adam keeps two fading means: of the gradients, as momentum does, and of their squares, as "
            "RMSProp does. It divides the one by the root of the other. Both start at zero, so both are "
            "corrected."
        ),
        formula=OPTIMIZERS["adam"].formula,
        notice=(
            "The slope along y is eight times the slope along x, yet Adam's first step is exactly one rate "
            "long along both. RMSProp's, which is not corrected, is 3.2 rates long."
        ),
        tries="Set Adam's β₁ to 0. What is left is RMSProp with a correction.",
        checks=(
            Check(
                what="Slope along x and y at the start",
                computed=lambda: np.abs(BOTH.run()[1].gradients[0]).tolist(),
                printed=(1.0, 8.0),
                digits=6,
                claim="1 and 8",
            ),
            Check(
                what="Adam's first step along x and y, in rates",
                computed=lambda: _first_step(BOTH, 1),
                printed=(1.0, 1.0),
                digits=6,
                claim="1 and 1",
            ),
            Check(
                what="RMSProp's first step along x and y, in rates",
                computed=lambda: _first_step(BOTH, 0),
                printed=(3.16, 3.16),
                digits=2,
                claim="1/√0.1 = 3.16",
            ),
        ),
    ),
    Lesson(
        key="adam-scale",
        title="Adam does not see the scale",
        chapter="rates",
        idea=(
            "Multiply the objective by 100: every gradient grows a hundredfold, and so does the root that "
            "Adam divides by. The path stays. That is why one rate suits many networks."
        ),
        formula=r"\frac{100\, \hat m}{\sqrt{100^2\, \hat v} + \epsilon} \approx "
        r"\frac{\hat m}{\sqrt{\hat v} + \epsilon}",
        notice="Both paths of Adam lie on each other: that on f, and that on 100 f.",
        tries="Type the formula 10*x^2 + 200*y^2, which is 100 f. Adam's path stays; what does descent do?",
        opens=on_trajectories(SCALED),
        picture=_scaled,
        checks=(
            Check(
                what="Largest distance between Adam's paths on f and on 100 f",
                computed=lambda: [_scale_difference("adam", 100)],
                interval=(0.0, 1e-6),
                claim="none but for ε",
            ),
            Check(
                what="The same for descent, within 20 steps",
                computed=lambda: [_scale_difference("gd", 20)],
                interval=(1e6, np.inf),
                claim="it explodes",
            ),
        ),
    ),
    experiment_lesson(
        key="decoupled",
        title="Decoupled weight decay",
        chapter="rates",
        experiment=DECOUPLED,
        idea=(
            "AdamW shrinks the weights in a separate step. So the decay is not divided by the root of the "
            "squares, and it shrinks all weights by the same share."
        ),
        formula=r"x_t = (1 - \eta \lambda)\, x_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}",
        notice=(
            "After 300 steps Adam is in the minimum (1, 3). AdamW is still 0.88 away: v̂ remembers the large "
            "gradients of the start, so the decay weighs more. As that memory fades, it comes nearer."
        ),
        tries="Give it 2000 steps: AdamW comes nearer. Then set the decay to 0: the paths coincide.",
        checks=(
            Check(
                what="Adam ends at",
                computed=final_position(DECOUPLED),
                printed=(1.0, 3.0),
                digits=3,
                claim="the minimum (1, 3)",
            ),
            Check(
                what="AdamW's distance from the minimum after 300 and 2000 steps",
                computed=lambda: [_off(steps) for steps in (300, 2000)],
                printed=(0.88, 0.37),
                digits=2,
                claim="it comes nearer: 0.88, 0.37",
            ),
        ),
    ),
)
