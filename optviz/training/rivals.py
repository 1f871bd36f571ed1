"""The field that lists the rivals of a race."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optviz.settings.fields import Described
from optviz.settings.link import Link, Reader
from optviz.settings.setups import (
    Entrant,
    describe_options,
    fits,
    read_entrant,
    write_entrant,
)
from optviz.training.optimizers import ROWS, entrant_of, starters
from optviz.words import tr

#: The most rivals of a race, besides the first optimizer.
MOST_RIVALS = 7


def rival(optimizer: str, **given: float) -> Entrant:
    """A rival with the defaults for networks where nothing is given; raises HyperparameterError."""
    return entrant_of(optimizer, given)


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
        written = (write_entrant(each) for each in rivals)
        return {self.switch: "on", **{f"{self.name}{i}": text for i, text in enumerate(written, 1)}}

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The rivals that the link names; a race that names none has the usual ones."""
        switch, *names = self.names
        asked = reader.take(switch)
        texts = {name: text for name in names if (text := reader.take(name)) is not None}
        if asked not in ("on", "off", None):
            reader.complain(
                (switch,),
                tr("{name} must be on or off.", name=switch),
                tr("This link gets {value} instead.", value="off"),
            )
        if asked != "on" and not (asked is None and texts):
            return {self.attributes[0]: ()}
        first = Entrant(*(values[name] for name in ("optimizer", "optimizer_values", "optimizer_text")))
        found: list[Entrant] = []
        for name, text in texts.items():
            entrant = read_entrant(reader, name, text, table=ROWS)
            if entrant and fits(reader, name, [first, *found, entrant]):
                found.append(entrant)
        if texts and not found:
            reader.complain(names, tr("No rival of the link could be used; the usual ones are shown."))
        return {self.attributes[0]: tuple(found) or USUAL}

    def describe(self, usual: Any) -> Any:
        """The switch, and a card for each rival."""
        described = Described.describe(self, usual)
        toggle = {**described, "name": self.switch, "label": tr("Race"), "kind": "toggle"}
        cards: Mapping[str, Any] = {
            "label": tr("Against"),
            "help": tr("Each with its own hyperparameters; everything else is shared."),
            "kind": "compared",
            "most": MOST_RIVALS,
            "options": describe_options(list(ROWS.values())),
            "own": starters(),
            "when": {self.switch: ["on"]},
        }
        return [{**toggle, "on": "on", "off": "off", "default": "off"}, {**described, **cards, "default": {}}]
