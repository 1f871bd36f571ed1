"""Texts to begin a rule of one's own from: the classic six, a well-known mistake, and an empty one."""

from dataclasses import dataclass

from optviz.words import Message, tr


@dataclass(frozen=True, slots=True)
class Starter:
    """One text to begin from; `row` is the key of the optimizer that walks alike, "" for none.

    `rate` is the learning rate to begin with where a network is trained.
    """

    key: str
    name: Message
    text: Message
    rate: float
    row: str = ""

    @property
    def for_networks(self) -> str:
        """The text with that learning rate, and a range for it, in the language of this context."""
        title, *lines = [line for line in tr(self.text).splitlines() if not line.startswith("lr = ")]
        notes = next(i for i, line in enumerate(lines) if not line.startswith("#"))
        slider = f"lr = {self.rate:g} in 1e-6..10"
        return "\n".join([title, *lines[:notes], slider, *lines[notes:], ""])


STARTERS: dict[str, Starter] = {
    starter.key: starter
    for starter in (
        Starter(
            "gd",
            "Gradient descent",
            """\
# My gradient descent
lr = 0.1 in 1e-6..10
x = x - lr*g
""",
            0.1,
            "gd",
        ),
        Starter(
            "momentum",
            "Momentum",
            """\
# My momentum
lr = 0.05 in 1e-6..10
v = momentum*v + g
x = x - lr*v
""",
            0.01,
            "momentum",
        ),
        Starter(
            "nag",
            "Nesterov momentum",
            """\
# My Nesterov
lr = 0.05 in 1e-6..10
v = momentum*v + g
x = x - lr*(g + momentum*v)
""",
            0.01,
            "nag",
        ),
        Starter(
            "adagrad",
            "AdaGrad",
            """\
# My AdaGrad
lr = 0.5 in 1e-6..10
eps = 1e-10 in 1e-16..1
s = s + g*g
x = x - lr*g/(sqrt(s) + eps)
""",
            0.01,
            "adagrad",
        ),
        Starter(
            "rmsprop",
            "RMSProp",
            """\
# My RMSProp
s = alpha*s + (1 - alpha)*g*g
x = x - lr*g/(sqrt(s) + eps)
""",
            0.001,
            "rmsprop",
        ),
        Starter(
            "adam",
            "Adam",
            """\
# My Adam
lr = 0.2 in 1e-6..10
m = beta1*m + (1 - beta1)*g
v = beta2*v + (1 - beta2)*g*g
m_hat = m/(1 - beta1**t)
v_hat = v/(1 - beta2**t)
x = x - lr*m_hat/(sqrt(v_hat) + eps)
""",
            0.001,
            "adam",
        ),
        Starter(
            "uncorrected",
            "Adam without correction",
            """\
# Adam without correction
lr = 0.2 in 1e-6..10
m = beta1*m + (1 - beta1)*g
v = beta2*v + (1 - beta2)*g*g
x = x - lr*m/(sqrt(v) + eps)
""",
            0.001,
        ),
        Starter(
            "empty",
            "Empty, with notes",
            """\
# My rule
# Given: x the point, g the gradient,
# t = 1, 2, … the step.
# What is read before it is set is
# remembered from the step before;
# it starts at 0. Functions: sqrt,
# sign, abs, square, power, maximum,
# minimum, where(g > 0, 1, -1).
lr = 0.1 in 0.001..1
x = x - lr*g
""",
            0.1,
        ),
    )
}
