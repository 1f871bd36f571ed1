"""Lessons on descent: rates, ravines, momentum, a rate for each coordinate."""

from dataclasses import replace
from typing import Any

import numpy as np

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.optimizers.classic import ADAGRAD, RMSPROP
from optviz.engine.optimizers.faulty import ADAGRAD_INSIDE, RMSPROP_INSIDE
from optviz.engine.outcomes import first_within
from optviz.engine.trajectories import simulate
from optviz.lessons.lesson import Chart, Check, Lesson, Line, ends, on_trajectories, paths_of
from optviz.settings import maps as map_settings
from optviz.settings.experiment import Experiment
from optviz.settings.maps import MapSettings
from optviz.settings.setups import Entrant

GD = r"x_t = x_{t-1} - \eta\, \nabla f(x_{t-1})"


def run_of(objective: str, start: tuple[float, ...], steps: int, *entrants: Entrant, **more) -> Experiment:  # noqa: ANN003
    """An experiment on one of the table's landscapes, on its own domain."""
    domain = OBJECTIVES[objective].domain
    return Experiment(objective, "", start, domain, steps, entrants, **more)


def of_run(
    key: str,
    title: str,
    chapter: str,
    experiment: Experiment,
    idea: str,
    formula: str,
    look_at: str,
    try_next: str,
    *checks: Check,
    covers: str = "",
) -> Lesson:
    """A lesson that opens an experiment and shows its paths."""
    page, link = on_trajectories(experiment)
    return Lesson(
        key, title, chapter, idea, formula, look_at, try_next, page, link,
        lambda: paths_of(experiment), checks, covers,
    )  # fmt: skip


def printed_run(
    key: str,
    title: str,
    chapter: str,
    experiment: Experiment,
    printed: tuple[float, ...],
    idea: str,
    formula: str,
    look_at: str,
    try_next: str,
) -> Lesson:
    """A lesson on one printed trajectory, checked by where it ends."""
    check = Check(f"Position after {experiment.steps} steps", ends(experiment), printed)
    return of_run(key, title, chapter, experiment, idea, formula, look_at, try_next, check, covers=key)


def _on_parabola(rate: float) -> Experiment:
    return run_of("parabola", (10.0,), 10, Entrant.of("gd", lr=rate))


START = (-5.0, -2.0)


def _in_ravine(*entrants: Entrant, steps: int = 20) -> Experiment:
    return run_of("ravine", START, steps, *entrants)


WAVE = run_of("cosine-wave", (10.0,), 10, Entrant.of("gd", lr=2.0))
SWEEP = MapSettings(
    entrants=(Entrant.of("gd"), Entrant.of("momentum", momentum=0.5), Entrant.of("nag", momentum=0.5)),
    rates=(0.01, 2.0),
)


def _swept() -> Chart:
    swept = SWEEP.make(resolution=120)
    lines = []
    for curve in swept.curves:  # type: ignore[union-attr]
        # Down to what counts as zero and a little up the wall, which goes on for ever.
        shown = np.clip(np.nan_to_num(curve.losses, nan=np.inf), 1e-12, 1e3)
        lines.append(Line(curve.optimizer.name, swept.rates, shown))  # type: ignore[union-attr]
    return Chart(tuple(lines), x="learning rate", y="f after 200 steps", log="xy")


def _edges() -> list[float]:
    return [float(c.observed or 0.0) for c in SWEEP.make(resolution=400).curves]  # type: ignore[union-attr]


def _theory() -> list[float]:
    return [float(c.predicted or 0.0) for c in SWEEP.make(resolution=20).curves]  # type: ignore[union-attr]


