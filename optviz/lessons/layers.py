"""Lessons on layers in a row: what they compute together, and what comes back through them."""

import numpy as np

from optviz.lessons.lesson import Chart, Check, Lesson, Line, on_activations
from optviz.teaching.activations import ACTIVATIONS as FUNCTIONS
from optviz.teaching.activations import chain
from optviz.words import tr


def _chains() -> Chart:
    lines = []
    for key in ("sigmoid", "tanh", "relu"):
        depths = np.arange(1, 21)
        left = np.array([abs(chain(key, int(n), 1.0, 0.5).left) for n in depths])
        lines.append(Line(tr(FUNCTIONS[key].name), depths, left))
    return Chart(tuple(lines), x=tr("layers"), y=tr("gradient that is left"), log="y")


def _collapse_error() -> float:
    """Three random linear layers against one with the product of their weights."""
    random = np.random.default_rng(0)
    first, second, third, x = (random.normal(size=s) for s in ((5, 5), (5, 5), (5, 5), (5,)))
    return float(np.abs(third @ (second @ (first @ x)) - (third @ second @ first) @ x).max())


def _measured_slope() -> float:
    """How the output of three sigmoids changes with the input, from two runs forward."""
    up, down = (chain("sigmoid", 3, 1.0, 0.5 + h).values[-1] for h in (1e-5, -1e-5))
    return float((up - down) / 2e-5)


LAYERS = (
    Lesson(
        key="linear",
        title="Layers without activation collapse",
        chapter="activations",
        idea=(
            "Linear layers in a row are one linear layer: the product of their weights does the same. Only "
            "what bends, the activation, makes depth worth anything."
        ),
        formula=r"W_3 (W_2 (W_1 x)) = (W_3 W_2 W_1)\, x",
        notice="Four layers with weight 1.5 multiply by 1.5⁴ = 5.0625, as one layer with that weight does.",
        tries="Choose tanh instead of the identity. Doubling the input no longer doubles what comes out.",
        opens=on_activations("chain", shown=("identity",), depth=4, weight=1.5, input=1.0),
        picture=lambda: Chart(
            (
                Line(tr("identity"), np.arange(5), chain("identity", 4, 1.5, 1.0).values),
                Line("tanh", np.arange(5), chain("tanh", 4, 1.5, 1.0).values),
            ),
            x=tr("layer"),
            y=tr("value"),
        ),
        checks=(
            Check(
                what="What comes out of four linear layers with weight 1.5",
                computed=lambda: [float(chain("identity", 4, 1.5, 1.0).values[-1])],
                printed=(5.0625,),
                digits=4,
                claim="1.5⁴ = 5.0625",
            ),
            Check(
                what=(
                    "Three random layers of 5 units against the product of their weights: largest difference"
                ),
                computed=lambda: [_collapse_error()],
                interval=(0.0, 1e-12),
                claim="none",
            ),
            Check(
                what="Output for a doubled input, in outputs: identity, tanh",
                computed=lambda: [
                    float(chain(k, 4, 1.5, 2.0).values[-1] / chain(k, 4, 1.5, 1.0).values[-1])
                    for k in ("identity", "tanh")
                ],
                printed=(2.0, 1.0),
                digits=1,
                claim="2 and about 1",
            ),
        ),
    ),
    Lesson(
        key="backward",
        title="Backward, one factor at a time",
        chapter="activations",
        idea=(
            "The chain rule: on its way back a gradient is multiplied at every layer by the weight and the "
            "slope there. Nothing else is backpropagation."
        ),
        formula=r"\frac{\partial x_3}{\partial x_0} = w\,a'(z_3) \cdot w\,a'(z_2) \cdot w\,a'(z_1)",
        notice="The factors of the three sigmoids are 0.235, 0.227 and 0.225; their product is 0.0120.",
        tries="Add a fourth layer. By which factor does the gradient at the input shrink?",
        opens=on_activations("chain", shown=("sigmoid",), depth=3, weight=1.0, input=0.5),
        picture=lambda: Chart(
            (Line(tr("gradient"), np.arange(4), np.abs(chain("sigmoid", 3, 1.0, 0.5).gradients)),),
            x=tr("layer (0 is the input)"),
            y=tr("what is left of the gradient"),
            log="y",
        ),
        checks=(
            Check(
                what="Factors of the three layers",
                computed=lambda: chain("sigmoid", 3, 1.0, 0.5).factors[1:].tolist(),
                printed=(0.235, 0.227, 0.225),
                digits=3,
                claim="0.235, 0.227, 0.225",
            ),
            Check(
                what="Their product, and the change of the output over a small change of the input",
                computed=lambda: [chain("sigmoid", 3, 1.0, 0.5).left, _measured_slope()],
                printed=(0.0120, 0.0120),
                digits=4,
                claim="0.0120, twice",
            ),
        ),
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
        notice="On a logarithmic axis the sigmoid's line falls straight down; ReLU's stays.",
        tries="Raise the weight to 4. Does the gradient survive now?",
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
)
