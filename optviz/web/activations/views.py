"""What the page “Activations and losses” shows and says, view by view."""

from typing import Any

import streamlit as st

from optviz.engine.formula_words import in_words
from optviz.engine.outcomes import number
from optviz.engine.remembered import Remembered
from optviz.figures.activation_panels import chain_panels, duel_panels, dying_panels, function_panels
from optviz.figures.loss_panels import (
    binary_panel,
    class_panels,
    coin_panels,
    entropy_panels,
    error_panels,
    softmax_panels,
)
from optviz.figures.style import Theme
from optviz.settings.activations import (
    BINARY_LOGITS,
    BINARY_TARGETS,
    CLASS_LABELS,
    CLASS_LOGITS,
    LOG_PROBABILITIES,
    LOGITS,
    NLL_LABELS,
    ActivationSettings,
)
from optviz.teaching.activations import ACTIVATIONS, chain
from optviz.teaching.dying_units import trained
from optviz.teaching.loss_table import TORCH_LOSSES
from optviz.teaching.losses import (
    binary_cross_entropy_from_logits,
    coin_best,
    cross_entropy_from_logits,
    negative_log_likelihood,
    softmax,
)
from optviz.training.presets import PRESETS
from optviz.web.teaching_view import Drawn, View, train_link
from optviz.words import listed, mark, tr

PRINTED_SOFTMAX = (0.8789, 0.1189, 0.0022)
PRINTED_CROSS_ENTROPY, PRINTED_NLL, PRINTED_BINARY = 1.0491, 1.7342, 0.5332
PRINTED_COIN = 0.7
TRAINING = 32.0  # milliseconds for both networks of dying units, measured

GUIDE = mark("""
| You predict | Output layer | Loss |
|---|---|---|
| one of k classes | softmax, k outputs | cross entropy |
| yes or no | sigmoid, one output | binary cross entropy |
| several labels at once | sigmoid, one output per label | binary cross entropy |
| a number | none | squared error |
| a number, with outliers in the data | none | absolute error |
| a number above zero | softplus | squared error |
""")
TORCH = mark("""
`CrossEntropyLoss` and the losses that take logits contain the softmax or the sigmoid: do not put one in front
of them as well. `CrossEntropyLoss` is `NLLLoss` of a log-softmax, and `SoftMarginLoss` is `BCEWithLogitsLoss`
with the labels −1 and 1. All take the mean over the examples, or with `reduction="sum"` their sum, which
makes gradients n times as large. `CrossEntropyLoss` and `NLLLoss` also take `weight`, how much each class
counts in a weighted mean, and `ignore_index`, a label that does not count; `CrossEntropyLoss` takes
`label_smoothing`.
""")


#: A slider that goes back and forth, and a class that looks at the same link, train only once.
_trained = Remembered(trained, most=256)


def _functions(s: ActivationSettings, theme: Theme) -> Drawn:
    return function_panels(s.shown, s.width, theme)


def _formulas(s: ActivationSettings) -> None:
    for key in s.shown:
        row = ACTIVATIONS[key]
        st.markdown(
            tr(
                "**{name}**  \n${formula}$ with slope ${derivative}$. {notes}",
                name=tr(row.name),
                formula=in_words(row.formula),
                derivative=in_words(row.derivative_formula),
                notes=tr(row.notes),
            )
        )


def _dying(s: ActivationSettings, theme: Theme) -> Drawn:
    return dying_panels([_trained(key, s.rate, s.seed) for key in ("relu", "leaky_relu")], theme)


def _training_time(s: ActivationSettings) -> float:
    return 0.0 if all(_trained.knows(key, s.rate, s.seed) for key in ("relu", "leaky_relu")) else TRAINING


def _broken(s: ActivationSettings) -> None:
    for key in ("relu", "leaky_relu"):
        run = _trained(key, s.rate, s.seed)
        if run.broke_at is not None:
            name = tr(ACTIVATIONS[key].name)
            st.markdown(tr("{name}: the loss overflowed at step {step}.", name=name, step=run.broke_at))


def _chain(s: ActivationSettings, theme: Theme) -> Drawn:
    found = [(key, chain(key, s.depth, s.weight, s.input)) for key in s.shown]
    return chain_panels(found, s.weight, theme)


