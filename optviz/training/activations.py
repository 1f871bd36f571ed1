"""The activations that a network can have, one row each.

A new activation is one more row: links, controls, the network, its drawing and the exported script
follow.
"""

from dataclasses import dataclass

from optviz.training.torch_calls import TorchCall
from optviz.words import Message


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation: its key in links, its name, a sentence about it, and its class in `torch.nn`."""

    key: str
    name: Message
    help: Message
    module: TorchCall


ACTIVATIONS: dict[str, Activation] = {
    row.key: row
    for row in (
        Activation("relu", "ReLU", "max(0, z): the usual choice.", TorchCall("ReLU")),
        Activation(
            "leaky_relu",
            "Leaky ReLU",
            "ReLU with a derivative of 0.01 on the left, so that no unit dies.",
            TorchCall("LeakyReLU"),
        ),
        Activation(
            "gelu", "GELU", "A smooth ReLU: z times the normal distribution function of z.", TorchCall("GELU")
        ),
        Activation(
            "tanh", "Tanh", "Between -1 and 1; its derivative vanishes where |z| is large.", TorchCall("Tanh")
        ),
        Activation(
            "sigmoid", "Sigmoid", "Between 0 and 1; its derivative is at most 1/4.", TorchCall("Sigmoid")
        ),
        Activation(
            "identity",
            "None (identity)",
            "Without an activation, any number of layers is one linear map.",
            TorchCall("Identity"),
        ),
    )
}