DESCENT = (
    printed_run(
        "gd-1d", "One step at a time", "descent", _on_parabola(0.2), (0.060466,),
        "Each step goes against the slope and in proportion to it. On x² every step with η = 0.2 keeps 0.6 "
        "of "
        "the distance.",
        GD,
        "The steps grow shorter by themselves: the slope fades as the minimum comes near.",
        "Set the rate to 0.5. One step is enough, because 1 − 2η is zero.",
    ),
    printed_run(
        "gd-1d-too-small", "Too small", "descent", _on_parabola(0.05), (3.486784,),
        "A small rate is safe and slow: 0.9 of the distance is left after each step.",
        r"x_t = (1 - 2\eta)^t\, x_0",
        "After ten steps more than a third of the way is still ahead.",
        "Give it 100 steps, or four times the rate. Which one costs less?",
    ),
    printed_run(
        "gd-1d-diverges", "Too large", "descent", _on_parabola(1.1), (61.917364,),
        "Each step lands farther out on the other side than it began. Nothing is clamped here: the numbers "
        "really grow.",
        r"|1 - 2\eta| > 1 \iff \eta > \frac{2}{f''} = 1",
        "The arrow at the edge names the step that leaves the picture.",
        "Find the rate at which it neither comes nearer nor goes away.",
    ),
    printed_run(
        "gd-local-minimum", "Caught in a valley", "descent", WAVE, (-1.528166,),
        "Descent sees only the slope under its feet. Where it ends depends on the start and on the rate.",
        r"f(x) = x \cos(0.15\,\pi x)",
        "The large rate leaps over the nearest valley and settles in a shallower one.",
        "Set the rate to 0.2, then drag the start. How many valleys can you reach?",
    ),
)  # fmt: skip

PLANE = (
    printed_run(
        "gd-2d", "A bowl", "plane", run_of("bowl", START, 20, Entrant.of("gd", lr=0.1)),
        (-0.057646, -0.000073),
        "With two variables each direction shrinks at its own pace: 1 − 2η along x, 1 − 4η along y.",
        r"x_t = (1 - 2\eta)^t x_0, \qquad y_t = (1 - 4\eta)^t y_0",
        "The path bends: the steep direction is done first.",
        "Set the rate to 0.25. One direction is done in one step.",
    ),
    printed_run(
        "gd-ravine", "A ravine", "plane", _in_ravine(Entrant.of("gd", lr=0.4)), (-0.943467, -0.000073),
        "Across the valley the curvature is 4, along it 0.2. The steep side dictates the rate and the flat "
        "one "
        "waits.",
        r"f = 0.1 x^2 + 2 y^2, \qquad \kappa = \frac{4}{0.2} = 20",
        "The path swings from wall to wall while it hardly moves along the floor.",
        "Raise the rate to 0.49 and then to 0.51.",
    ),
    printed_run(
        "gd-ravine-diverges", "A ravine, too fast", "plane", _in_ravine(Entrant.of("gd", lr=0.6)),
        (-0.387814, -1673.365109),
        "Along the floor the larger rate helps, across it every swing grows. One rate cannot suit both.",
        r"\eta < \frac{2}{\lambda_{\max}} = \frac{2}{4} = 0.5",
        "x comes nearer to zero than before, y runs away.",
        "Click on the floor of the valley, at y = 0, to start there.",
    ),
    Lesson(
        "edge", "The edge of stability", "plane",
        "On a quadratic the largest rate that still converges is known before the first step.",
        r"\begin{aligned} \text{descent: } & \eta < \tfrac{2}{\lambda_{\max}} \\ "
        r"\text{momentum: } & \eta < \tfrac{2(1 + \beta)}{\lambda_{\max}} \\ "
        r"\text{Nesterov: } & \eta < \tfrac{2(1 + \beta)}{(1 + 2\beta)\,\lambda_{\max}} \end{aligned}",
        "Each curve falls to its best rate and then rises at a wall.",
        "Raise the momentum. Whose wall moves to the right, whose to the left?",
        "maps", map_settings.encode(SWEEP), _swept,
        (
            Check("Theory for descent, momentum 0.5, Nesterov 0.5", _theory, (0.5, 0.75, 0.375), digits=3,
                  said="2/λmax and its relatives"),
            Check("Largest rates that came nearer in 200 steps", _edges, interval=(0.35, 0.78),
                  said="just below these"),
        ),
    ),
)  # fmt: skip

