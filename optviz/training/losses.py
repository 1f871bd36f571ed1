"""The losses that a network can be trained with, one row each.

A new loss is one more row: links, controls, the training, the drawing and the exported script follow.
"""

from dataclasses import dataclass
from typing import Literal

from optviz.training.torch_calls import TorchCall
from optviz.words import Message


@dataclass(frozen=True, slots=True)
class Output:
    """How logits of shape (n, classes) become a probability of each class: a method of a tensor."""

    name: str
    method: TorchCall


SOFTMAX = Output("Softmax", TorchCall("softmax", {"dim": 1}))
#: One probability for each class by itself; they need not add up to one.
SIGMOID = Output("Sigmoid", TorchCall("sigmoid"))


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss: its key in links, its name, a sentence about it, and its function in `torch.nn.functional`.

    `output` makes the probabilities that people see. The function gets the logits or these probabilities,
    as `takes` says, and the labels as class numbers (n,) or one-hot rows (n, classes), as `targets` says.
    """

    key: str
    name: Message
    help: Message
    function: TorchCall
    output: Output = SOFTMAX
    takes: Literal["logits", "probabilities"] = "logits"
    targets: Literal["classes", "one-hot"] = "classes"

    def source(self, classes: int) -> list[str]:
        """Lines of Python that return the loss of `logits` and `labels`."""
        given = "logits" if self.takes == "logits" else f"logits.{self.output.method.source()}"
        if self.targets == "classes":
            return [f"return functional.{self.function.source(given, 'labels')}"]
        return [
            f"target = functional.one_hot(labels, {classes}).float()",
            f"return functional.{self.function.source(given, 'target')}",
        ]


LOSSES: dict[str, Loss] = {
    row.key: row
    for row in (
        Loss(
            "cross_entropy",
            "Cross entropy",
            "Minus the logarithm of the right class's softmax probability.",
            TorchCall("cross_entropy"),
        ),
        Loss(
            "mse_sigmoid",
            "Mean squared error on sigmoids",
            "Mean over the outputs of (σ(z) - y)²; its gradient carries the factor σ'(z).",
            TorchCall("mse_loss"),
            output=SIGMOID,
            takes="probabilities",
            targets="one-hot",
        ),
        Loss(
            "mse_softmax",
            "Mean squared error on softmax",
            "Mean over the outputs of (softmax(z) - y)², the Brier score divided by the number of classes.",
            TorchCall("mse_loss"),
            takes="probabilities",
            targets="one-hot",
        ),
    )
}
