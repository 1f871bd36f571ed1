"""The table of optimizers: every row of the modules here, in order of increasing complexity.

An optimizer is data plus a pure function. The step takes the point x, the gradient g, the step
number t = 1, 2, …, and the state, which starts at zero; it returns the next point and the next
state. Everything is elementwise, so x may have any shape. Conventions are PyTorch's: the velocity is
v = βv + g with the learning rate outside, ε stands outside the root, bias is corrected by 1 - βᵗ.

To add one, write its step and its row in the module of its group. The table finds it, and sliders,
links, formulas, exported code, documentation and the parity test against `torch.optim` follow.
"""

from optviz.engine.optimizers import (
    adam_variants,
    adaptive,
    averaging,
    classic,
    elsewhere,
    matrices,
    sign_based,
)
from optviz.engine.optimizers.base import GROUPS, Optimizer

__all__ = ["ELEMENTWISE", "GROUPS", "OF_MATRICES", "OPTIMIZERS", "Optimizer", "as_optimizer"]

OPTIMIZERS: dict[str, Optimizer] = {
    row.key: row
    for module in (classic, averaging, adaptive, adam_variants, sign_based, elsewhere)
    for row in vars(module).values()
    if isinstance(row, Optimizer)
}

#: Those whose step needs no more than the gradient at the present point, each coordinate for itself.
ELEMENTWISE = {key: row for key, row in OPTIMIZERS.items() if not row.looks}

#: Those that move whole matrices, and so only networks.
OF_MATRICES = {row.key: row for row in vars(matrices).values() if isinstance(row, Optimizer)}


def as_optimizer(optimizer: Optimizer | str) -> Optimizer:
    """The optimizer itself, or the one of that key."""
    return OPTIMIZERS[optimizer] if isinstance(optimizer, str) else optimizer