NAG = _in_ravine(
    Entrant.of("momentum", lr=0.3, momentum=0.9), Entrant.of("nag", lr=0.3, momentum=0.9), steps=200
)
STABILITY = replace(map_settings.DEFAULTS["stability"], steps=100)


def _arrivals() -> list[float]:
    target = OBJECTIVES["ravine"].minima[0]
    return [float(first_within(run.points, target, 1e-3) or np.inf) for run in NAG.run()]


def _heavy_edges() -> Chart:
    shares = np.linspace(0.0, 0.99, 100)
    return Chart(
        tuple(
            Line(
                row.name, shares, np.array([row.stable_rate({"lr": 0.1, "momentum": b}, 4.0) for b in shares])
            )
            for row in (OPTIMIZERS["momentum"], OPTIMIZERS["nag"])
        ),
        x="momentum β",
        y="largest stable rate",
    )


MOMENTUM = (
    printed_run(
        "momentum", "Momentum to the rescue", "momentum",
        _in_ravine(Entrant.of("momentum", lr=0.6, momentum=0.5)), (0.007188, 0.002553),
        "The same rate that diverged now converges. Slopes that alternate cancel in the velocity, slopes "
        "that "
        "agree add up.",
        OPTIMIZERS["momentum"].formula,
        "The swings across the valley die out while the run along it speeds up.",
        "Add plain descent with the same rate beside it.",
    ),
    printed_run(
        "momentum-halved", "Half the momentum", "momentum",
        _in_ravine(Entrant.of("momentum", lr=0.6, momentum=0.25)), (-0.126340, -0.186632),
        "With less momentum the swings fade more slowly: 0.6 is just below the largest stable rate, 0.625.",
        r"\eta_{\max} = \frac{2(1 + \beta)}{\lambda_{\max}} = \frac{2.5}{4}",
        "The path still crosses the floor at every step.",
        "Set the momentum to 0.2 and see where the edge is.",
    ),
    of_run(
        "nesterov", "Brake before the turn", "momentum", NAG,
        "Nesterov adds the velocity it is about to have to the slope, so it slows down before the ground "
        "rises.",
        OPTIMIZERS["nag"].formula,
        "Momentum overshoots far to the right and comes back; Nesterov hardly does.",
        "Raise the rate of both to 0.35. Nesterov's edge is nearer.",
        Check("Steps until within 0.001: momentum, Nesterov", _arrivals, interval=(1, 200),
              said="both arrive, Nesterov first"),
    ),
    Lesson(
        "momentum-map", "Rate and momentum together", "momentum",
        "Momentum widens the range of rates that converge. Which pairs work is a map, and its border is a "
        "line.",
        r"\eta \lambda_{\max} < 2 (1 + \beta)",
        "The border of the map follows the line of theory.",
        "Click a place next to the border to open its run.",
        "maps", map_settings.encode(STABILITY), _heavy_edges,
        (
            Check("Largest stable rate in the ravine, β = 0.9",
                  lambda: [OPTIMIZERS["momentum"].stable_rate({"lr": 0.1, "momentum": 0.9}, 4.0) or 0.0],
                  (0.95,), digits=2, said="2 · 1.9 / 4 = 0.95"),
        ),
    ),
)  # fmt: skip

ADA = _in_ravine(Entrant.of("adagrad", lr=0.4, eps=1e-6))
ADA_FAST = _in_ravine(Entrant.of("adagrad", lr=2.0, eps=1e-6))
RMS = _in_ravine(Entrant.of("rmsprop", lr=0.4, alpha=0.9, eps=1e-6))
FADING = _in_ravine(Entrant.of("adagrad", lr=0.4), Entrant.of("rmsprop", lr=0.4, alpha=0.9), steps=200)
DECOUPLED = run_of(
    "booth", (-8.0, -6.0), 300, Entrant.of("adam", lr=0.3), Entrant.of("adamw", lr=0.3, decay=0.1)
)


