"""Lessons on mistakes, on hard places, and on batches and noise."""

import re
from dataclasses import replace
from typing import Any

import numpy as np

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers.base import Optimizer
from optviz.engine.optimizers.classic import ADAM
from optviz.engine.optimizers.faulty import ADAM_INVERTED, ADAM_UNCORRECTED, ADAM_UNFADING
from optviz.engine.trajectories import simulate
from optviz.lessons.descent import GD, START, of_run, run_of
from optviz.lessons.lesson import (
    Chart,
    Check,
    Lesson,
    Line,
    Paths,
    ends,
    on_minibatches,
    on_trajectories,
    paths_of,
    paths_of_batches,
)
from optviz.settings import maps as map_settings
from optviz.settings.experiment import Experiment
from optviz.settings.maps import MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.setups import Entrant
from optviz.teaching.line import PRINTED_LOOP, RIGHT_LOOP, noise_ball

PRINTED_ADAM: dict[str, Any] = {"lr": 0.16, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
ADAM_RUN = run_of("ravine", START, 20, Entrant.of("adam", **PRINTED_ADAM))


def _faulty(optimizer: Optimizer, steps: int = 20) -> np.ndarray:
    return simulate("ravine", optimizer, START, steps, **PRINTED_ADAM).points


def _beside(optimizer: Optimizer) -> Paths:
    """The right run with the faulty one beside it."""
    right = paths_of(ADAM_RUN)
    return replace(right, paths=(*right.paths, (optimizer.name, "momentum", _faulty(optimizer))))


def _first_step(optimizer: Optimizer) -> list[float]:
    """How long the first step is along x, in learning rates."""
    points = _faulty(optimizer, 1)
    return [float(abs(points[1, 0] - points[0, 0])) / PRINTED_ADAM["lr"]]


def _pace(t: int) -> float:
    """How long a faulty step is, in right ones, when the moments are the same: both corrections compared."""
    beta1, beta2 = PRINTED_ADAM["beta1"], PRINTED_ADAM["beta2"]
    return float((1 - beta1**t) / (1 - beta1) / np.sqrt((1 - beta2**t) / (1 - beta2)))


def _adam_lesson(
    key: str,
    title: str,
    wrong: Optimizer,
    idea: str,
    look: str,
    *checks: Check,
    covers: str = "",
    erratum: str = "",
) -> Lesson:
    page, link = on_trajectories(ADAM_RUN)
    return Lesson(
        key, title, "bugs", idea, ADAM.formula, look,
        "Open the right run, then set both betas to 0. What is left of Adam?",
        page, link, lambda: _beside(wrong), checks, covers, erratum,
        (
            ("Something is wrong here. What?", re.sub("  #.*", "", wrong.source)),
            ("The answer: the step as it should be", ADAM.source),
        ),
    )  # fmt: skip


CLAMPED = run_of("parabola", (10.0,), 10, Entrant.of("gd", lr=1.1))
HIMMELBLAU = run_of("himmelblau", (-1.0, -0.5), 100, Entrant.of("gd", lr=0.01))
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
    return replace(right, paths=(*right.paths, ("Clamped to the plot", "momentum", _clamped_path())))


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
    return Chart((Line("error", widths, errors),), x="width h", y="error of the gradient", log="xy")


BUGS = (
    _adam_lesson(
        "adam-as-printed", "Spot the bug: Adam as printed", ADAM_UNFADING,
        "Both moments start at zero and are too small at first. The correction makes up for it and fades, "
        "because it divides by 1 − βᵗ.",
        "The faulty run is up to twice too fast in these 20 steps. Once the second moment has filled up, it "
        "crawls at a third of the speed.",
        Check("Position with the mistake", lambda: _faulty(ADAM_UNFADING)[-1].tolist(), (0.131652, 0.447787)),
        Check("Position with the correction of the paper", ends(ADAM_RUN), (-1.980180, 0.398413),
              said="the notes do not print it; torch.optim.Adam ends at −1.980180, 0.398413"),
        Check("Length of a step in right steps: after 20, after 20,000", lambda: [_pace(20), _pace(20_000)]),
        covers="adam-as-printed",
        erratum="The notes divide by 1 − β instead of 1 − βᵗ, so the correction never fades. Their printed "
        "position belongs to the faulty step. The right step ends elsewhere, as PyTorch does.",
    ),
    _adam_lesson(
        "adam-uncorrected", "Spot the bug: no correction", ADAM_UNCORRECTED,
        "Without the correction the first step is (1 − β₁)/√(1 − β₂) learning rates long, because the second "
        "moment is more starved than the first.",
        "The faulty run leaps at the start: its first step is three times too long.",
        Check("First step in learning rates, with the mistake", lambda: _first_step(ADAM_UNCORRECTED),
              (3.1623,), digits=4, said="0.1/√0.001 = 3.1623"),
        Check("First step in learning rates, right", lambda: _first_step(ADAM), (1.0,), digits=4, said="1"),
    ),
    _adam_lesson(
        "adam-inverted", "Spot the bug: turned upside down", ADAM_INVERTED,
        "Multiplying by 1 − βᵗ starves the moments twice. The second one suffers more, so the steps explode.",
        "The first step alone crosses the picture; it is ten times too long.",
        Check("First step in learning rates, with the mistake", lambda: _first_step(ADAM_INVERTED),
              (10.0,), digits=3, said="0.01/√0.000001 = 10"),
        Check("First step in learning rates, right", lambda: _first_step(ADAM), (1.0,), digits=3, said="1"),
    ),
    Lesson(
        "clamped", "Spot the bug: clamped to the plot", "bugs",
        "Some demos hold every point inside the picture and say nothing. A run that diverges then looks like "
        "one that swings.",
        r"x_t = \mathrm{clip}(x_{t-1} - \eta\, \nabla f(x_{t-1}),\, -10,\, 10)",
        "The clamped run jumps between the two edges. The true one is far outside, and an arrow says so.",
        "Open the true run and press play. At which step does it leave?",
        *on_trajectories(CLAMPED), _clamped,
        (
            Check("Where the clamped run ends", lambda: _clamped_path()[-1].tolist(), (10.0,), digits=1,
                  said="at the edge, 10"),
            Check("Where the true run ends", ends(CLAMPED), (61.917364,)),
        ),
    ),
    Lesson(
        "difference", "Spot the bug: too fine a difference", "bugs",
        "A gradient from differences wants a small width, but subtracting two nearly equal numbers loses "
        "their "
        "digits. Around 10⁻⁵ both errors balance; 10⁻¹² is noise. The gradients here are exact.",
        r"f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}",
        "The error falls with the width, turns, and rises again.",
        "Open the run with exact gradients: it ends where its gradient is zero to many digits.",
        *on_trajectories(HIMMELBLAU), _difference_chart,
        (
            Check("Error with h = 0.00001", lambda: [central_error(1e-5)], interval=(0.0, 1e-7), said="tiny"),
            Check("Error with h = 0.000000000001", lambda: [central_error(1e-12)], interval=(1e-5, 1.0),
                  said="many thousand times larger"),
        ),
    ),
)  # fmt: skip

SADDLE = run_of("quartic-saddle", (0.0, 1.8), 100, Entrant.of("gd", lr=0.1))
NOISY_SADDLE = replace(SADDLE, noise=0.1, seed=3)
PLAIN = run_of("easom", (-5.0, -5.0), 200, Entrant.of("gd", lr=0.5))
VALLEY = run_of(
    "rosenbrock", (-1.2, 1.0), 1000,
    Entrant.of("gd", lr=0.002), Entrant.of("momentum", lr=0.0005, momentum=0.95), Entrant.of("adam", lr=0.1),
)  # fmt: skip
BASINS = replace(
    map_settings.DEFAULTS["basins"], entrants=(Entrant.of("gd", lr=0.01), Entrant.of("adam", lr=0.2))
)


def _shares() -> list[float]:
    made = BASINS.make(resolution=60)[0]  # type: ignore[index]
    return [made.shares.get(i, 0.0) for i in range(4)]


def _starts() -> Paths:
    """Four starts close to each other that end in different minima."""
    objective = OBJECTIVES["himmelblau"]
    starts = ((-0.5, -1.3), (-0.5, -0.2), (0.3, -0.2), (0.3, -1.3))
    runs = [simulate(objective, "gd", start, 200, lr=0.01).points for start in starts]
    keys = ("gd", "momentum", "nag", "rmsprop")
    return Paths(objective, objective.domain, tuple(("start", k, r) for k, r in zip(keys, runs, strict=True)))


PLACES = (
    of_run(
        "saddle", "Leaving a saddle", "places", NOISY_SADDLE,
        "At a saddle the slope is zero, yet it goes down to the sides. A run that comes exactly along the "
        "ridge "
        "stops; the least noise makes it leave.",
        r"\nabla f = 0, \qquad \lambda_{\min} < 0 < \lambda_{\max}",
        "The path comes down the ridge, hesitates at the middle, and then chooses a side.",
        "Change the seed of the noise and see to which side it falls. Then set the noise to 0.",
        Check("Without noise, x ends at", lambda: [float(SADDLE.run()[0].points[-1, 0])], (0.0,), digits=6,
              said="on the ridge, 0"),
        Check("With noise, |x| ends at", lambda: [abs(float(NOISY_SADDLE.run()[0].points[-1, 0]))],
              interval=(0.8, 1.2), said="at a minimum, near 1"),
    ),
    of_run(
        "plateau", "Nothing to go by", "places", PLAIN,
        "Where the ground is flat there is no slope to follow, however low the hole nearby may be.",
        r"\nabla f \approx 0 \;\Rightarrow\; x_t \approx x_{t-1}",
        "The run does not move. Its verdict says how long the gradient is.",
        "Click nearer to the hole until it falls in.",
        Check("Distance covered in 200 steps",
              lambda: [float(np.linalg.norm(PLAIN.run()[0].points[-1] - PLAIN.run()[0].points[0]))],
              interval=(0.0, 1e-6), said="none"),
    ),
    of_run(
        "valley", "A bent valley", "places", VALLEY,
        "Rosenbrock's valley is easy to find and hard to follow: its floor bends and hardly falls.",
        r"f = (1 - x)^2 + 100\,(y - x^2)^2",
        "All drop into the valley at once. What counts is how fast they follow it.",
        "Let them run for 2000 steps, and try to find a better rate for descent.",
        Check("f after 1000 steps: descent", lambda: [float(VALLEY.run()[0].values[-1])],
              interval=(1e-3, 1.0), said="still on its way"),
        Check("f after 1000 steps: momentum, Adam", lambda: [float(r.values[-1]) for r in VALLEY.run()[1:]],
              interval=(0.0, 1e-3), said="nearly there"),
    ),
    Lesson(
        "basins", "The start decides", "places",
        "Every start belongs to a minimum. The borders between the basins are smooth for small rates and "
        "frayed "
        "for others.",
        GD,
        "Two starts next to a border end far apart.",
        "Click a place on the border to open its run, or raise the rate.",
        "maps", map_settings.encode(BASINS), _starts,
        (Check("Share of the starts in each of the four basins", _shares, interval=(0.2, 0.3),
               said="about a quarter each"),),
    ),
)  # fmt: skip

KINDS = MiniBatches()
LOOP = MiniBatches(view="loop")
SMALL = MiniBatches(batch=5, optimizer=Entrant.of("gd", lr=0.05))
HELP = MapSettings("noise", entrants=(Entrant.of("gd", lr=0.01),), steps=300, noise=5.0, seeds=100).on(
    "bohachevsky-1"
)
CONSTANT = run_of("ravine", START, 300, Entrant.of("gd", lr=0.3), noise=2.0)
COSINE = replace(CONSTANT, schedule="cosine", schedule_values=(("floor", 0.0),))


def _updates() -> list[float]:
    return [float(run.updates) for _, run in KINDS.run()]


def _gradient_noise(settings: MiniBatches) -> Chart:
    """How far the gradient of each update is from that of all points: the loop as meant and as printed."""
    lines = []
    for name, run in settings.run()[1:]:
        apart = np.linalg.norm(run.batch_gradients - run.gradients[:-1], axis=1)
        lines.append(Line(name, run.seen[:-1] / 100, np.where(apart < 1e-12, 0.0, apart)))
    return Chart(tuple(lines), x="epochs", y="noise of the gradient")


def _radii() -> list[float]:
    made = noise_ball(KINDS.points(), "gd", (0.05,), (5, 20), updates=600)
    return [float(made[0, 0] / made[1, 0])]


def _ball_chart() -> Chart:
    rates, sizes = (0.01, 0.02, 0.05, 0.1, 0.2), (1, 5, 20)
    made = noise_ball(KINDS.points(), "gd", rates, sizes, updates=400, runs=16)
    lines = (Line(f"batches of {b}", np.array(rates), row) for b, row in zip(sizes, made, strict=True))
    return Chart(tuple(lines), x="learning rate", y="radius", log="xy")


def _medians() -> list[float]:
    """f at the end: without noise, and the median over 100 draws of noise."""
    still = simulate("bohachevsky-1", "gd", HELP.start, HELP.steps, lr=0.01)
    bands = HELP.make(resolution=100)
    return [float(still.values[-1]), float(bands.bands[0].median[-1])]  # type: ignore[union-attr]


def _helped() -> Paths:
    objective = OBJECTIVES["bohachevsky-1"]
    still = simulate(objective, "gd", HELP.start, 300, lr=0.01)
    noisy = simulate(objective, "gd", HELP.start, 300, lr=0.01, noise=HELP.noise, seed=HELP.seed)
    return Paths(
        objective, objective.domain, (("noise 5", "gd", noisy.points), ("no noise", "momentum", still.points))
    )


def _late(experiment: Experiment) -> list[float]:
    """The mean of f over the last 30 steps."""
    return [float(np.mean(experiment.run()[0].values[-30:]))]


NOISE = (
    Lesson(
        "gradient_descent_kinds", "Batch, stochastic, mini-batch", "noise",
        "All points give the exact gradient and one update; one point gives a noisy one and a hundred "
        "updates "
        "for the same work. Mini-batches stand between.",
        r"g_B = \frac{1}{|B|} \sum_{i \in B} \nabla \ell_i, \qquad \mathbb{E}\, g_B = \nabla L",
        "After the same 50 epochs the stochastic run has arrived and batch descent is still on its way.",
        "Raise the rate to 0.1. Now who is nearer, and who is calmer?",
        *on_minibatches(KINDS), lambda: paths_of_batches(KINDS),
        (Check("Updates in 50 epochs: batch, mini-batches of 20, stochastic", _updates, (50, 250, 5000),
               digits=0),),
        covers="gradient_descent_kinds",
    ),
    Lesson(
        "loop", "Spot the bug: a loop over batches", "noise",
        "A batch that is drawn but not used changes nothing. The printed loop computes the loss on all "
        "points "
        "inside the loop over batches.",
        r"\text{for each batch } B:\quad \nabla L \text{ instead of } g_B",
        "Whatever is in the batch, the printed loop follows the gradient of all points. Its noise is 0.",
        "Set the batch size to 1. The printed loop now runs batch descent a hundred times an epoch.",
        *on_minibatches(LOOP), lambda: _gradient_noise(LOOP),
        (
            Check("Noise of the gradient in the printed loop", lambda: [LOOP.run()[2][1].noise],
                  (0.0,), digits=6, said="none, though it takes batches"),
            Check("Noise of the gradient in the loop as meant", lambda: [LOOP.run()[1][1].noise],
                  interval=(0.05, np.inf), said="some, as batches differ"),
        ),
        erratum="The notes' mini-batch loop computes the loss on the whole x and y instead of on the batch "
        "(data, label). So it is batch descent, run five times an epoch.",
        codes=(("As printed", PRINTED_LOOP), ("As meant", RIGHT_LOOP)),
    ),
    Lesson(
        "batch-size", "The noise ball", "noise",
        "With a constant rate a noisy run never settles. It wanders in a ball, whose radius grows with the "
        "root "
        "of the rate and shrinks with the root of the batch size.",
        r"r \propto \sqrt{\eta / B}",
        "Lines that rise by half a decade for each decade of the rate, one below the other.",
        "Double the batch and double the rate. Does the ball stay the same?",
        *on_minibatches(SMALL), _ball_chart,
        (Check("Radius for B = 5 over radius for B = 20", _radii, interval=(1.8, 2.9),
               said="√4 = 2, a little more as batches of 20 of 100 points overlap less"),),
    ),
    Lesson(
        "noise-helps", "Noise as help", "noise",
        "On a bowl with dents exact descent stops in the first dent. Some noise shakes it out, too much "
        "keeps it "
        "from settling.",
        r"x_t = x_{t-1} - \eta\, (\nabla f + \sigma \xi_t), \qquad \xi_t \sim N(0, I)",
        "The exact run stops early. The noisy one reaches the middle of the bowl.",
        "Raise the noise to 20. The median gets worse again.",
        "maps", map_settings.encode(HELP), _helped,
        (
            Check("f at the end without noise", lambda: _medians()[:1], interval=(3.0, 4.0), said="stuck"),
            Check("Median of f at the end with σ = 5", lambda: _medians()[1:], interval=(0.0, 1.5),
                  said="lower"),
        ),
    ),
    of_run(
        "schedules", "Let the rate fade", "noise", COSINE,
        "A large rate is fast and restless, a small one slow and calm. A schedule has both, one after the "
        "other.",
        r"\eta_t = \eta\, \tfrac{1}{2} \left(1 + \cos \tfrac{\pi t}{T}\right)",
        "The path wanders widely at first and ends in a point.",
        "Switch the schedule to constant and compare the end of the loss curve.",
        Check("Mean f of the last 30 steps, constant rate", lambda: _late(CONSTANT)),
        Check("Mean f of the last 30 steps, cosine", lambda: _late(COSINE)),
        Check("Constant over cosine", lambda: [_late(CONSTANT)[0] / _late(COSINE)[0]], interval=(2.0, np.inf),
              said="several times higher"),
    ),
)  # fmt: skip
