"""Lessons on activations and softmax."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from optviz.lessons.layers import LAYERS
from optviz.lessons.lesson import Chart, Check, Lesson, Line, on_activations, sampled_line
from optviz.settings.activations import (
    LOGITS,
)
from optviz.teaching import dying_units
from optviz.teaching.activations import ACTIVATIONS as FUNCTIONS
from optviz.teaching.losses import (
    softmax,
)
from optviz.words import mark, tr

SIGMOID = FUNCTIONS["sigmoid"]
GRID = np.linspace(-6, 6, 1201)


def as_list(values: Any) -> Callable[[], Sequence[float]]:
    """A function that returns one number, or an array, as a list."""
    return lambda: np.atleast_1d(values()).tolist()


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
        name, runs = tr(FUNCTIONS[key].name), dying_runs(key)
        steps = np.arange(len(runs[0].dead))
        dead = np.mean([run.dead for run in runs], axis=0)
        lines.append(Line(tr("{name}: no gradient", name=name), steps, dead))
        if key == "leaky_relu":
            silent = np.mean([run.silent for run in runs], axis=0)
            lines.append(Line(tr("{name}: silent", name=name), steps, silent))
    return Chart(tuple(lines), x=tr("step"), y=tr("share of units, mean of 20 seeds"))


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
        notice="The derivative has its maximum at z = 0.",
        tries="Compare with tanh, whose derivative reaches 1, and with ReLU, where it is 1 for all z > 0.",
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
        key="compared",
        title="Which slopes vanish",
        chapter="activations",
        idea=(
            "A gradient passes a unit only as far as the slope of its activation lets it. In hidden layers "
            "ReLU is the usual first choice: its slope is 1 for all z > 0, and it costs one comparison, no "
            "exponential."
        ),
        formula=r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a}\, a'(z)",
        notice=(
            "At |z| = 5 the slope of the sigmoid is 0.007 and that of tanh 0.0002; that of ReLU is 1 or 0."
        ),
        tries="Add leaky ReLU. Is its slope zero anywhere?",
        opens=on_activations("functions", shown=("sigmoid", "tanh", "relu")),
        picture=lambda: Chart(
            tuple(
                sampled_line(tr(FUNCTIONS[key].name), FUNCTIONS[key].derivative, -6, 6)
                for key in ("sigmoid", "tanh", "relu")
            ),
            x="z",
            y=tr("slope a'(z)"),
        ),
        checks=(
            Check(
                what="Slopes at z = 5: sigmoid, tanh, ReLU",
                computed=lambda: [
                    float(FUNCTIONS[key].derivative(np.array(5.0))) for key in ("sigmoid", "tanh", "relu")
                ],
                printed=(0.0066, 0.0002, 1.0),
                digits=4,
                claim="0.0066, 0.0002, 1",
            ),
            Check(
                what="Slope of leaky ReLU at z = −5",
                computed=lambda: [float(FUNCTIONS["leaky_relu"].derivative(np.array(-5.0)))],
                printed=(0.01,),
                digits=4,
                claim="0.01, never 0",
            ),
        ),
    ),
    *LAYERS,
    Lesson(
        key="dying",
        title="Units that die",
        chapter="activations",
        idea=(
            "A ReLU whose input is negative for every example is silent and has the gradient 0, so its "
            "weights no longer change. In this network nothing brings it back; with layers below, their "
            "changes can. A slope of 0.01 on the left, as in leaky ReLU, keeps some gradient."
        ),
        formula=mark(r"\mathrm{ReLU}'(z) = 0 \text{ for } z < 0"),
        notice=(
            "More than half of the ReLU units lose their gradient. Just as many leaky units fall silent, "
            "but none of them loses its gradient. It is so small that in 200 steps fewer than 1 unit in 100 "
            "comes back."
        ),
        tries="Lower the rate to 0.05. How many units die now? Then try other seeds.",
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
        key="seeds",
        title="Same recipe, another seed",
        chapter="activations",
        idea=(
            "First weights, batches and dropout are drawn by chance. So two trainings with the same "
            "settings end differently, and one run proves little. The seed makes a run repeatable; several "
            "seeds make it an argument."
        ),
        formula=mark(r"w \sim N(0, \sigma^2) \text{, drawn from the seed}"),
        notice="The share of dead ReLU units is 5 % for one seed and 97 % for another. Nothing else differs.",
        tries="Change the seed from 1 to 3.",
        opens=on_activations("dying", rate=DYING_RATE, seed=1),
        picture=lambda: Chart(
            bars=tuple((f"{seed}", float(dying_runs("relu")[seed].dead[-1])) for seed in range(10)),
            x=tr("seed"),
            y=tr("share of dead units"),
        ),
        checks=(
            Check(
                what="Smallest and largest share of dead ReLU units over 20 seeds",
                computed=lambda: [f([float(run.dead[-1]) for run in dying_runs("relu")]) for f in (min, max)],
                printed=(0.05, 0.97),
                digits=2,
                claim="5 % and 97 %",
            ),
            Check(
                what="Difference between two runs with the same seed",
                computed=lambda: [
                    float(
                        abs(
                            dying_units.trained("relu", DYING_RATE, 1).dead - dying_runs("relu")[1].dead
                        ).max()
                    )
                ],
                printed=(0.0,),
                digits=6,
                claim="none",
            ),
        ),
    ),
    Lesson(
        key="softmax",
        title="Softmax",
        chapter="activations",
        idea=(
            "Softmax turns any numbers into shares that add up to 1. Only differences matter: add 100 to all "
            "and nothing changes."
        ),
        formula=r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
        notice="3 and 1 differ by 2, so the first share is e² = 7.4 times the second.",
        tries="Type your own numbers, and see what a difference of 1 is worth.",
        opens=on_activations("softmax"),
        picture=lambda: Chart(
            bars=tuple((f"{z:g}", float(p)) for z, p in zip(LOGITS, softmax(LOGITS), strict=True)),
            y=tr("share"),
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
        notice="Towards T = 0 the largest share approaches 1; towards ∞ all shares become equal.",
        tries="Find the temperature at which the first share is a half.",
        opens=on_activations("softmax", temperature=2.0),
        picture=lambda: Chart(
            tuple(
                Line(
                    f"z = {z:g}",
                    (t := np.geomspace(0.1, 20, 100)),
                    np.array([softmax(LOGITS, float(v))[i] for v in t]),
                )
                for i, z in enumerate(LOGITS)
            ),
            x=tr("temperature"),
            y=tr("share"),
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
