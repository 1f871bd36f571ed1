"""Lessons on regularization: over-fitting, weight decay, constraints, dropout."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from optviz.lessons.lesson import Chart, Check, Lesson, Line, Picture, Target
from optviz.settings import regularization as regularization_settings
from optviz.teaching import constraints, dropout
from optviz.teaching import fits as polynomials
from optviz.teaching.weight_decay import DECAY_ERRATUM, VERSIONS, decayed
from optviz.words import mark, tr

SEEDS = (0, 1, 2)
BOWL = constraints.Bowl((1.0, 2.2), 0.0)


def _on_regularization(view: str, **values: Any) -> Target:
    return Target(
        "regularization", regularization_settings.encode(regularization_settings.shown_at(view, **values))
    )


def _fits() -> polynomials.Fits:
    return polynomials.fitted(20, 1.5, 0)


def _fit_chart() -> Chart:
    fits = _fits()
    degrees = np.arange(len(fits.train))
    return Chart(
        (
            Line(tr("training"), degrees, np.maximum(fits.train, 1e-3)),
            Line(tr("test"), degrees, fits.test),
        ),
        x=tr("degree"),
        y=tr("mean squared error"),
        log="y",
    )


def _norms(penalty: float, version: str) -> Callable[[], Sequence[float]]:
    return lambda: [float(decayed(penalty, seed=seed, version=version).norms[-1]) for seed in SEEDS]


def _decays() -> Picture:
    lines = []
    for penalty in (0.0, 3.0):
        norms = decayed(penalty).norms
        lines.append(Line(f"λ = {penalty:g}", np.arange(len(norms)), norms))
    return Chart(tuple(lines), x=tr("epoch"), y="‖w‖")


def _bounds() -> Chart:
    circle, diamond = constraints.lowest_in_circle(BOWL, 1.0), constraints.lowest_in_diamond(BOWL, 1.0)
    bars = [
        (f"{kind} w{i + 1}", found.point[i])
        for kind, found in (("L2", circle), ("L1", diamond))
        for i in (0, 1)
    ]
    return Chart(bars=tuple((name, float(v)) for name, v in bars), y=tr("weight"))


def _averages() -> Chart:
    made = dropout.drawn(0.5, (6,), 0)
    draws = np.arange(1, len(made.averages) + 1)
    lines = (
        Line(tr("unit {number}", number=i + 1), draws, made.averages[:, i] - made.values[i]) for i in range(3)
    )
    return Chart(tuple(lines), x=tr("draws"), y=tr("average − value"), log="x")


REGULARIZATION = (
    Lesson(
        key="fitting",
        title="Memorizing (overfitting)",
        chapter="regularization",
        idea="A model with enough freedom fits its training points perfectly and fails between them.",
        formula=mark(r"\text{training error} \to 0, \qquad \text{test error: falls, turns, rises}"),
        notice=(
            "The training error only falls with the degree. The test error is lowest near degree 3 and rises."
        ),
        tries="Give it 200 points: now the high degree does little harm.",
        opens=_on_regularization("fitting", degree=18),
        picture=_fit_chart,
        checks=(
            Check(
                what="Test error at degree 18 over the best test error",
                computed=lambda: [float(_fits().test[18] / _fits().test.min())],
                interval=(3.0, np.inf),
                claim="many times higher",
            ),
            Check(
                what="Degree with the best test error",
                computed=lambda: [float(_fits().best)],
                interval=(2, 6),
                claim="near 3, the degree of the truth",
            ),
        ),
    ),
    Lesson(
        key="weight_decay",
        title="Weight decay",
        chapter="regularization",
        idea=(
            "200 weights and 20 examples: infinitely many weight vectors fit. The penalty chooses short ones."
        ),
        formula=r"L(w) = \frac{1}{n} \sum_i \tfrac{1}{2} (\hat y_i - y_i)^2 + \frac{\lambda}{2} \|w\|^2",
        notice=(
            "With λ = 3 the length of w falls from 14 to 0.4, and the test loss with it. Without, both stay."
        ),
        tries="Compare the test loss with and without. Then set λ = 1 and count the zeros of L1.",
        opens=_on_regularization("decay", penalty=3.0),
        picture=_decays,
        checks=tuple(
            Check(
                what=(
                    f"{version.name}: ‖w‖ {f'with λ = {penalty:g}' if penalty else 'without a penalty'}, "
                    "seeds 0, 1, 2"
                ),
                computed=_norms(penalty, version.key),
                interval=(norm.low, norm.high),
                claim=f"{norm.printed:g}; 99 % of seeds end between {norm.low:g} and {norm.high:g}",
            )
            for version in VERSIONS.values()
            for penalty, norm in version.norms.items()
        ),
        covers="weight_decay",
        errata=(DECAY_ERRATUM,),
    ),
    Lesson(
        key="corners",
        title="Circle and diamond",
        chapter="regularization",
        idea=(
            "L2 holds the weights in a ball, L1 in a diamond. The lowest place inside a diamond is often "
            "a corner, and in a corner a weight is exactly 0."
        ),
        formula=mark(r"\|w\|_2 \le r \quad\text{against}\quad \|w\|_1 \le r"),
        notice="In the diamond the first weight is exactly 0. In the circle it is 0.41.",
        tries=(
            "Move the lowest place of the loss: raise w₁ from 1 in small steps. How long does the corner "
            "hold?"
        ),
        opens=_on_regularization("constraint", radius=1.0, c1=1.0, c2=2.2, tilt=0.0),
        picture=_bounds,
        checks=(
            Check(
                what="Weights that are exactly 0 with L2",
                computed=lambda: [float(constraints.lowest_in_circle(BOWL, 1.0).zeros)],
                printed=(0.0,),
                digits=0,
                claim="none",
            ),
            Check(
                what="Weights that are exactly 0 with L1",
                computed=lambda: [float(constraints.lowest_in_diamond(BOWL, 1.0).zeros)],
                printed=(1.0,),
                digits=0,
                claim="one",
            ),
            Check(
                what="The first weight: in the circle, in the diamond",
                computed=lambda: [
                    constraints.lowest_in_circle(BOWL, 1.0).point[0],
                    constraints.lowest_in_diamond(BOWL, 1.0).point[0],
                ],
                printed=(0.41, 0.0),
                digits=2,
                claim="0.41 and 0",
            ),
        ),
    ),
    Lesson(
        key="masks",
        title="Dropout keeps the mean",
        chapter="regularization",
        idea=(
            "Units are switched off at random and the others scaled up by 1/(1 − p), so that the mean stays."
        ),
        formula=(
            r"h' = \frac{m\, h}{1 - p}, \quad m \sim \mathrm{Bernoulli}(1 - p), \qquad \mathbb{E}[h'] = h"
        ),
        notice="The averages settle at zero difference as the draws add up.",
        tries="Raise “Share that is switched off” to 0.9. The mean stays, but how long does it take?",
        opens=_on_regularization("dropout", share=0.5),
        picture=_averages,
        checks=(
            Check(
                what="Largest difference of an average over 2000 draws",
                computed=lambda: [dropout.drawn(0.5, (6,), 0).error],
                interval=(0.0, 0.15),
                claim="near 0",
            ),
        ),
        errata=(
            "The notes say that the outputs are scaled at test time. With inverted dropout, the formula "
            "here and in PyTorch, they are scaled while training, and nothing is done at test time.",
        ),
    ),
)
