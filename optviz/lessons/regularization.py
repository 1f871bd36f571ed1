"""Lessons on regularization: over-fitting, weight decay, constraints, dropout."""

import functools
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
DESCENTS = 20  # seeds of the lesson on epochs
INPUT, SHARE = 2.0, 0.5  # of the lesson on where dropout stands
OUTPUTS, TRUE = (3.0, 1.0, -3.0), 0
VECTOR = (3.0, -4.0)


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


@functools.cache
def descent(seed: int) -> polynomials.Descended:
    """The points of the lesson on fits, fitted at degree 18 by 3000 epochs of gradient descent."""
    return polynomials.descended(20, 1.5, seed, degree=18, rate=0.3, epochs=3000)


def _turns() -> list[float]:
    """The error on fresh points after all epochs over its lowest, for each seed."""
    return [float(made.test[-1] / made.test.min()) for made in map(descent, range(DESCENTS))]


def _epochs() -> Chart:
    made = descent(0)
    epochs = np.arange(1, len(made.train))
    lines = (Line(tr("training"), epochs, made.train[1:]), Line(tr("fresh points"), epochs, made.test[1:]))
    return Chart(lines, x=tr("epoch"), y=tr("mean squared error"), log="xy")


def _norms(penalty: float, version: str) -> Callable[[], Sequence[float]]:
    return lambda: [float(decayed(penalty, seed=seed, version=version).norms[-1]) for seed in SEEDS]


def _decays() -> Picture:
    lines = []
    for penalty in (0.0, 3.0):
        norms = decayed(penalty).norms
        lines.append(Line(f"λ = {penalty:g}", np.arange(len(norms)), norms))
    return Chart(tuple(lines), x=tr("epoch"), y="‖w‖")


def norms(vector: Sequence[float]) -> list[float]:
    """L1, L2 and the maximum norm."""
    return [float(np.linalg.norm(vector, order)) for order in (1, 2, np.inf)]


def _bounds() -> Chart:
    circle, diamond = constraints.lowest_in_circle(BOWL, 1.0), constraints.lowest_in_diamond(BOWL, 1.0)
    bars = [
        (f"{kind} w{i + 1}", found.point[i])
        for kind, found in (("L2", circle), ("L1", diamond))
        for i in (0, 1)
    ]
    return Chart(bars=tuple((name, float(v)) for name, v in bars), y=tr("weight"))


def _placed() -> Chart:
    """Averages of a sigmoid unit with dropout after it and before it, and what it gives in a test."""
    after, before = dropout.around_a_sigmoid(INPUT, SHARE, 0)
    draws = np.unique(np.geomspace(1, len(after), 400).astype(int))
    tested = np.full(len(draws), dropout.before_a_sigmoid(INPUT, 0.0))
    lines = (
        Line(tr("dropout after the sigmoid"), draws, after[draws - 1]),
        Line(tr("dropout before it"), draws, before[draws - 1]),
        Line(tr("in a test"), draws, tested),
    )
    return Chart(lines, x=tr("draws"), y=tr("average of the unit"), log="x")


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
        key="epochs",
        title="When to stop training",
        chapter="regularization",
        idea=(
            "Training goes on to lower the error on its own points. The error on fresh points falls first, "
            "then turns and rises, as the model begins to follow the noise. Early stopping keeps the weights "
            "of the turn."
        ),
        formula=mark(r"t^* = \arg\min_t\, L_{\text{fresh}}(w_t)"),
        notice=(
            "The training error only falls. On fresh points the error is lowest at epoch 22, with 3.6, and "
            "is 8.8 at epoch 3,000."
        ),
        tries=(
            "The page shows the exact fits, where training would end. Lower the degree from 18 to 3. What "
            "is the test error without any stopping?"
        ),
        opens=_on_regularization("fitting", degree=18),
        picture=_epochs,
        checks=(
            Check(
                what="Epoch with the lowest error on fresh points",
                computed=lambda: [float(descent(0).best)],
                printed=(22.0,),
                digits=0,
                claim="22",
            ),
            Check(
                what="Error on fresh points: at that epoch, at epoch 3,000",
                computed=lambda: [float(descent(0).test.min()), float(descent(0).test[-1])],
                printed=(3.6, 8.8),
                digits=1,
                claim="3.6 and 8.8",
            ),
            Check(
                what="The last error over the lowest, median of 20 seeds",
                computed=lambda: [float(np.median(_turns()))],
                interval=(2.0, np.inf),
                claim="more than twice",
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
        key="norms",
        title="How long is a vector?",
        chapter="regularization",
        idea=(
            "A norm says how long a vector is. L1 adds the absolute values, L2 is the straight distance, and "
            "the maximum norm takes the largest absolute value."
        ),
        formula=(
            r"\begin{aligned} \|w\|_1 &= \sum |w_i| \\ \|w\|_2 &= \sqrt{\sum w_i^2} \\ "
            r"\|w\|_\infty &= \max |w_i| \end{aligned}"
        ),
        notice="The vector (3, −4) has L1 = 7, L2 = 5 and the maximum norm 4.",
        tries=(
            "Move the lowest place of the loss to w₁ = 0. Where do the circle and the diamond have their "
            "lowest places now?"
        ),
        opens=_on_regularization("constraint", radius=1.0, c1=1.0, c2=2.2, tilt=0.0),
        picture=lambda: Chart(
            bars=tuple(zip(("L1", "L2", tr("maximum")), norms(VECTOR), strict=True)), y=tr("norm of (3, −4)")
        ),
        checks=(
            Check(
                what="L1, L2 and maximum norm of (3, −4)",
                computed=lambda: norms(VECTOR),
                printed=(7.0, 5.0, 4.0),
                digits=0,
                claim="7, 5 and 4",
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
    Lesson(
        key="dropout_rules",
        title="Where dropout stands",
        chapter="regularization",
        idea=(
            "While training, what stays is scaled by 1/(1 − p). While testing nothing is switched off and "
            "nothing is scaled. Dropout stands after the activation of a hidden layer, never on the output."
        ),
        formula=mark(r"h'_{\text{training}} = \frac{m\, a(z)}{1 - p}, \quad h'_{\text{test}} = a(z)"),
        notice=(
            "With dropout after the sigmoid the average settles at 0.88, as in a test. With dropout before "
            "it, it settles at 0.74."
        ),
        tries="Set “Share that is switched off” to 0. What is left of the scaling?",
        opens=_on_regularization("dropout", share=SHARE),
        picture=_placed,
        checks=(
            Check(
                what="Sigmoid unit with z = 2, p = 0.5, mean of 10,000 masks after the sigmoid",
                computed=lambda: [float(dropout.around_a_sigmoid(INPUT, SHARE, 0)[0][-1])],
                interval=(0.85, 0.91),
                claim="near σ(2) = 0.881",
            ),
            Check(
                what="The same with the masks before the sigmoid, exact mean",
                computed=lambda: [dropout.before_a_sigmoid(INPUT, SHARE)],
                printed=(0.741,),
                digits=3,
                claim="½ σ(0) + ½ σ(4) = 0.741",
            ),
            Check(
                what=(
                    "Cross entropy of the logits 3, 1, −3 for the first class: in a test, and the mean over "
                    "all masks on the output"
                ),
                computed=lambda: [dropout.on_the_output(OUTPUTS, TRUE, share) for share in (0.0, SHARE)],
                printed=(0.129, 0.776),
                digits=3,
                claim="0.129 and 0.776: another loss",
            ),
        ),
    ),
)
