"""Lessons on a learning rate for each coordinate: AdaGrad, RMSProp, AdamW."""

from typing import Any

import numpy as np

from optviz.engine.optimizers.base import Optimizer
from optviz.engine.optimizers.classic import ADAGRAD, RMSPROP
from optviz.engine.optimizers.faulty import ADAGRAD_INSIDE, RMSPROP_INSIDE
from optviz.engine.trajectories import simulate
from optviz.lessons.experiments import (
    experiment_lesson,
    experiment_on,
    runs_in_ravine,
)
from optviz.lessons.lesson import (
    Check,
    Lesson,
    final_position,
)
from optviz.settings.experiment import Experiment
from optviz.settings.setups import Entrant

ADA = runs_in_ravine(Entrant.of("adagrad", lr=0.4, eps=1e-6))
ADA_FAST = runs_in_ravine(Entrant.of("adagrad", lr=2.0, eps=1e-6))
RMS = runs_in_ravine(Entrant.of("rmsprop", lr=0.4, alpha=0.9, eps=1e-6))
FADING = runs_in_ravine(Entrant.of("adagrad", lr=0.4), Entrant.of("rmsprop", lr=0.4, alpha=0.9), steps=200)
DECOUPLED = experiment_on(
    "booth", (-8.0, -6.0), 300, Entrant.of("adam", lr=0.3), Entrant.of("adamw", lr=0.3, decay=0.1)
)


def _step_lengths(experiment: Experiment, place: int) -> list[float]:
    """The lengths of the first and of the last step of one entrant."""
    points = experiment.run()[place].points
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return [float(lengths[0]), float(lengths[-1])]


def _epsilon_lesson(
    *,
    key: str,
    title: str,
    experiment: Experiment,
    inside: Optimizer,
    printed: tuple[float, ...],
    idea: str,
    look_at: str,
    try_next: str,
) -> Lesson:
    """A printed run that has ε inside the root in the notes, as `inside` has, and outside it here."""
    (entrant,) = experiment.entrants
    values: dict[str, Any] = dict(entrant.values)

    def final_position_inside() -> list[float]:
        setup = (experiment.objective, inside, experiment.start, experiment.steps)
        return simulate(*setup, **values).points[-1].tolist()

    checks = (
        Check(
            what="Position with ε inside the root, as in the notes",
            computed=final_position_inside,
            printed=printed,
        ),
        Check(
            what="Position with ε outside the root, as in PyTorch",
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
        look_at=look_at,
        try_next=try_next,
        checks=checks,
        covers=key,
    )


RATES = (
    _epsilon_lesson(
        key="adagrad",
        title="AdaGrad",
        experiment=ADA,
        inside=ADAGRAD_INSIDE,
        printed=(-2.382563, -0.158591),
        idea=ADAGRAD.idea
        + " It sees the ravine as round, because each coordinate is divided by its own gradients.",
        look_at="The path goes straight at first; then the steps fade, and it has not arrived after 20.",
        try_next="Give it 500 steps. Is the rate or the time what it lacks?",
    ),
    _epsilon_lesson(
        key="adagrad-fast",
        title="AdaGrad in a hurry",
        experiment=ADA_FAST,
        inside=ADAGRAD_INSIDE,
        printed=(-0.002295, -0.0),
        idea="Since the steps fade anyway, AdaGrad can take a rate that would throw others out.",
        look_at="A rate of 2 arrives; plain descent diverges here with a third of it.",
        try_next="Add gradient descent with the rate 0.6 beside it.",
    ),
    experiment_lesson(
        key="adagrad-fading",
        title="AdaGrad fades",
        chapter="rates",
        experiment=FADING,
        idea=(
            "The sum of squared gradients only grows, so AdaGrad's steps shrink for ever. RMSProp forgets, "
            "and its steps stay as long as its rate."
        ),
        formula=r"\frac{\eta}{\sqrt{\sum_t g_t^2}} \to 0",
        look_at="AdaGrad creeps into the minimum; RMSProp is there early and then jumps about it.",
        try_next="Give RMSProp the cosine schedule, so that it comes to rest.",
        checks=(
            Check(
                what="AdaGrad: length of the first and the last step",
                computed=lambda: _step_lengths(FADING, 0),
            ),
            Check(
                what="RMSProp: length of the first and the last step",
                computed=lambda: _step_lengths(FADING, 1),
            ),
            Check(
                what="AdaGrad: last step over first step",
                computed=lambda: [_step_lengths(FADING, 0)[1] / _step_lengths(FADING, 0)[0]],
                interval=(0.0, 0.05),
                claim="it fades",
            ),
        ),
    ),
    _epsilon_lesson(
        key="rmsprop",
        title="RMSProp's cure",
        experiment=RMS,
        inside=RMSPROP_INSIDE,
        printed=(-0.010599, 0.0),
        idea=RMSPROP.idea + " The mean square remembers about 1/(1 − α) = 10 steps.",
        look_at="The steps keep their length along the floor until the minimum is near.",
        try_next="Raise α to 0.99 and lower it to 0.5.",
    ),
    experiment_lesson(
        key="decoupled",
        title="Decoupled weight decay",
        chapter="rates",
        experiment=DECOUPLED,
        idea=(
            "AdamW shrinks the weights apart from the gradient. So the decay is not divided by the root "
            "of the squares, and it pulls every weight alike."
        ),
        formula=r"x_t = (1 - \eta \lambda)\, x_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}",
        look_at=(
            "Adam ends in the minimum (1, 3). AdamW stops where the gradient and the decay towards zero "
            "cancel."
        ),
        try_next="Set the decay to 0 and watch both paths fall together.",
        checks=(
            Check(
                what="Adam ends at",
                computed=final_position(DECOUPLED),
                printed=(1.0, 3.0),
                digits=3,
                claim="the minimum (1, 3)",
            ),
            Check(what="AdamW ends at", computed=final_position(DECOUPLED, 1)),
        ),
    ),
)
