"""Lessons on activations, losses and regularization."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from optviz.lessons.lesson import Chart, Check, Lesson, Line, Picture, sampled
from optviz.settings import activations as activation_settings
from optviz.settings import regularization as regularization_settings
from optviz.settings.activations import (
    BINARY_LOGITS,
    BINARY_TARGETS,
    CLASS_LABELS,
    CLASS_LOGITS,
    LOG_PROBABILITIES,
    LOGITS,
    NLL_LABELS,
)
from optviz.teaching import constraints, dropout, dying_units
from optviz.teaching import fits as polynomials
from optviz.teaching.activations import ACTIVATIONS, chain
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
from optviz.teaching.weight_decay import NORM_WITH_3, NORM_WITHOUT, decayed

SIGMOID = ACTIVATIONS["sigmoid"]
GRID = np.linspace(-6, 6, 1201)
SEEDS = (0, 1, 2)
BOWL = constraints.Bowl((1.0, 2.2), 0.0)


def _numbers(values: Any) -> Callable[[], Sequence[float]]:
    return lambda: np.atleast_1d(values()).tolist()


def _activation(view: str, **values: Any) -> tuple[str, dict[str, str]]:
    return "activations", activation_settings.encode(activation_settings.shown_at(view, **values))


def _regularization(view: str, **values: Any) -> tuple[str, dict[str, str]]:
    return "regularization", regularization_settings.encode(regularization_settings.shown_at(view, **values))


def _shares(rows: Sequence[Sequence[float]], labels: Sequence[int]) -> Chart:
    """The probability that each example gives to its own class."""
    found = softmax(rows)[np.arange(len(rows)), list(labels)]
    return Chart(bars=tuple((f"example {i + 1}", float(p)) for i, p in enumerate(found)), y="p of the label")


def _chains() -> Chart:
    lines = []
    for key in ("sigmoid", "tanh", "relu"):
        depths = np.arange(1, 21)
        left = np.array([abs(chain(key, int(n), 1.0, 0.5).left) for n in depths])
        lines.append(Line(ACTIVATIONS[key].name, depths, left))
    return Chart(tuple(lines), x="layers", y="gradient that is left", log="y")


def _silent(key: str) -> float:
    """The share of units that are silent after 200 steps."""
    return float(dying_units.trained(key, 0.1, 2).silent[-1])


def _silence() -> Chart:
    lines = []
    for key in ("relu", "leaky_relu"):
        silent = dying_units.trained(key, 0.1, 2).silent
        lines.append(Line(ACTIVATIONS[key].name, np.arange(len(silent)), silent))
    return Chart(tuple(lines), x="step", y="share of silent units")


ACTIVATION = (
    Lesson(
        "sigmoid", "A slope of a quarter at most", "activations",
        "The sigmoid squeezes any number into a probability. Its slope is largest in the middle, and even "
        "there "
        "only a quarter is passed on.",
        rf"{SIGMOID.formula}, \qquad {SIGMOID.derivative_formula}",
        "The slope is a hill with its top at z = 0.",
        "Compare with tanh, whose slope reaches 1, and with ReLU, whose slope is 1 on half of the line.",
        *_activation("functions", shown=("sigmoid",)),
        lambda: Chart((sampled("σ(z)", SIGMOID.function, -6, 6), sampled("σ'(z)", SIGMOID.derivative, -6, 6)),
                      x="z"),
        (
            Check("Largest slope", _numbers(lambda: SIGMOID.derivative(GRID).max()), (0.25,), digits=6),
            Check("Where it is", _numbers(lambda: GRID[SIGMOID.derivative(GRID).argmax()]), (0.0,), digits=6),
        ),
        covers="sigmoid",
    ),
    Lesson(
        "vanishing", "A gradient fades from layer to layer", "activations",
        "Backpropagation multiplies the slopes of all layers. With sigmoids each factor is at most a "
        "quarter.",
        r"\frac{\partial a_n}{\partial x} = \prod_{k=1}^{n} w_k\, a'(z_k)",
        "On a logarithmic axis the sigmoid's line falls straight down; ReLU's stays.",
        "Raise the weight to 4. Does the gradient survive now?",
        *_activation("chain", depth=10, weight=1.0),
        _chains,
        (
            Check("Left after 10 layers of sigmoid", lambda: [abs(chain("sigmoid", 10, 1.0, 0.5).left)],
                  interval=(0.0, 0.25**10), said="at most 0.25¹⁰"),
            Check("Left after 10 layers of ReLU", lambda: [abs(chain("relu", 10, 1.0, 0.5).left)], (1.0,),
                  digits=3, said="1"),
        ),
    ),
    Lesson(
        "dying", "Units that die", "activations",
        "A ReLU whose input is negative for every example has no slope anywhere, so nothing brings it back. "
        "A "
        "leak of 0.01 leaves a way.",
        r"\mathrm{ReLU}'(z) = 0 \text{ for } z < 0",
        "The share of silent ReLU units only goes up.",
        "Raise the rate: one large step is enough to throw a unit off for good.",
        *_activation("dying", rate=0.1, seed=2),
        _silence,
        (
            Check("Silent units with ReLU and with a leak, rate 0.1",
                  lambda: [_silent("relu"), _silent("leaky_relu")]),
            Check("How many more with ReLU", lambda: [_silent("relu") - _silent("leaky_relu")],
                  interval=(0.1, 1.0), said="more than with a leak"),
        ),
    ),
    Lesson(
        "softmax", "Softmax", "activations",
        "Softmax makes shares that add up to 1 out of any numbers. Differences count, not sizes: add 100 to "
        "all "
        "and nothing changes.",
        r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
        "3 and 1 differ by 2, so the first share is e² = 7.4 times the second.",
        "Type your own numbers, and see what a difference of 1 is worth.",
        *_activation("softmax"),
        lambda: Chart(bars=tuple((f"{z:g}", float(p)) for z, p in zip(LOGITS, softmax(LOGITS), strict=True)),
                      y="share"),
        (Check("softmax(3, 1, −3)", _numbers(lambda: softmax(LOGITS)), (0.8789, 0.1189, 0.0022), digits=4),),
        covers="softmax",
    ),
    Lesson(
        "temperature", "Temperature", "activations",
        "Dividing the logits by a temperature sharpens or flattens the shares and never changes their order.",
        r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}",
        "Towards T = 0 the largest takes all, towards ∞ all get the same.",
        "Find the temperature at which the first share is a half.",
        *_activation("softmax", temperature=5.0),
        lambda: Chart(
            tuple(Line(f"z = {z:g}", (t := np.geomspace(0.1, 20, 100)),
                       np.array([softmax(LOGITS, float(v))[i] for v in t])) for i, z in enumerate(LOGITS)),
            x="temperature", y="share", log="x"),
        (
            Check("Largest share at T = 0.2", lambda: [float(softmax(LOGITS, 0.2)[0])], interval=(0.999, 1.0),
                  said="nearly all"),
            Check("Largest share at T = 20", lambda: [float(softmax(LOGITS, 20.0)[0])], interval=(0.33, 0.45),
                  said="little more than a third"),
        ),
    ),
)  # fmt: skip

P, Q = (0.7, 0.2, 0.1), (0.4, 0.4, 0.2)


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
        "entropy", "Entropy, divergence, cross entropy", "losses",
        "Cross entropy is what it costs to expect q when p is true: the unavoidable part and the part that a "
        "better q would save.",
        r"H(p, q) = H(p) + \mathrm{KL}(p \,\|\, q)",
        "The two lower bars together are as long as the third.",
        "Make q equal to p. What is left is the entropy.",
        *_activation("entropy", p=P, q=Q),
        lambda: Chart(bars=(("H(p)", float(entropy(P))), ("KL", float(kl_divergence(P, Q))),
                            ("H(p, q)", float(cross_entropy(P, Q)))), y="nats"),
        (Check("H(p) + KL − H(p, q)",
               lambda: [abs(float(entropy(P) + kl_divergence(P, Q) - cross_entropy(P, Q)))], (0.0,),
               digits=12, said="0"),),
    ),
    Lesson(
        "coin_likelihood", "The coin", "losses",
        "Seven heads and three tails are most likely under θ = 0.7. The negative logarithm turns the "
        "product of "
        "probabilities into a sum with the same best place.",
        r"-\log L(\theta) = -7 \log \theta - 3 \log (1 - \theta)",
        "The lowest place of the curve is at 0.7.",
        "Throw ten times as often with the same share. The place stays, the valley grows narrow.",
        *_activation("coin"),
        lambda: Chart((sampled("7 heads, 3 tails", lambda t: coin_loss(t, 7, 3), 0.05, 0.98),), x="θ",
                      y="−log likelihood"),
        (Check("Lowest place on a grid of thousandths", _coin_best, (0.7,), digits=3),),
        covers="coin_likelihood",
    ),
    Lesson(
        "nll", "Negative log-likelihood", "losses",
        "Pick the log-probability of the right class in each row, turn the sign, and average.",
        r"-\frac{1}{n} \sum_i \log p_{i, y_i}",
        "Only one number of each row counts.",
        "Change a label and see which number comes into play.",
        *_activation("classes"),
        lambda: Chart(
            bars=tuple((f"row {i + 1}", -LOG_PROBABILITIES[i][k]) for i, k in enumerate(NLL_LABELS)),
            y="−log p"),
        (Check("Negative log-likelihood",
               _numbers(lambda: negative_log_likelihood(LOG_PROBABILITIES, NLL_LABELS)),
               (1.7342,), digits=4),),
        covers="nll",
        erratum="The worked line next to it in the notes, −(−1.3110 − 1.4703 − 1.7949)/3 = 1.5254, is of "
        "another "
        "random draw. The matrix that is printed gives 1.7342.",
    ),
    Lesson(
        "cross_entropy", "Cross entropy from logits", "losses",
        "Softmax, logarithm and negative log-likelihood in one, without ever rounding a probability to 0.",
        r"-\frac{1}{n} \sum_i \log \frac{e^{z_{i, y_i}}}{\sum_j e^{z_{ij}}}",
        "With three classes and no knowledge it would be log 3 = 1.0986; this is hardly better.",
        "Raise the logit of each right class by 5.",
        *_activation("classes"),
        lambda: _shares(CLASS_LOGITS, CLASS_LABELS),
        (Check("Cross entropy",
               _numbers(lambda: cross_entropy_from_logits(CLASS_LOGITS, CLASS_LABELS)), (1.0491,),
               digits=4),),
        covers="cross_entropy",
    ),
    Lesson(
        "bce_with_logits", "Two classes", "losses",
        "With two classes one logit is enough, and the sigmoid takes the place of softmax.",
        r"-\frac{1}{n} \sum_i y_i \log \sigma(z_i) + (1 - y_i) \log (1 - \sigma(z_i))",
        "All three logits say “rather no”; the third example is a yes and costs the most.",
        "Set a logit to 1000. The loss stays finite.",
        *_activation("classes"),
        lambda: Chart(
            bars=tuple(
                (f"z = {z:.2f}, y = {y}",
                 float(binary_cross_entropy_from_logits(np.array([z]), np.array([float(y)]))))
                for z, y in zip(BINARY_LOGITS, BINARY_TARGETS, strict=True)
            ), y="loss"),
        (Check("Binary cross entropy",
               _numbers(lambda: binary_cross_entropy_from_logits(BINARY_LOGITS, BINARY_TARGETS)), (0.5332,),
               digits=4),),
        covers="bce_with_logits",
    ),
    Lesson(
        "pull", "Why not the squared error", "losses",
        "On a sigmoid the squared error pulls with (a − y) σ'(z), and σ' vanishes just where the answer is "
        "most "
        "wrong. Cross entropy pulls with a − y alone.",
        r"\frac{\partial}{\partial z} = a - y \quad\text{against}\quad 2\,(a - y)\,\sigma'(z)",
        "Far to the left, where the answer is wrong and sure, the squared error hardly pulls.",
        "Move z from 0 to −8 and watch both pulls.",
        *_activation("duel"),
        _pulls,
        (
            Check("Pull of cross entropy at z = −4", _pull(binary_cross_entropy_from_logits_gradient),
                  (0.982,), digits=3, said="1 − σ(−4) = 0.982"),
            Check("Pull of the squared error at z = −4", _pull(squared_error_on_sigmoid_gradient),
                  interval=(0.0, 0.05), said="nearly none"),
        ),
    ),
)  # fmt: skip


def _fits() -> polynomials.Fits:
    return polynomials.fitted(20, 1.5, 0)


def _fit_chart() -> Chart:
    fits = _fits()
    degrees = np.arange(len(fits.train))
    return Chart((Line("training", degrees, np.maximum(fits.train, 1e-3)), Line("test", degrees, fits.test)),
                 x="degree", y="mean squared error", log="y")  # fmt: skip


def _norms(penalty: float) -> Callable[[], Sequence[float]]:
    return lambda: [float(decayed(penalty, seed=seed).norms[-1]) for seed in SEEDS]


def _decays() -> Picture:
    lines = []
    for penalty in (0.0, 3.0):
        norms = decayed(penalty).norms
        lines.append(Line(f"λ = {penalty:g}", np.arange(len(norms)), norms))
    return Chart(tuple(lines), x="epoch", y="‖w‖")


def _bounds() -> Chart:
    circle, diamond = constraints.lowest_in_circle(BOWL, 1.0), constraints.lowest_in_diamond(BOWL, 1.0)
    bars = [
        (f"{kind} w{i + 1}", found.point[i])
        for kind, found in (("L2", circle), ("L1", diamond))
        for i in (0, 1)
    ]
    return Chart(bars=tuple((name, float(v)) for name, v in bars), y="weight")


def _averages() -> Chart:
    made = dropout.drawn(0.5, (6,), 0)
    draws = np.arange(1, len(made.averages) + 1)
    lines = (Line(f"unit {i + 1}", draws, made.averages[:, i] - made.values[i]) for i in range(3))
    return Chart(tuple(lines), x="draws", y="average − value", log="x")


REGULARIZATION = (
    Lesson(
        "fitting", "Learning by heart", "regularization",
        "A model with enough freedom fits its training points perfectly and fails between them.",
        r"\text{train error} \to 0, \qquad \text{test error} \to \infty",
        "The training error only falls with the degree. The test error falls, turns and rises.",
        "Give it 200 points: now the high degree does little harm.",
        *_regularization("fitting"),
        _fit_chart,
        (
            Check("Test error at degree 18 over the best test error",
                  lambda: [float(_fits().test[18] / _fits().test.min())], interval=(3.0, np.inf),
                  said="many times higher"),
            Check("Degree with the best test error", lambda: [float(_fits().best)], interval=(2, 6),
                  said="near 3, the degree of the truth"),
        ),
    ),
    Lesson(
        "weight_decay", "Weight decay", "regularization",
        "200 weights and 20 examples: endless weights fit. The penalty chooses short ones.",
        r"L(w) = \frac{1}{n} \sum_i \tfrac{1}{2} (\hat y_i - y_i)^2 + \frac{\lambda}{2} \|w\|^2",
        "Without a penalty the length of w hardly changes from where it began; with λ = 3 it falls.",
        "Look at the test error with and without. Then try L1 and count the zeros.",
        *_regularization("decay", penalty=3.0),
        _decays,
        (
            Check("‖w‖ without a penalty, seeds 0, 1, 2", _norms(0.0), interval=NORM_WITHOUT,
                  said="13.11 and 12.57"),
            Check("‖w‖ with λ = 3, seeds 0, 1, 2", _norms(3.0), interval=NORM_WITH_3, said="0.337 and 0.367"),
        ),
        covers="weight_decay",
    ),
    Lesson(
        "corners", "Circle and diamond", "regularization",
        "L2 holds the weights in a ball, L1 in a diamond. The lowest place inside a diamond is often a "
        "corner, "
        "and in a corner a weight is exactly 0.",
        r"\|w\|_2 \le r \quad\text{against}\quad \|w\|_1 \le r",
        "In the diamond the first weight is 0, in the circle it is only small.",
        "Drag the lowest place of the loss about. How long does the corner hold?",
        *_regularization("constraint", radius=1.0, c1=1.0, c2=2.2, tilt=0.0),
        _bounds,
        (
            Check("Weights that are exactly 0 with L2",
                  lambda: [float(constraints.lowest_in_circle(BOWL, 1.0).zeros)],
                  (0.0,), digits=0, said="none"),
            Check("Weights that are exactly 0 with L1",
                  lambda: [float(constraints.lowest_in_diamond(BOWL, 1.0).zeros)],
                  (1.0,), digits=0, said="one"),
        ),
    ),
    Lesson(
        "masks", "Dropout keeps the mean", "regularization",
        "Units are switched off by chance and the others made louder, so that on average nothing changes.",
        r"h' = \frac{m\, h}{1 - p}, \quad m \sim \text{Bernoulli}(1 - p), \qquad \mathbb{E}[h'] = h",
        "The averages settle at zero difference as the draws add up.",
        "Raise the share to 0.9. The mean stays, but how long does it take?",
        *_regularization("dropout", share=0.5),
        _averages,
        (Check("Largest difference of an average over 2000 draws",
               lambda: [dropout.drawn(0.5, (6,), 0).error],
               interval=(0.0, 0.15), said="near 0"),),
    ),
)  # fmt: skip
