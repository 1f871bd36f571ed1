"""The optimizers that can train a network, and the field that lists the rivals of a race."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError, complete
from optviz.engine.optimizers import OPTIMIZERS, Optimizer
from optviz.settings.fields import Described, relabelled
from optviz.settings.link import Link, Reader
from optviz.settings.setups import MOST_ENTRANTS, Entrant, describe_options, read_setup, write_setup

#: The most rivals of a race, besides the first optimizer.
MOST_RIVALS = 7
#: The optimizers that torch has, and so can train a network here.
NETWORK_OPTIMIZERS = {key: optimizer for key, optimizer in OPTIMIZERS.items() if optimizer.torch}
#: Classes of torch.optim that take no weight decay.
WITHOUT_WEIGHT_DECAY = {"Rprop"}


def takes_weight_decay(optimizer: str) -> bool:
    """Whether `weight_decay` may be set beside this optimizer, given by its key."""
    entry = NETWORK_OPTIMIZERS[optimizer]
    return "weight_decay" not in entry.torch_arguments and entry.torch not in WITHOUT_WEIGHT_DECAY


def on_networks(optimizer: Optimizer) -> list[Hyperparameter]:
    """Its hyperparameters, with the defaults for networks."""
    return relabelled(optimizer.hyperparameters, optimizer.network_defaults)


#: The same optimizers, each with its defaults for networks.
_ROWS = {
    key: replace(optimizer, hyperparameters=tuple(on_networks(optimizer)))
    for key, optimizer in NETWORK_OPTIMIZERS.items()
}


def rival(optimizer: str, **given: float) -> Entrant:
    """A rival with the defaults for networks where nothing is given; raises HyperparameterError."""
    if optimizer not in _ROWS:
        raise HyperparameterError(f"“{optimizer}” is no optimizer here; there is {', '.join(_ROWS)}.")
    return Entrant(optimizer, tuple(complete(_ROWS[optimizer].hyperparameters, given).items()))


#: With whom a race begins when somebody asks for one and names nobody.
USUAL = (rival("gd"), rival("momentum"))


@dataclass(frozen=True, slots=True)
class Rivals(Described):
    """The other optimizers of a race: `race=on` and then r1, r2, …; without a race nothing at all."""

    switch: str = "race"

    @property
    def names(self) -> list[str]:
        """All names in a link that belong to it."""
        return [self.switch, *(f"{self.name}{i}" for i in range(1, MOST_RIVALS + 1))]

    def write(self, settings: Any) -> Link:
        """A text for each rival."""
        rivals: tuple[Entrant, ...] = getattr(settings, self.attributes[0])
        if not rivals:
            return {}
        written = (write_setup(_ROWS[each.optimizer], each.values) for each in rivals)
        return {self.switch: "on", **{f"{self.name}{i}": text for i, text in enumerate(written, 1)}}

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The rivals that the link names; a race that names none has the usual ones."""
        switch, *names = self.names
        asked = reader.take(switch)
        texts = {name: text for name in names if (text := reader.take(name)) is not None}
        if asked not in ("on", "off", None):
            reader.complain((switch,), f"{switch} must be on or off.", "This link gets off instead.")
        if asked != "on" and not (asked is None and texts):
            return {self.attributes[0]: ()}
        found = []
        for name, text in texts.items():
            key, numbers = read_setup(reader, name, text, _ROWS, "optimizer")
            if key:
                found.append(Entrant(key, numbers))
        if texts and not found:
            reader.complain(names, "No rival of the link could be used; the usual ones are shown.")
        return {self.attributes[0]: tuple(found) or USUAL}

    def describe(self, usual: Any) -> Any:
        """The switch, and a card for each rival."""
        described = Described.describe(self, usual)
        toggle = {**described, "name": self.switch, "label": "Race", "kind": "toggle"}
        cards: Mapping[str, Any] = {
            "label": "Against",
            "help": "Each with its own hyperparameters; everything else is shared.",
            "kind": "compared",
            "most": min(MOST_RIVALS, MOST_ENTRANTS),
            "options": describe_options(list(_ROWS.values())),
            "when": {self.switch: ["on"]},
        }
        return [{**toggle, "on": "on", "off": "off", "default": "off"}, {**described, **cards, "default": {}}]
