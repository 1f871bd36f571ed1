"""How the first weights of a network are drawn, one row each.

A new initialisation is one more row: links, controls, the network and the exported script follow.
"""

from dataclasses import dataclass

from optviz.training.torch_calls import TorchCall
from optviz.words import Message


@dataclass(frozen=True, slots=True)
class Initialisation:
    """One initialisation: its key in links, its name, and a sentence about it.

    `weights` is the function in `torch.nn.init` that draws a layer's weights, with biases of zero. None
    stands for what a layer of torch does by itself, `reset_parameters`.
    """

    key: str
    name: Message
    help: Message
    weights: TorchCall | None

    @property
    def source(self) -> list[str]:
        """Lines of Python that initialise `layer`."""
        if self.weights is None:
            return ["layer.reset_parameters()"]
        return [f"nn.init.{self.weights.source('layer.weight')}", "nn.init.zeros_(layer.bias)"]


INITIALISATIONS: dict[str, Initialisation] = {
    row.key: row
    for row in (
        Initialisation("torch", "PyTorch's own", "Weights and biases uniform in ±1/√(inputs).", None),
        Initialisation(
            "he",
            "He (Kaiming)",
            "Weights N(0, √(2/inputs)), made for ReLU; biases zero.",
            TorchCall("kaiming_normal_", {"nonlinearity": "relu"}),
        ),
        Initialisation(
            "xavier",
            "Xavier (Glorot)",
            "Weights uniform in ±√(6/(inputs + outputs)); biases zero.",
            TorchCall("xavier_uniform_"),
        ),
        Initialisation(
            "normal",
            "N(0, 0.01)",
            "Weights normal with standard deviation 0.01; biases zero.",
            TorchCall("normal_", {"std": 0.01}),
        ),
    )
}
