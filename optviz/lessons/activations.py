"""Lessons on activations and softmax."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from optviz.lessons.lesson import Chart, Check, Lesson, Line, Target, sampled_line
from optviz.settings import activations as activation_settings
from optviz.settings.activations import (
    LOGITS,
)
from optviz.teaching import dying_units
from optviz.teaching.activations import ACTIVATIONS as FUNCTIONS
from optviz.teaching.activations import chain
from optviz.teaching.losses import (
    softmax,
)

SIGMOID = FUNCTIONS["sigmoid"]
GRID = np.linspace(-6, 6, 1201)


def as_list(values: Any) -> Callable[[], Sequence[float]]:
    """A function that returns one number, or an array, as a list."""
    return lambda: np.atleast_1d(values()).tolist()


def on_activations(view: str, **values: Any) -> Target:
    """Opens a view of the page Activations and losses with these values."""
    return Target("activations", activation_settings.encode(activation_settings.shown_at(view, **values)))


def _chains() -> Chart:
    lines = []
    for key in ("sigmoid", "tanh", "relu"):
        depths = np.arange(1, 21)
        left = np.array([abs(chain(key, int(n), 1.0, 0.5).left) for n in depths])
        lines.append(Line(FUNCTIONS[key].name, depths, left))
    return Chart(tuple(lines), x="layers", y="gradient that is left", log="y")


DYING_RATE, DYING_SEEDS = 0.1, range(20)


@functools.cache
def dying_runs(key: str) -> tuple[dying_units.Units, ...]:
    """The trainings of the lesson on dying units, one for each seed."""
    return tuple(dying_units.trained(key, DYING_RATE, seed) for seed in DYING_SEEDS)


def _at_the_end(key: str, share: Callable[[dying_units.Units], float]) -> list[float]:
    """The mean of a share over the seeds."""
    return [float(np.mean([share(run) for run in dying_runs(key)]))]


def _deaths() -> Chart:
    lines = []
    for key in ("relu", "leaky_relu"):
        name, runs = FUNCTIONS[key].name, dying_runs(key)
        steps = np.arange(len(runs[0].dead))
        lines.append(Line(f"{name}: no gradient", steps, np.mean([run.dead for run in runs], axis=0)))
        if key == "leaky_relu":
            lines.append(Line(f"{name}: silent", steps, np.mean([run.silent for run in runs], axis=0)))
    return Chart(tuple(lines), x="step", y="share of units, mean of 20 seeds")


ACTIVATIONS = (
    Lesson(
        key="sigmoid",
        title="A derivative of 1/4 at most",
        chapter="activations",
        idea=(
            "The sigmoid maps any number to a probability. Its derivative is largest in the middle, and even "
            "there it is only 1/4."
        ),
        formula=rf"{SIGMOID.formula}, \qquad {SIGMOID.derivative_formula}",
        look_at="The derivative has its maximum at z = 0.",
        try_next="Compare with tanh, whose derivative reaches 1, and with ReLU, where it is 1 for all z > 0.",
        opens=on_activations("functions", shown=("sigmoid",)),
        picture=lambda: Chart(
            (sampled_line("σ(z)", SIGMOID.function, -6, 6), sampled_line("σ'(z)", SIGMOID.derivative, -6, 6)),
            x="z",
        ),
        checks=(
            Check(
                what="Largest derivative",
                computed=as_list(lambda: SIGMOID.derivative(GRID).max()),
                printed=(0.25,),
                digits=6,
            ),
            Check(
                what="Where it is",
                computed=as_list(lambda: GRID[SIGMOID.derivative(GRID).argmax()]),
                printed=(0.0,),
                digits=6,
            ),
        ),
        covers="sigmoid",
    ),
    Lesson(
        key="vanishing",
        title="A gradient fades from layer to layer",
        chapter="activations",
        idea=(
            "Backpropagation multiplies the slopes and weights of all layers. A sigmoid's slope is at most "
            "1/4, so with |w| ≤ 1 every layer loses at least three quarters."
        ),
        formula=r"\frac{\partial a_n}{\partial x} = \prod_{k=1}^{n} w_k\, a'(z_k)",
        look_at="On a logarithmic axis the sigmoid's line falls straight down; ReLU's stays.",
        try_next="Raise the weight to 4. Does the gradient survive now?",
        opens=on_activations("chain", depth=10, weight=1.0),
        picture=_chains,
        checks=(
            Check(
                what="Left after 10 layers of sigmoid",
                computed=lambda: [abs(chain("sigmoid", 10, 1.0, 0.5).left)],
                interval=(0.0, 0.25**10),
                claim="at most 0.25¹⁰",
            ),
            Check(
                what="Left after 10 layers of ReLU",
                computed=lambda: [abs(chain("relu", 10, 1.0, 0.5).left)],
                printed=(1.0,),
                digits=3,
                claim="1",
            ),
        ),
    ),
    Lesson(
        key="dying",
        title="Units that die",
        chapter="activations",
        idea=(
            "A ReLU whose input is negative for every example is silent and has the gradient 0, so its "
            "weights no longer change. In this network nothing brings it back; with layers below, their "
            "changes can. A slope of 0.01 on the left, as in leaky ReLU, keeps some gradient."
        ),
        formula=r"\mathrm{ReLU}'(z) = 0 \text{ for } z < 0",
        look_at=(
            "More than half of the ReLU units lose their gradient. Just as many leaky units fall silent, "
            "but none of them loses its gradient. It is so small that in 200 steps fewer than 1 unit in 100 "
            "comes back."
        ),
        try_next="Lower the rate to 0.05. How many units die now? Then try other seeds.",
        opens=on_activations("dying", rate=DYING_RATE, seed=0),
        picture=_deaths,
        checks=(
            Check(
                what="Share of units without gradient, ReLU, rate 0.1, mean of 20 seeds",
                computed=lambda: _at_the_end("relu", lambda run: run.dead[-1]),
                interval=(0.5, 0.7),
                claim="more than half",
            ),
            Check(
                what="Share of units without gradient, leaky ReLU",
                computed=lambda: _at_the_end("leaky_relu", lambda run: run.dead[-1]),
                printed=(0.0,),
                digits=3,
                claim="none",
            ),
            Check(
                what="Share of silent units, leaky ReLU",
                computed=lambda: _at_the_end("leaky_relu", lambda run: run.silent[-1]),
                interval=(0.5, 0.7),
                claim="as many as with ReLU",
            ),
            Check(
                what="Share of leaky units that came back",
                computed=lambda: _at_the_end("leaky_relu", lambda run: run.returned),
                interval=(0.0, 0.01),
                claim="fewer than 1 in 100",
            ),
        ),
        errata=(
            "The notes' formula gives ReLU'(0) = 1, while their text says that ReLU is not differentiable "
            "at 0. The text is right; programs choose a number. PyTorch and this page take 0.",
        ),
    ),
    Lesson(
        key="softmax",
        title="Softmax",
        chapter="activations",
        idea=(
            "Softmax makes shares that add up to 1 out of any numbers. Differences count, not sizes: add "
            "100 to all and nothing changes."
        ),
        formula=r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
        look_at="3 and 1 differ by 2, so the first share is e² = 7.4 times the second.",
        try_next="Type your own numbers, and see what a difference of 1 is worth.",
        opens=on_activations("softmax"),
        picture=lambda: Chart(
            bars=tuple((f"{z:g}", float(p)) for z, p in zip(LOGITS, softmax(LOGITS), strict=True)), y="share"
        ),
        checks=(
            Check(
                what="softmax(3, 1, −3)",
                computed=as_list(lambda: softmax(LOGITS)),
                printed=(0.8789, 0.1189, 0.0022),
                digits=4,
            ),
        ),
        covers="softmax",
        errata=(
            "In one place the notes write eⁱ, with the index in the exponent. It is e to the number zᵢ.",
        ),
    ),
    Lesson(
        key="temperature",
        title="Temperature",
        chapter="activations",
        idea="Dividing the logits by a temperature sharpens or flattens the shares; their order stays.",
        formula=r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}",
        look_at="Towards T = 0 the largest share approaches 1; towards ∞ all shares become equal.",
        try_next="Find the temperature at which the first share is a half.",
        opens=on_activations("softmax", temperature=5.0),
        picture=lambda: Chart(
            tuple(
                Line(
                    f"z = {z:g}",
                    (t := np.geomspace(0.1, 20, 100)),
                    np.array([softmax(LOGITS, float(v))[i] for v in t]),
                )
                for i, z in enumerate(LOGITS)
            ),
            x="temperature",
            y="share",
            log="x",
        ),
        checks=(
            Check(
                what="Largest share at T = 0.2",
                computed=lambda: [float(softmax(LOGITS, 0.2)[0])],
                interval=(0.999, 1.0),
                claim="nearly all",
            ),
            Check(
                what="Largest share at T = 20",
                computed=lambda: [float(softmax(LOGITS, 20.0)[0])],
                interval=(0.33, 0.45),
                claim="little more than a third",
            ),
        ),
    ),
)
