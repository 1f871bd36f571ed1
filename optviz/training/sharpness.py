"""Sharpness: the largest eigenvalue of the loss's Hessian, by power iteration.

The Hessian itself is never written down. Its product with a vector is the gradient of (gradient · vector),
which costs about as much as two gradients (B. A. Pearlmutter, Fast exact multiplication by the Hessian,
1994).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from optviz.training.networks import LossFunction

#: The iteration ends when ‖Hv - λv‖ is this share of |λ|, or after so many products.
TOLERANCE, MOST_PRODUCTS = 0.02, 40
Product = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Eigenpair:
    """An eigenvalue and its unit vector (n,), as far as they are known.

    `residual` is ‖Hv - λv‖: a symmetric matrix has an eigenvalue at least that near to `value`. `products`
    counts the products with the matrix.
    """

    value: float
    vector: torch.Tensor
    residual: float
    products: int


def hessian_product(
    model: nn.Module, loss: LossFunction, images: torch.Tensor, labels: torch.Tensor
) -> Product:
    """The product of the mean loss's Hessian with a vector (parameters,), dropout switched off.

    All parameters count, weights and biases, in their order in the model. The gradient is computed once.
    """
    parameters = list(model.parameters())
    model.eval()
    gradients = torch.autograd.grad(loss(model(images), labels), parameters, create_graph=True)
    model.train()
    gradient = torch.cat([part.reshape(-1) for part in gradients])

    def product(vector: torch.Tensor) -> torch.Tensor:
        parts = torch.autograd.grad(
            gradient, parameters, vector, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        return torch.cat([part.reshape(-1) for part in parts])

    return product


def largest_eigenvalue(product: Product, start: torch.Tensor, most: int = MOST_PRODUCTS) -> Eigenpair:
    """The largest eigenvalue of a symmetric matrix, given by its product with a vector.

    Power iteration finds the eigenvalue that is largest in size. Where that one is negative, -c, the
    iteration begins anew with the matrix + c, whose eigenvalue of largest size is c above the largest one.
    """
    shift, taken = 0.0, 0
    vector = start / start.norm()
    while True:
        image = product(vector)
        taken += 1
        value = float(vector @ image)
        residual = float((image - value * vector).norm())
        settled = residual <= TOLERANCE * abs(value)
        if settled and value < 0 and not shift and taken < most:
            shift = -value
            vector = start / start.norm()
            continue
        if settled or taken >= most or residual == 0:
            return Eigenpair(value, vector, residual, taken)
        vector = image + shift * vector
        vector = vector / vector.norm()
