"""Named configurations: a quick start, and the networks of the course notes."""

from dataclasses import dataclass, replace

from optviz.training.config import TrainingConfig
from optviz.training.datasets import present
from optviz.training.rivals import rival
from optviz.words import Message


@dataclass(frozen=True, slots=True)
class Preset:
    """A configuration with a name and a sentence that says what to see in it."""

    key: str
    name: Message
    config: TrainingConfig
    about: Message


PRESETS: dict[str, Preset] = {
    preset.key: preset
    for preset in (
        Preset(
            "digits",
            "Quick start: 8 × 8 digits",
            TrainingConfig("digits", (64,), batch_size=32, epochs=60),
            "A small network on small images: done in a moment, and no file is needed.",
        ),
        Preset(
            "mnist_mlp",
            "MNIST, two hidden layers of 512",
            TrainingConfig("mnist", (512, 512), batch_size=100, epochs=10),
            "The network of the notes. Six seeds ended at a test accuracy of 97.6 to 98.3 %.",
        ),
        Preset(
            "softmax_regression",
            "Fashion-MNIST, softmax regression",
            TrainingConfig(
                "fashion-mnist",
                (),
                optimizer="gd",
                optimizer_values=(("lr", 0.1),),
                batch_size=256,
                epochs=10,
                initialisation="normal",
            ),
            "No hidden layer at all: look at the weights, each class becomes a picture.",
        ),
        Preset(
            "dropout",
            "Fashion-MNIST with dropout",
            TrainingConfig(
                "fashion-mnist",
                (256, 256),
                optimizer="gd",
                optimizer_values=(("lr", 0.5),),
                batch_size=256,
                epochs=10,
                dropout=(0.2, 0.5),
            ),
            "Set the dropout to zero and train again: how far apart are training and test now?",
        ),
        Preset(
            "dropout_normal",
            "Fashion-MNIST with dropout, weights from N(0, 0.01)",
            TrainingConfig(
                "fashion-mnist",
                (256, 256),
                optimizer="gd",
                optimizer_values=(("lr", 0.5),),
                batch_size=256,
                epochs=10,
                dropout=(0.2, 0.5),
                initialisation="normal",
            ),
            "The same network with smaller first weights: do they matter after ten epochs?",
        ),
        Preset(
            "cross_entropy",
            "MNIST with cross entropy",
            TrainingConfig(
                "mnist", (512, 512), optimizer="gd", optimizer_values=(("lr", 0.1),), batch_size=100, epochs=5
            ),
            "One half of the comparison of losses: overlay it with the next preset.",
        ),
        Preset(
            "mean_squared_error",
            "MNIST with mean squared error",
            TrainingConfig(
                "mnist",
                (512, 512),
                loss="mse_sigmoid",
                optimizer="gd",
                optimizer_values=(("lr", 1.0),),
                batch_size=100,
                epochs=5,
            ),
            "The other half. Ten times the learning rate makes up for the mean over ten outputs; what "
            "still slows it down is the factor σ'(z), which vanishes where the error is largest.",
        ),
        Preset(
            "race_digits",
            "Race on the 8 × 8 digits",
            TrainingConfig(
                "digits",
                (64,),
                batch_size=32,
                epochs=60,
                rivals=(rival("gd"), rival("momentum"), rival("nag"), rival("adagrad"), rival("rmsprop")),
            ),
            "Six optimizers at their usual rates, from the same weights on the same batches: who is first?",
        ),
        Preset(
            "edge",
            "Edge of stability, on the 8 × 8 digits",
            TrainingConfig(
                "digits",
                (64,),
                optimizer="gd",
                optimizer_values=(("lr", 0.8),),
                batch_size=1438,
                epochs=150,
                rivals=(rival("gd", lr=0.3),),
                sharpness=True,
            ),
            "Two rates, and steps on all images at once. Look inside: is the sharpness below 2/η?",
        ),
        Preset(
            "race_mnist",
            "Race on MNIST",
            TrainingConfig(
                "mnist",
                (512, 512),
                batch_size=100,
                epochs=5,
                rivals=(rival("gd"), rival("momentum"), rival("rmsprop")),
            ),
            "Adam against three others on the network of the notes.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs that are started together and laid over each other; the first one is looked at."""

    key: str
    name: Message
    about: Message
    configs: tuple[TrainingConfig, ...]


_DROPOUT = PRESETS["dropout"].config
COMPARISONS: dict[str, Comparison] = {
    row.key: row
    for row in (
        Comparison(
            "losses",
            "Cross entropy against the squared error",
            "MNIST, 784-512-512-10, gradient descent, batches of 100, 5 epochs: cross entropy at a rate of "
            "0.1, the squared error on sigmoids at 1, which makes up for its mean over ten outputs.",
            (PRESETS["cross_entropy"].config, PRESETS["mean_squared_error"].config),
        ),
        Comparison(
            "dropout",
            "With dropout and without",
            "Fashion-MNIST, 784-256-256-10, gradient descent at a rate of 0.5, batches of 256, 10 epochs: "
            "with shares of 0.2 and 0.5, and with none.",
            (_DROPOUT, replace(_DROPOUT, dropout=())),
        ),
        Comparison(
            "first-weights",
            "Two kinds of first weights",
            "The network with dropout again: first weights as PyTorch draws them, and from N(0, 0.01).",
            (_DROPOUT, PRESETS["dropout_normal"].config),
        ),
    )
}


def first() -> Preset:
    """What a first visit shows: MNIST where its files are, else the digits, which need none.

    Opening a page downloads nothing.
    """
    return PRESETS["mnist_mlp" if present("mnist") else "digits"]
