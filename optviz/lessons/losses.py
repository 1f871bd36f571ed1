"""Lessons on losses."""

from collections.abc import Callable, Sequence

import numpy as np

from optviz.lessons.activations import as_list, on_activations
from optviz.lessons.lesson import Chart, Check, Lesson, Line, sampled_line
from optviz.settings.activations import (
    BINARY_LOGITS,
    BINARY_TARGETS,
    CLASS_LABELS,
    CLASS_LOGITS,
    LOG_PROBABILITIES,
    NLL_LABELS,
)
from optviz.teaching.losses import (
    binary_cross_entropy_from_logits,
    binary_cross_entropy_from_logits_gradient,
    coin_loss,
    cross_entropy,
    cross_entropy_from_logits,
    entropy,
    kl_divergence,
    negative_log_likelihood,
    softmax,
    squared_error_on_sigmoid_gradient,
)

P, Q = (0.7, 0.2, 0.1), (0.4, 0.4, 0.2)


def _shares(rows: Sequence[Sequence[float]], labels: Sequence[int]) -> Chart:
    """The probability that each example gives to its own class."""
    found = softmax(rows)[np.arange(len(rows)), list(labels)]
    return Chart(bars=tuple((f"example {i + 1}", float(p)) for i, p in enumerate(found)), y="p of the label")


def _pulls() -> Chart:
    z = np.linspace(-8, 8, 161)
    one = np.ones(1)
    each = (binary_cross_entropy_from_logits_gradient, squared_error_on_sigmoid_gradient)
    lines = [
        Line(name, z, np.array([abs(float(pull(np.array([v]), one)[0])) for v in z]))
        for name, pull in zip(("cross entropy", "squared error"), each, strict=True)
    ]
    return Chart(tuple(lines), x="z, when the truth is 1", y="pull on z")


def _pull(function: Callable[..., np.ndarray]) -> Callable[[], Sequence[float]]:
    return lambda: [abs(float(function(np.array([-4.0]), np.ones(1))[0]))]


def _coin_best() -> list[float]:
    theta = np.linspace(0.001, 0.999, 999)
    return [float(theta[np.argmin(coin_loss(theta, 7, 3))])]


