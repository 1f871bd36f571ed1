"""Optimizers kept apart from the table: faulty ones that well-known demos show, and another convention.

A lesson names each of them. None of them can be chosen on a page.
"""

from dataclasses import replace

from optviz.engine.elementwise import sqrt
from optviz.engine.optimizers.classic import ADAGRAD, ADAM, RMSPROP

# ruff: noqa: ANN001, ANN201, D103


# Adam, with the mistakes that are made with its bias correction


def adam_unfading(x, g, t, m, v, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    m_hat = m / (1 - beta1)  # should be 1 - beta1**t
    v_hat = v / (1 - beta2)  # should be 1 - beta2**t
    return x - lr * m_hat / (sqrt(v_hat) + eps), m, v


ADAM_UNFADING = replace(
    ADAM,
    key="adam-unfading",
    name="Adam with a correction that never fades",
    step=adam_unfading,
    formula=r"\hat m_t = \frac{m_t}{1 - \beta_1}, \qquad \hat v_t = \frac{v_t}{1 - \beta_2}",
    torch="",
    torch_arguments={},
    reference="The course notes, which divide by 1 - β instead of 1 - βᵗ",
    idea="A mistake: the bias correction stays at its first value instead of fading away.",
    remark="In the long run its steps are √(1 - β₂)/(1 - β₁) of what they should be: a third, by default.",
)


def adam_uncorrected(x, g, t, m, v, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    return x - lr * m / (sqrt(v) + eps), m, v


ADAM_UNCORRECTED = replace(
    ADAM,
    key="adam-uncorrected",
    name="Adam without bias correction",
    step=adam_uncorrected,
    formula=r"x_t = x_{t-1} - \eta\, \frac{m_t}{\sqrt{v_t} + \epsilon}",
    torch="",
    torch_arguments={},
    reference="Demos that leave the correction out",
    idea="A mistake: both moments start at zero and nothing makes up for it.",
    remark="Its first step is (1 - β₁)/√(1 - β₂) of what it should be: three times too long, by default.",
)


def adam_inverted(x, g, t, m, v, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    m_hat = m * (1 - beta1**t)  # should be a division
    v_hat = v * (1 - beta2**t)  # should be a division
    return x - lr * m_hat / (sqrt(v_hat) + eps), m, v


ADAM_INVERTED = replace(
    ADAM,
    key="adam-inverted",
    name="Adam with an inverted correction",
    step=adam_inverted,
    formula=r"\hat m_t = m_t\, (1 - \beta_1^t), \qquad \hat v_t = v_t\, (1 - \beta_2^t)",
    torch="",
    torch_arguments={},
    reference="Demos that multiply where they should divide",
    idea="A mistake: the correction is multiplied instead of divided, so the bias grows worse.",
    remark="Its first step is ten times too long, by default.",
)


# The convention of some books: ε inside the root


def adagrad_inside(x, g, t, s, *, lr, eps):
    s = s + g * g
    return x - lr * g / sqrt(s + eps), s


ADAGRAD_INSIDE = replace(
    ADAGRAD, key="adagrad-inside", name="AdaGrad with ε inside the root", step=adagrad_inside, torch=""
)


def rmsprop_inside(x, g, t, s, *, lr, alpha, eps):
    s = alpha * s + (1 - alpha) * g * g
    return x - lr * g / sqrt(s + eps), s


RMSPROP_INSIDE = replace(
    RMSPROP, key="rmsprop-inside", name="RMSProp with ε inside the root", step=rmsprop_inside, torch=""
)