def _inside(optimizer, **values: Any):  # noqa: ANN001, ANN202
    """Where the run ends with the notes' own convention, ε inside the root."""
    return lambda: simulate("ravine", optimizer, START, 20, eps=1e-6, **values).points[-1].tolist()


def _step_lengths(which: int) -> list[float]:
    points = FADING.run()[which].points
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return [float(lengths[0]), float(lengths[-1])]


def _root(key: str, title: str, shown: Experiment, optimizer, printed, idea, look, more, **values: float):  # noqa: ANN001, ANN202
    """A printed run whose ε stands inside the root in the notes and outside here."""
    given = dict(shown.entrants[0].values)
    table = OPTIMIZERS[shown.entrants[0].optimizer]
    checks = (
        Check("Position with ε inside the root, as in the notes",
              _inside(optimizer, **{k: v for k, v in given.items() if k != "eps"}), printed),
        Check("Position with ε outside the root, as in PyTorch", ends(shown), printed, within=2e-6),
    )  # fmt: skip
    return of_run(key, title, "rates", shown, idea, table.formula, look, more, *checks, covers=key)


RATES = (
    _root(
        "adagrad", "AdaGrad", ADA, ADAGRAD_INSIDE, (-2.382563, -0.158591),
        ADAGRAD.idea + " It sees the ravine as round, because each coordinate is divided by its own slopes.",
        "The path goes straight at first; then the steps fade, and it has not arrived after 20.",
        "Give it 500 steps. Is the rate or the time what it lacks?",
    ),
    _root(
        "adagrad-fast", "AdaGrad in a hurry", ADA_FAST, ADAGRAD_INSIDE, (-0.002295, -0.0),
        "Since the steps fade anyway, AdaGrad can take a rate that would throw others out.",
        "A rate of 2 arrives; plain descent diverges here with a third of it.",
        "Add gradient descent with the rate 0.6 beside it.",
    ),
    of_run(
        "adagrad-fading", "AdaGrad fades", "rates", FADING,
        "The sum of squared slopes only grows, so AdaGrad's steps shrink for ever. RMSProp forgets, and its "
        "steps stay as long as its rate.",
        r"\frac{\eta}{\sqrt{\sum_t g_t^2}} \to 0",
        "AdaGrad creeps into the minimum; RMSProp is there early and then jumps about it.",
        "Give RMSProp the cosine schedule, so that it comes to rest.",
        Check("AdaGrad: length of the first and the last step", lambda: _step_lengths(0)),
        Check("RMSProp: length of the first and the last step", lambda: _step_lengths(1)),
        Check("AdaGrad: last step over first step",
              lambda: [_step_lengths(0)[1] / _step_lengths(0)[0]], interval=(0.0, 0.05), said="it fades"),
    ),
    _root(
        "rmsprop", "RMSProp's cure", RMS, RMSPROP_INSIDE, (-0.010599, 0.0),
        RMSPROP.idea + " The mean square remembers about 1/(1 − α) = 10 steps.",
        "The steps keep their length along the floor until the minimum is near.",
        "Raise α to 0.99 and lower it to 0.5.",
    ),
    of_run(
        "decoupled", "Decoupled weight decay", "rates", DECOUPLED,
        "AdamW shrinks the weights apart from the gradient. So the decay is not divided by the root of the "
        "squares, and it pulls every weight alike.",
        r"x_t = (1 - \eta \lambda)\, x_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}",
        "Adam ends in the minimum (1, 3). AdamW stops where the slope and the pull towards zero are in "
        "balance.",
        "Set the decay to 0 and watch both paths fall together.",
        Check("Adam ends at", ends(DECOUPLED), (1.0, 3.0), digits=3, said="the minimum (1, 3)"),
        Check("AdamW ends at", ends(DECOUPLED, 1)),
    ),
)  # fmt: skip
