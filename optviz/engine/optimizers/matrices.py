"""An optimizer of whole matrices: it needs the weights of a network, and has no place on a landscape."""

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.optimizers.base import DECAY, Optimizer, rate

#: The coefficients of the quintic by K. Jordan (2024): the slope at zero is as large as it can be.
QUINTIC = (3.4445, -4.7750, 2.0315)


def muon(x, g, t, m, *, lr, momentum, decay, iterations):
    m = momentum * m + (1 - momentum) * g
    u = momentum * m + (1 - momentum) * g
    u = u / max(np.linalg.norm(u), 1e-7)
    a, b, c = QUINTIC
    for _ in range(int(iterations)):
        gram = u @ u.T
        u = a * u + (b * gram + c * gram @ gram) @ u
    return x - lr * decay * x - lr * 0.2 * max(x.shape) ** 0.5 * u, m


MUON = Optimizer(
    key="muon",
    name="Muon",
    group="matrices",
    step=muon,
    formula=r"\begin{aligned} M_t &= \beta M_{t-1} + (1 - \beta)\, G_t, \qquad "
    r"U_t = \beta M_t + (1 - \beta)\, G_t, \\ "
    r"O_t &\approx (U_t U_t^{\mathsf T})^{-1/2}\, U_t \quad \text{by } k \text{ Newton–Schulz steps}, \\ "
    r"X_t &= X_{t-1} - \eta \left( \lambda X_{t-1} + 0.2 \sqrt{\max(m, n)}\; O_t \right) \end{aligned}",
    hyperparameters=(
        rate(0.001),
        Hyperparameter(
            "momentum", r"\beta", 0.95, 0.0, 0.999, help="How long the mean of the gradients remembers."
        ),
        Hyperparameter("decay", DECAY.symbol, 0.1, 0.0, 1.0, label=DECAY.label, help=DECAY.help),
        Hyperparameter(
            "iterations",
            "k",
            5,
            1,
            10,
            integer=True,
            advanced=True,
            label="Newton–Schulz steps",
            help="How often the step is made more alike in all directions.",
        ),
    ),
    state=("mean gradient",),
    torch="Muon",
    torch_arguments={
        "lr": "lr",
        "momentum": "momentum",
        "weight_decay": "decay",
        "ns_steps": "iterations",
    },
    reference="K. Jordan et al., Muon: an optimizer for hidden layers in neural networks (2024); the factor "
    "0.2 √max(m, n) of J. Liu et al., Muon is scalable for LLM training (2025)",
    idea="Weight matrices take steps that are about equally long in all directions. AdamW moves the biases "
    "with the same rate and decay.",
    remark="The matrix has m rows and n columns. torch computes the Newton–Schulz steps with 2-byte numbers "
    "(bfloat16). With the factor 0.2 √max(m, n) rates that suit AdamW suit Muon, so both share one.",
)
