"""Faulty optimizers, kept apart from the table: what well-known demos print, for the lesson that names it."""

from dataclasses import replace

from optviz.elementwise import sqrt
from optviz.optimizers import ADAM


def adam_unfading(x, g, t, m, v, *, lr, beta1, beta2, eps):  # noqa: ANN001, ANN201, D103
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
