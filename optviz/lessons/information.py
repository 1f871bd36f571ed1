"""Lessons on information: surprise, entropy, likelihoods as sums, targets that are not quite sure."""

import numpy as np

from optviz.lessons.lesson import Chart, Check, Lesson, Line, on_activations, sampled_line
from optviz.teaching.losses import coin_loss, cross_entropy, entropy
from optviz.words import tr

WEATHER = (0.5, 0.2, 0.3)
SMOOTHING = 0.1
SMOOTH = (1 - SMOOTHING + SMOOTHING / 3, SMOOTHING / 3, SMOOTHING / 3)


def _sure(share: float) -> tuple[float, float, float]:
    """A belief in the first of three classes, the rest shared evenly."""
    return share, (1 - share) / 2, (1 - share) / 2


def _smoothed(target: tuple[float, float, float]) -> np.ndarray:
    shares = np.linspace(0.34, 0.999, 201)
    return np.array([float(cross_entropy(target, _sure(float(q)))) for q in shares])


INFORMATION = (
    Lesson(
        key="surprise",
        title="Information is surprise",
        chapter="losses",
        idea=(
            "What was certain tells nothing when it happens; what was unlikely tells much. The measure is "
            "−log p, and it adds up where chances multiply."
        ),
        formula=r"I(p) = -\log p, \qquad I(p\,q) = I(p) + I(q)",
        notice="A sure event has no surprise; one chance in two has 0.693 nats, one in four twice as much.",
        tries="Set p and q to 0.5, 0.5: the entropy of a fair coin is 0.693 nats, one bit.",
        opens=on_activations("entropy", p=(0.25, 0.75), q=(0.5, 0.5)),
        picture=lambda: Chart(
            (sampled_line("−log p", lambda p: -np.log(p), 0.01, 1),),
            x=tr("probability p"),
            y=tr("surprise in nats"),
        ),
        checks=(
            Check(
                what="Surprise at p = 1, 1/2, 1/4",
                computed=lambda: [abs(float(-np.log(p))) for p in (1.0, 0.5, 0.25)],
                printed=(0.0, 0.693, 1.386),
                digits=3,
                claim="0, log 2, 2 log 2",
            ),
            Check(
                what="Entropy of a fair coin",
                computed=lambda: [float(entropy((0.5, 0.5)))],
                printed=(0.693,),
                digits=3,
                claim="log 2 = 0.693 nats",
            ),
        ),
    ),
    Lesson(
        key="weather",
        title="The entropy of the weather",
        chapter="losses",
        idea=(
            "Entropy is the mean surprise. For sun 0.5, rain 0.2 and clouds 0.3 it is 1.03 nats; it would "
            "be largest, log 3, if all three were equally likely."
        ),
        formula=r"H(p) = -\sum_i p_i \log p_i",
        notice="Rain is the largest surprise but the rarest: it adds 0.322 nats, clouds 0.361, sun 0.347.",
        tries="Make the three equally likely. Is there a forecast with more entropy?",
        opens=on_activations("entropy", p=WEATHER, q=WEATHER),
        picture=lambda: Chart(
            bars=tuple(
                (name, float(-p * np.log(p)))
                for name, p in zip((tr("sun"), tr("rain"), tr("clouds")), WEATHER, strict=True)
            ),
            y=tr("share of the entropy, in nats"),
        ),
        checks=(
            Check(
                what="Entropy of the weather",
                computed=lambda: [float(entropy(WEATHER))],
                printed=(1.0297,),
                digits=4,
                claim="1.0297 nats",
            ),
            Check(
                what="What sun, rain and clouds add",
                computed=lambda: [float(-p * np.log(p)) for p in WEATHER],
                printed=(0.347, 0.322, 0.361),
                digits=3,
                claim="0.347, 0.322, 0.361",
            ),
            Check(
                what="Entropy of three equally likely ones",
                computed=lambda: [float(entropy((1 / 3, 1 / 3, 1 / 3)))],
                printed=(1.0986,),
                digits=4,
                claim="log 3 = 1.0986",
            ),
        ),
    ),
    Lesson(
        key="underflow",
        title="Products vanish, sums stay",
        chapter="losses",
        idea=(
            "A likelihood is a product of chances. With many examples the product is smaller than the "
            "smallest number that a computer holds, and becomes 0. The sum of logarithms has no such "
            "trouble."
        ),
        formula=r"\prod_i p_i \to 0, \qquad -\log \prod_i p_i = -\sum_i \log p_i",
        notice="0.5 to the power 1075 is exactly 0 in double precision. Its negative logarithm is 745.1.",
        tries="Throw 70 heads and 30 tails: how small is the likelihood, how large its negative logarithm?",
        opens=on_activations("coin", heads=7, tails=3),
        picture=lambda: Chart(
            (Line("0.5ⁿ", np.arange(0, 1200, 5), 0.5 ** np.arange(0, 1200, 5)),),
            x=tr("throws n"),
            y=tr("likelihood"),
            log="y",
        ),
        checks=(
            Check(
                what="Whether 0.5 to the power 1074, and 1075, is above 0",
                computed=lambda: [float(0.5**1074 > 0), float(0.5**1075 > 0)],
                printed=(1.0, 0.0),
                digits=0,
                claim="1 is yes, 0 is no",
            ),
            Check(
                what="−log of 0.5 to the power 1075, as a sum",
                computed=lambda: [-float(np.sum(np.log(np.full(1075, 0.5))))],
                printed=(745.1,),
                digits=1,
                claim="1075 log 2 = 745.1",
            ),
            Check(
                what="−log likelihood of 70 heads and 30 tails at θ = 0.7",
                computed=lambda: [float(coin_loss(np.array([0.7]), 70, 30)[0])],
                printed=(61.09,),
                digits=2,
                claim="61.09",
            ),
        ),
    ),
    Lesson(
        key="smoothing",
        title="Never quite sure: label smoothing",
        chapter="losses",
        idea=(
            "With the target (1, 0, 0) the loss falls for ever as the network becomes surer. Smoothing "
            "takes a share ε from the target and spreads it over all classes: now too much certainty costs."
        ),
        formula=r"y' = (1 - \epsilon)\, y + \frac{\epsilon}{k}",
        notice="With ε = 0.1 the loss is lowest, 0.291, where the share of the right class is 0.933.",
        tries="Raise the first share of q to 0.999 and lower the others: the cross entropy rises.",
        opens=on_activations("entropy", p=SMOOTH, q=SMOOTH),
        picture=lambda: Chart(
            (
                Line(tr("target (1, 0, 0)"), np.linspace(0.34, 0.999, 201), _smoothed((1.0, 0.0, 0.0))),
                Line(tr("smoothed, ε = 0.1"), np.linspace(0.34, 0.999, 201), _smoothed(SMOOTH)),
            ),
            x=tr("share of the right class"),
            y=tr("cross entropy"),
        ),
        checks=(
            Check(
                what="Lowest loss with ε = 0.1 and three classes, and the share there",
                computed=lambda: [float(entropy(SMOOTH)), SMOOTH[0]],
                printed=(0.291, 0.933),
                digits=3,
                claim="0.291 at 0.933",
            ),
            Check(
                what="Loss at the share 0.999, over the lowest",
                computed=lambda: [float(cross_entropy(SMOOTH, _sure(0.999)) / entropy(SMOOTH))],
                interval=(1.5, np.inf),
                claim="higher",
            ),
        ),
    ),
)