LOSSES = (
    Lesson(
        key="entropy",
        title="Entropy, divergence, cross entropy",
        chapter="losses",
        idea=(
            "Cross entropy is what it costs to expect q when p is true: the unavoidable part and the part "
            "that a better q would save."
        ),
        formula=r"H(p, q) = H(p) + \mathrm{KL}(p \,\|\, q)",
        look_at="The two lower bars together are as long as the third.",
        try_next="Make q equal to p. What is left is the entropy.",
        opens=on_activations("entropy", p=P, q=Q),
        picture=lambda: Chart(
            bars=(
                ("H(p)", float(entropy(P))),
                ("KL", float(kl_divergence(P, Q))),
                ("H(p, q)", float(cross_entropy(P, Q))),
            ),
            y="nats",
        ),
        checks=(
            Check(
                what="H(p) + KL − H(p, q)",
                computed=lambda: [abs(float(entropy(P) + kl_divergence(P, Q) - cross_entropy(P, Q)))],
                printed=(0.0,),
                digits=12,
                claim="0",
            ),
        ),
    ),
    Lesson(
        key="coin_likelihood",
        title="The coin",
        chapter="losses",
        idea=(
            "Seven heads and three tails are most likely under θ = 0.7. The negative logarithm turns the "
            "product of probabilities into a sum with the same best place."
        ),
        formula=r"-\log L(\theta) = -7 \log \theta - 3 \log (1 - \theta)",
        look_at="The lowest place of the curve is at 0.7.",
        try_next="Throw ten times as often with the same share. The place stays, the valley grows narrow.",
        opens=on_activations("coin"),
        picture=lambda: Chart(
            (sampled_line("7 heads, 3 tails", lambda t: coin_loss(t, 7, 3), 0.05, 0.98),),
            x="θ",
            y="−log likelihood",
        ),
        checks=(
            Check(
                what="Lowest place on a grid of thousandths", computed=_coin_best, printed=(0.7,), digits=3
            ),
        ),
        covers="coin_likelihood",
    ),
    Lesson(
        key="nll",
        title="Negative log-likelihood",
        chapter="losses",
        idea="Pick the log-probability of the right class in each row, turn the sign, and average.",
        formula=r"-\frac{1}{n} \sum_i \log p_{i, y_i}",
        look_at="Only one number of each row counts.",
        try_next="Change a label and see which number comes into play.",
        opens=on_activations("classes"),
        picture=lambda: Chart(
            bars=tuple((f"row {i + 1}", -LOG_PROBABILITIES[i][k]) for i, k in enumerate(NLL_LABELS)),
            y="−log p",
        ),
        checks=(
            Check(
                what="Negative log-likelihood",
                computed=as_list(lambda: negative_log_likelihood(LOG_PROBABILITIES, NLL_LABELS)),
                printed=(1.7342,),
                digits=4,
            ),
        ),
        covers="nll",
        errata=(
            "The worked line next to it in the notes, −(−1.3110 − 1.4703 − 1.7949)/3 = 1.5254, is of "
            "another random draw. The matrix that is printed gives 1.7342.",
        ),
    ),
    Lesson(
        key="cross_entropy",
        title="Cross entropy from logits",
        chapter="losses",
        idea="Softmax, logarithm and negative log-likelihood in one; no probability is ever rounded to 0.",
        formula=r"-\frac{1}{n} \sum_i \log \frac{e^{z_{i, y_i}}}{\sum_j e^{z_{ij}}}",
        look_at="With three classes and no knowledge it would be log 3 = 1.0986; this is hardly better.",
        try_next="Raise the logit of each right class by 5.",
        opens=on_activations("classes"),
        picture=lambda: _shares(CLASS_LOGITS, CLASS_LABELS),
        checks=(
            Check(
                what="Cross entropy",
                computed=as_list(lambda: cross_entropy_from_logits(CLASS_LOGITS, CLASS_LABELS)),
                printed=(1.0491,),
                digits=4,
            ),
            Check(
                what="With a softmax in front, which the loss repeats",
                computed=as_list(lambda: cross_entropy_from_logits(softmax(CLASS_LOGITS), CLASS_LABELS)),
                printed=(1.0753,),
                digits=4,
                claim="not 1.0491: it does have an effect",
            ),
            Check(
                what="The lowest loss that three classes can reach with a softmax in front",
                computed=as_list(lambda: cross_entropy_from_logits(np.eye(3), (0, 1, 2))),
                printed=(0.5514,),
                digits=4,
                claim="log(e + 2) − 1 = 0.5514",
            ),
        ),
        covers="cross_entropy",
        errata=(
            "The worked line next to it in the notes ends at 1.3169. It is of another random draw; the "
            "logits that are printed give 1.0491.",
            "The notes say that an extra softmax before this loss has no effect. It has: the loss here "
            "becomes 1.0753, and with three classes it can never fall below 0.551, however sure the network "
            "is.",
            "Where the notes reduce the sum over classes for a one-hot target, the p is missing: "
            "−Σ yᵢ log pᵢ = −log p of the true class.",
        ),
    ),
    Lesson(
        key="bce_with_logits",
        title="Two classes",
        chapter="losses",
        idea="With two classes one logit is enough, and the sigmoid takes the place of softmax.",
        formula=r"-\frac{1}{n} \sum_i y_i \log \sigma(z_i) + (1 - y_i) \log (1 - \sigma(z_i))",
        look_at="All three logits say “rather no”; the third example is a yes and costs the most.",
        try_next="Set a logit to 1000. The loss stays finite.",
        opens=on_activations("classes"),
        picture=lambda: Chart(
            bars=tuple(
                (
                    f"z = {z:.2f}, y = {y}",
                    float(binary_cross_entropy_from_logits(np.array([z]), np.array([float(y)]))),
                )
                for z, y in zip(BINARY_LOGITS, BINARY_TARGETS, strict=True)
            ),
            y="loss",
        ),
        checks=(
            Check(
                what="Binary cross entropy",
                computed=as_list(lambda: binary_cross_entropy_from_logits(BINARY_LOGITS, BINARY_TARGETS)),
                printed=(0.5332,),
                digits=4,
            ),
        ),
        covers="bce_with_logits",
    ),
    Lesson(
        key="pull",
        title="Why not the squared error",
        chapter="losses",
        idea=(
            "On a sigmoid the squared error pulls with (a − y) σ'(z), and σ' vanishes just where the "
            "answer is most wrong. Cross entropy pulls with a − y alone."
        ),
        formula=r"\frac{\partial}{\partial z} = a - y \quad\text{against}\quad 2\,(a - y)\,\sigma'(z)",
        look_at="Far to the left, where the answer is wrong and sure, the squared error hardly pulls.",
        try_next="Move z from 0 to −8 and watch both pulls.",
        opens=on_activations("duel"),
        picture=_pulls,
        checks=(
            Check(
                what="Pull of cross entropy at z = −4",
                computed=_pull(binary_cross_entropy_from_logits_gradient),
                printed=(0.982,),
                digits=3,
                claim="1 − σ(−4) = 0.982",
            ),
            Check(
                what="Pull of the squared error at z = −4",
                computed=_pull(squared_error_on_sigmoid_gradient),
                interval=(0.0, 0.05),
                claim="nearly none",
            ),
        ),
    ),
)