def _softmax(s: ActivationSettings, theme: Theme) -> Drawn:
    return softmax_panels(s.logits, s.temperature, theme)


def _softmax_printed(s: ActivationSettings) -> None:
    if s.logits == LOGITS and s.temperature == 1:
        _compared(PRINTED_SOFTMAX, tuple(softmax(s.logits)))


def _entropy(s: ActivationSettings, theme: Theme) -> Drawn:
    return entropy_panels(*s.shares, theme)


def _errors(s: ActivationSettings, theme: Theme) -> Drawn:
    return error_panels(s.data, theme)


def _coin(s: ActivationSettings, theme: Theme) -> Drawn:
    return coin_panels(s.heads, s.tails, theme)


def _coin_printed(s: ActivationSettings) -> None:
    best = coin_best(s.heads, s.tails)
    if (s.heads, s.tails) == (7, 3):
        _compared((PRINTED_COIN,), (best,))
    else:
        st.markdown(
            tr("The lowest place is θ = {best}, the share of heads among the throws.", best=number(best))
        )


def _classes(s: ActivationSettings, theme: Theme) -> Drawn:
    panels = class_panels(s.classes, s.labels, s.logs, s.log_labels, theme)
    return [*panels, binary_panel(s.binary, s.targets, theme)], []


def _classes_printed(s: ActivationSettings) -> None:
    if (s.classes, s.labels) == (CLASS_LOGITS, CLASS_LABELS):
        found = cross_entropy_from_logits(s.classes, s.labels)
        _compared((PRINTED_CROSS_ENTROPY,), (found,), tr("Cross entropy"))
    if (s.logs, s.log_labels) == (LOG_PROBABILITIES, NLL_LABELS):
        likelihood = negative_log_likelihood(s.logs, s.log_labels)
        _compared((PRINTED_NLL,), (likelihood,), tr("Negative log-likelihood"))
        st.caption(
            tr(
                "The notes work the sum out beside it as −(−1.3110 − 1.4703 − 1.7949)/3 = 1.5254. Those "
                "numbers are of another random draw; with the table above it is −(−1.4200 − 1.6929 − "
                "2.0897)/3."
            )
        )
    if (s.binary, s.targets) == (BINARY_LOGITS, BINARY_TARGETS):
        found = binary_cross_entropy_from_logits(s.binary, s.targets)
        _compared((PRINTED_BINARY,), (found,), tr("Binary cross entropy"))
    st.markdown(tr("## Which output layer goes with which loss"))
    st.markdown(tr(GUIDE))
    st.markdown(tr("## Losses in torch.nn"))
    rows = (f"| `{row.name}` | {tr(row.takes)} | ${row.formula}$ |" for row in TORCH_LOSSES)
    st.markdown("\n".join((tr("| Class | Takes | Loss of one example |"), "|---|---|---|", *rows)))
    st.markdown(tr(TORCH))


def _compared(printed: tuple[float, ...], found: tuple[Any, ...], name: str = "") -> None:
    """The figures of the course notes beside those computed here."""
    left = listed(f"{v:g}" for v in printed)
    right = listed(f"{float(v):.6f}" for v in found)
    if name:
        said = tr(
            "{name}: printed in the notes **{left}**, computed here **{right}**.",
            name=name,
            left=left,
            right=right,
        )
    else:
        said = tr("Printed in the notes **{left}**, computed here **{right}**.", left=left, right=right)
    st.markdown(said)


def _duel(s: ActivationSettings, theme: Theme) -> Drawn:
    return duel_panels(s.z, theme)


def _duel_trained(s: ActivationSettings) -> None:
    st.markdown(
        tr(
            "## On a real network\n"
            "The same network (784-512-512-10, gradient descent, batches of 100, seed 0) on MNIST. Test "
            "accuracy after five epochs, as measured once and written down in the project's "
            "`docs/results.md`: cross entropy with rate 0.1 reached **96.93 %**, squared error **94.70 %** "
            "with rate 1 and **77.60 %** with rate 0.1. Train both yourself and overlay the curves:"
        )
    )
    for key in ("cross_entropy", "mean_squared_error"):
        train_link(tr("{name}, on Train live", name=tr(PRESETS[key].name)), PRESETS[key].config)


