"""Lessons on losses."""

from collections.abc import Callable, Sequence

import numpy as np

from optviz.lessons.activations import as_list
from optviz.lessons.lesson import Chart, Check, Lesson, Line, on_activations, sampled_line
from optviz.settings.activations import (
    BINARY_LOGITS,
    BINARY_TARGETS,
    CLASS_LABELS,
    CLASS_LOGITS,
    LOG_PROBABILITIES,
    NLL_LABELS,
    ActivationSettings,
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
from optviz.words import mark, tr

P, Q = (0.7, 0.2, 0.1), (0.4, 0.4, 0.2)


def _shares(rows: Sequence[Sequence[float]], labels: Sequence[int]) -> Chart:
    """The probability that each example gives to its own class."""
    found = softmax(rows)[np.arange(len(rows)), list(labels)]
    bars = tuple((tr("example {number}", number=i + 1), float(p)) for i, p in enumerate(found))
    return Chart(bars=bars, y=tr("p of the label"))


def _pulls() -> Chart:
    z = np.linspace(-8, 8, 161)
    one = np.ones(1)
    each = (binary_cross_entropy_from_logits_gradient, squared_error_on_sigmoid_gradient)
    lines = [
        Line(name, z, np.array([abs(float(pull(np.array([v]), one)[0])) for v in z]))
        for name, pull in zip((tr("cross entropy"), tr("squared error")), each, strict=True)
    ]
    return Chart(tuple(lines), x=tr("z, when the truth is 1"), y=tr("pull on z"))


def _pull(function: Callable[..., np.ndarray]) -> Callable[[], Sequence[float]]:
    return lambda: [abs(float(function(np.array([-4.0]), np.ones(1))[0]))]


DATA = ActivationSettings().data


def _best_guesses(data: Sequence[float]) -> list[float]:
    """The guesses with the lowest mean absolute and mean squared error."""
    guesses = np.arange(0, 100, 0.01)
    errors = guesses[:, None] - np.array(data)
    return [float(guesses[e.mean(axis=1).argmin()]) for e in (np.abs(errors), errors**2)]


def _label_losses() -> list[float]:
    """The binary cross entropy of each of three labels."""
    return [
        float(binary_cross_entropy_from_logits(np.array([z]), np.array([float(y)])))
        for z, y in zip(BINARY_LOGITS, BINARY_TARGETS, strict=True)
    ]


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
        notice="H(p) and KL stacked are as tall as H(p, q).",
        tries="Make q equal to p. What is left is the entropy.",
        opens=on_activations("entropy", p=P, q=Q),
        picture=lambda: Chart(
            bars=(
                ("H(p)", float(entropy(P))),
                ("KL", float(kl_divergence(P, Q))),
                ("H(p, q)", float(cross_entropy(P, Q))),
            ),
            y=tr("nats"),
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
        notice="The lowest place of the curve is at 0.7.",
        tries="Throw ten times as often with the same share. The place stays, the valley becomes narrow.",
        opens=on_activations("coin"),
        picture=lambda: Chart(
            (sampled_line(tr("7 heads, 3 tails"), lambda t: coin_loss(t, 7, 3), 0.05, 0.98),),
            x="θ",
            y=tr("−log likelihood"),
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
        notice="Only one number of each row counts.",
        tries="Change a label and see which number comes into play.",
        opens=on_activations("classes"),
        picture=lambda: Chart(
            bars=tuple(
                (tr("row {number}", number=i + 1), -LOG_PROBABILITIES[i][k]) for i, k in enumerate(NLL_LABELS)
            ),
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
        idea="Softmax, logarithm and negative log-likelihood in one, which is numerically safe.",
        formula=r"-\frac{1}{n} \sum_i \log \frac{e^{z_{i, y_i}}}{\sum_j e^{z_{ij}}}",
        notice="With three classes and no knowledge it would be log 3 = 1.0986; this is hardly better.",
        tries="Raise the logit of each right class by 5.",
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
        notice="All three logits say “rather no”; the third example is a yes and costs the most.",
        tries="Set a logit to 1000. The loss stays finite.",
        opens=on_activations("classes"),
        picture=lambda: Chart(
            bars=tuple(
                (
                    f"z = {z:.2f}, y = {y}",
                    float(binary_cross_entropy_from_logits(np.array([z]), np.array([float(y)]))),
                )
                for z, y in zip(BINARY_LOGITS, BINARY_TARGETS, strict=True)
            ),
            y=tr("loss"),
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
        key="multi-label",
        title="Several labels at once",
        chapter="losses",
        idea=(
            "A picture may show a dog and a child. Each label is a question of its own with yes or no: one "
            "sigmoid and one binary cross entropy for each. Some books add these up; PyTorch takes their "
            "mean."
        ),
        formula=r"L = \frac{1}{k} \sum_{j=1}^{k} \mathrm{BCE}(z_j, y_j)",
        notice="The three labels cost 0.403, 0.396 and 0.801. Their sum is 1.600, their mean 0.533.",
        tries="Turn the last truth from 1 to 0. By how much does the mean fall?",
        opens=on_activations("classes"),
        picture=lambda: Chart(
            bars=tuple((tr("label {number}", number=i + 1), loss) for i, loss in enumerate(_label_losses())),
            y=tr("loss"),
        ),
        checks=(
            Check(
                what="Loss of each label",
                computed=_label_losses,
                printed=(0.403, 0.396, 0.801),
                digits=3,
                claim="0.403, 0.396, 0.801",
            ),
            Check(
                what="Their sum, their mean",
                computed=lambda: [float(np.sum(_label_losses())), float(np.mean(_label_losses()))],
                printed=(1.600, 0.533),
                digits=3,
                claim="1.600, 0.533",
            ),
        ),
        errata=(
            "The notes add up the losses of the labels where PyTorch's MultiLabelSoftMarginLoss takes their "
            "mean: with k labels their loss, and its gradients, are k times as large.",
        ),
    ),
    Lesson(
        key="errors",
        title="Absolute and squared error",
        chapter="losses",
        idea=(
            "One guess a stands for all the data. The mean squared error is lowest at the mean, the mean "
            "absolute error at the median. So an outlier pulls the one and hardly moves the other."
        ),
        formula=r"\mathrm{MAE} = \frac{1}{n} \sum_i |a - y_i|, \quad "
        r"\mathrm{MSE} = \frac{1}{n} \sum_i (a - y_i)^2",
        notice="With the outlier 12 the mean is 4.1, above four of the five data. The median is 2.5.",
        tries="Move the outlier from 12 to 100. Which of the two lowest places moves?",
        opens=on_activations("errors"),
        picture=lambda: Chart(
            (
                sampled_line("MAE", lambda a: np.abs(a[:, None] - np.array(DATA)).mean(axis=-1), 0, 12),
                sampled_line(
                    "MSE / 10", lambda a: ((a[:, None] - np.array(DATA)) ** 2).mean(axis=-1) / 10, 0, 12
                ),
            ),
            x=tr("guess a"),
            y=tr("mean error"),
        ),
        checks=(
            Check(
                what="Lowest place of MAE and of MSE on a grid of hundredths",
                computed=lambda: _best_guesses(DATA),
                printed=(2.5, 4.1),
                digits=2,
                claim="the median 2.5 and the mean 4.1",
            ),
            Check(
                what="The same with 100 in place of 12",
                computed=lambda: _best_guesses((*DATA[:-1], 100.0)),
                printed=(2.5, 21.7),
                digits=2,
                claim="the median stays, the mean moves to 21.7",
            ),
        ),
    ),
    Lesson(
        key="pull",
        title="Why not the squared error",
        chapter="losses",
        idea=(
            "On a sigmoid the squared error pulls with (a − y) σ'(z), and σ' vanishes just where the "
            "answer is most wrong. Cross entropy pulls with a − y alone."
        ),
        formula=mark(r"\frac{\partial}{\partial z} = a - y \quad\text{against}\quad 2\,(a - y)\,\sigma'(z)"),
        notice="Far to the left, where the answer is confidently wrong, the squared error hardly pulls.",
        tries="Move z from 0 to −8 and watch both pulls.",
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
