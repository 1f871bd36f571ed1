"""Forks: a network goes on from the weights of another run, with another optimizer, rate or batch size."""

from dataclasses import dataclass

from optviz.settings.fields import Described
from optviz.settings.link import encode, fields_of
from optviz.training.config import TrainingConfig
from optviz.words import join, tr

#: What a fork shares with its parent: another one of these would be another network, or other first weights.
SHARED = ("dataset", "hidden", "activation", "initialisation", "seed")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fork begins: the network at place `racer` of the run `parent`, after `step` steps."""

    parent: str
    config: TrainingConfig
    racer: int
    step: int

    @property
    def epochs(self) -> float:
        """How many epochs the parent was trained."""
        return self.step / self.config.steps_per_epoch

    def first_step(self, config: TrainingConfig) -> int:
        """How many steps of a fork count as done: the same epochs, and as many whole batches of the last one.

        With another batch size a fork may see again the images of a batch that it cannot count as whole.
        """
        epochs, batches = divmod(self.step, self.config.steps_per_epoch)
        return epochs * config.steps_per_epoch + batches * self.config.batch_size // config.batch_size

    def carried(self, config: TrainingConfig) -> tuple[bool, ...]:
        """For each optimizer of a fork, whether it keeps the state that it had: where it is the same one."""
        before = self.config.entrants[self.racer]
        return tuple((e.optimizer, e.text) == (before.optimizer, before.text) for e in config.entrants)

    def refusal(self, config: TrainingConfig) -> str:
        """Why this configuration cannot go on from here, as a sentence; "" if it can."""
        there, here = encode(self.config), encode(config)
        labels = {f.attributes[0]: f for f in fields_of(TrainingConfig) if isinstance(f, Described)}
        for attribute in SHARED:
            name, label = labels[attribute].name, labels[attribute].label
            if there[name] != here[name]:
                wanted, had = (text.replace("_", ", ") for text in (here[name], there[name]))
                why = (
                    tr("A fork cannot go on in a network of another shape:")
                    if attribute in ("dataset", "hidden")
                    else tr("A fork cannot go on in a network that is another one:")
                )
                said = tr(
                    "{label} is {wanted} in the settings and {had} in the run. Set it back, or press Start "
                    "for a run of its own.",
                    label=tr(label),
                    wanted=wanted,
                    had=had,
                )
                return join(why, said)
        if self.first_step(config) >= config.steps:
            return tr(
                "The run was trained for {trained} epochs, and Epochs is {epochs}: nothing is left for a "
                "fork. Set Epochs higher.",
                trained=f"{self.epochs:.3g}",
                epochs=config.epochs,
            )
        return ""