VIEWS: dict[str, View] = {
    "functions": View(
        r"a = a(z), \qquad \frac{\partial L}{\partial z} = \frac{\partial L}{\partial a}\, a'(z)",
        "An activation bends what a layer computes; its slope decides how much of a gradient passes.",
        "choose sigmoid alone: its slope is at most 0.25, at z = 0. Then widen the axis: which slopes vanish "
        "on both sides, which on one, which on none?",
        _functions,
        _formulas,
    ),
    "dying": View(
        r"\mathrm{ReLU}'(z) = 0 \text{ for } z < 0 \;\Rightarrow\; \frac{\partial L}{\partial w} = 0",
        "One step that is too large can push a unit below zero for every point. Its gradient is then zero, "
        "and in this network nothing brings it back; with layers below, their changes can. The network has "
        "100 hidden units, one input and one output, and learns sin(3x) from 64 points with 200 steps of "
        "gradient descent.",
        "lower the rate until no unit dies. At rate 0.3 and seed 0, which of the two networks still "
        "learns, and why?",
        _dying,
        _broken,
        _training_time,
    ),
    "chain": View(
        r"\frac{\partial x_n}{\partial x_0} = \prod_{k=1}^{n} w\, a'(w\, x_{k-1})",
        "A gradient passes a chain of layers as a product: factors below 1 make it vanish, above 1 explode.",
        "sigmoid with weight 4: one layer can now pass the gradient whole, does the chain? Then ReLU with "
        "weight 2, and with weight −1.",
        _chain,
    ),
    "softmax": View(
        r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}",
        "Softmax turns any numbers into shares of one; only the differences between them count.",
        "add 100 to every number: nothing changes. Then lower the temperature: the largest share approaches "
        "1.",
        _softmax,
        _softmax_printed,
    ),
    "entropy": View(
        r"H(p, q) = -\sum_i p_i \log q_i = H(p) + \mathrm{KL}(p \,\|\, q)",
        "Entropy is the surprise that the truth p itself holds; KL is what believing q adds to it. A network "
        "changes only q, so lowering cross entropy lowers KL.",
        "make q equal to p: KL is 0. Then exchange p and q: KL changes. Then let q have a 0.",
        _entropy,
    ),
    "errors": View(
        r"\mathrm{MAE} = \frac{1}{n} \sum_i |a - y_i|, \qquad \mathrm{MSE} = \frac{1}{n} \sum_i (a - y_i)^2",
        "Here one guess a stands for all the data: absolute error pulls with the same force however far a "
        "datum is, squared error pulls harder the farther it is.",
        "move the outlier 12 to 100. The median stays; where does the mean go?",
        _errors,
    ),
    "coin": View(
        r"-\log L(\theta) = -h \log \theta - t \log (1 - \theta), \qquad \hat\theta = \frac{h}{h + t}",
        "The best θ makes what was seen most likely; a logarithm turns the product of chances into a sum.",
        "70 heads and 30 tails: the lowest place stays, the likelihood becomes narrow. Then 1 and 0.",
        _coin,
        _coin_printed,
    ),
    "classes": View(
        r"L = -\frac{1}{n} \sum_i \log p_{i, y_i}, \qquad \frac{\partial L}{\partial z} = \frac{p - y}{n}",
        "Cross entropy looks only at the probability of the true class, and its gradient is simply belief "
        "minus truth.",
        "raise one logit of the wrong class to 10 and watch its row. Then make the right one 10.",
        _classes,
        _classes_printed,
    ),
    "duel": View(
        r"\frac{\partial\, \mathrm{CE}}{\partial z} = \sigma(z) - y, \qquad "
        r"\frac{\partial\, \mathrm{SE}}{\partial z} = 2\,(\sigma(z) - y)\,\sigma'(z)",
        "Squared error on a sigmoid carries the factor σ'(z), which vanishes just where the answer is most "
        "wrong; cross entropy cancels it.",
        "move z to −8: sure, and wrong. How much stronger does cross entropy pull?",
        _duel,
        _duel_trained,
    ),
}
