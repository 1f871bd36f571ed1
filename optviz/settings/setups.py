"""Settings that are a row of a table with values for its hyperparameters: a schedule, compared optimizers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError
from optviz.engine.optimizers import ELEMENTWISE, GROUPS, OF_MATRICES, OPTIMIZERS, Optimizer
from optviz.engine.own_optimizer import KEY as OWN
from optviz.engine.own_optimizer import NAME, own_optimizer
from optviz.engine.rule_expressions import RuleError
from optviz.engine.rule_starters import STARTERS
from optviz.engine.rule_text import LONGEST
from optviz.engine.text import plain_number
from optviz.settings.fields import Described, describe_number
from optviz.settings.link import LONGEST_TEXT, Link, Reader, short
from optviz.settings.rule_link import packed, unpacked
from optviz.words import Message, listed, mark, tr

MOST_ENTRANTS = 6
#: The most characters of all entrants of a link together, where a rule of somebody's own is among them: so
#: that the whole link stays under 2,000.
MOST_WITH_RULES = 1300
Values = tuple[tuple[str, float], ...]
OPTIMIZER = mark("optimizer")


class Configurable(Protocol):
    """A row of a table that has hyperparameters: an optimizer or a schedule."""

    @property
    def key(self) -> str:
        """Its stable key."""

    @property
    def name(self) -> str:
        """Its name for people."""

    @property
    def hyperparameters(self) -> tuple[Hyperparameter, ...]:
        """What can be set."""


Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entrant:
    """One optimizer in the comparison, with a value for every hyperparameter.

    `optimizer` is a key of OPTIMIZERS, or of OF_MATRICES on networks, or OWN for the rule that `text` writes.
    """

    optimizer: str
    values: Values
    text: str = ""

    @classmethod
    def of(cls, optimizer: str, **given: float) -> "Entrant":
        """An entrant with defaults for what is not given; raises HyperparameterError."""
        return cls(optimizer, tuple(OPTIMIZERS[optimizer].complete(given).items()))

    @classmethod
    def own(cls, text: str, **given: float) -> "Entrant":
        """A rule of one's own, with its own defaults for what is not given.

        Raises:
            RuleError, HyperparameterError: for a text or a value that cannot be used.
        """
        row = own_optimizer(text)
        return cls(OWN, tuple(row.complete(given).items()), row.text)

    @property
    def row(self) -> Optimizer:
        """The optimizer."""
        if self.optimizer == OWN:
            return own_optimizer(self.text)
        return OPTIMIZERS.get(self.optimizer) or OF_MATRICES[self.optimizer]

    def having(self, **given: float) -> "Entrant":
        """The same optimizer with other values; raises HyperparameterError."""
        return replace(self, values=tuple(self.row.complete({**dict(self.values), **given}).items()))


def write_setup(row: Configurable, values: Values) -> str:
    """A key of a table, then the names and values of its hyperparameters, as in momentum_lr_0.1."""
    given = dict(values)
    numbers = (part for h in row.hyperparameters for part in (h.name, h.write(given.get(h.name, h.default))))
    return "_".join([row.key, *numbers])


def read_setup(
    reader: Reader, name: str, text: str, table: Table, noun: str, default: str = ""
) -> tuple[str, Values]:
    """Read what `write_setup` wrote; an unknown key gives `default` without values."""
    key, *parts = text.split("_")
    if key not in table:
        fate = tr("“{name}” is used.", name=default) if default else tr("it was left out.")
        said = tr("The {noun} “{key}” is unknown;", noun=tr(noun), key=short(key))
        reader.complain((name,), said, fate)
        return default, ()
    row: Configurable = table[key]
    pairs = dict(zip(parts[::2], parts[1::2], strict=False))
    for extra in sorted(pairs.keys() - {h.name for h in row.hyperparameters}):
        sentence = tr(
            "{optimizer} has no hyperparameter “{name}”; it was left out.",
            optimizer=tr(row.name),
            name=short(extra),
        )
        reader.complain((name,), sentence)
    values = []
    for h in row.hyperparameters:
        value, place = h.usual, f"{name}.{h.name}"
        if h.name not in pairs:
            said = tr("{optimizer}: the link says no {name};", optimizer=tr(row.name), name=h.name)
            reader.complain((name,), said, tr("used {value}.", value=plain_number(value)), place)
        else:
            try:
                value = h.parse(pairs[h.name])
            except HyperparameterError as error:
                said = tr("{optimizer}: {sentence}", optimizer=tr(row.name), sentence=error)
                fate = tr("Used {value} instead.", value=plain_number(value))
                reader.complain((name,), said, fate, place)
        values.append((h.name, value))
    return key, tuple(values)


def rule_key(text: str) -> str:
    """How a rule stands in a link, before its numbers; the browser knows the rule by it."""
    return f"{OWN}_{packed(text)}"


def read_rule_key(text: str) -> Optimizer:
    """The rule of a text that begins as `rule_key` writes it; raises RuleError."""
    _, *parts = text.split("_")
    return own_optimizer(unpacked(parts[0] if parts else ""))


def write_entrant(entrant: Entrant) -> str:
    """As `write_setup` does; the text of a rule stands behind the key, packed: own_1q1bIzU_lr_0.1."""
    written = write_setup(entrant.row, entrant.values)
    return written if entrant.optimizer != OWN else written.replace(OWN, rule_key(entrant.text), 1)


def read_entrant(
    reader: Reader, name: str, text: str, default: str = "", table: Table = OPTIMIZERS
) -> Entrant | None:
    """Read what `write_entrant` wrote; None, or the `default` of the table without values, where it is none.

    A rule may stand without numbers, or with some of them: it says their defaults itself.
    """
    key, *parts = text.split("_")
    if key != OWN:
        key, numbers = read_setup(reader, name, text, table, OPTIMIZER, default)
        return Entrant(key, numbers) if key and (numbers or not default) else None
    try:
        row = read_rule_key(text)
    except RuleError as error:
        fate = tr("“{name}” is used.", name=default) if default else tr("It was left out.")
        reader.complain((name,), str(error), fate, f"{name}.text")
        return None
    given = {h.name: h.write(h.default) for h in row.hyperparameters}
    given |= dict(zip(parts[1::2], parts[2::2], strict=False))
    filled = "_".join([OWN, *(part for pair in given.items() for part in pair)])
    _, numbers = read_setup(reader, name, filled, {OWN: row}, OPTIMIZER)
    return Entrant(OWN, numbers, row.text)


def fits(reader: Reader, name: str, entrants: Sequence[Entrant]) -> bool:
    """Whether a link can hold them, the last of which is new."""
    if all(entrant.optimizer != OWN for entrant in entrants):
        return True
    sizes = [len(write_entrant(entrant)) for entrant in entrants]
    if sizes[-1] <= LONGEST_TEXT and sum(sizes) <= MOST_WITH_RULES:
        return True
    said = tr(
        "The optimizers with their rules take {sum} characters of the link, the last of them {last}; allowed "
        "are {most} and {longest}.",
        sum=f"{sum(sizes):,}",
        last=sizes[-1],
        most=f"{MOST_WITH_RULES:,}",
        longest=LONGEST_TEXT,
    )
    reader.complain((name,), said, tr("It was left out."), f"{name}.text")
    return False


def describe_own() -> dict[str, Any]:
    """What the panel needs to offer a rule of one's own, the same for everybody."""
    return {
        "key": OWN,
        "name": tr(NAME),
        "longest": LONGEST,
        "starters": [{"key": s.key, "name": tr(s.name), "text": tr(s.text)} for s in STARTERS.values()],
    }


def describe_rule(entrant: Entrant) -> dict[str, Any]:
    """What the panel needs to draw an entrant that is somebody's own rule: its text, name and numbers."""
    row = entrant.row
    return {
        "key": rule_key(row.text),
        "text": row.text,
        "name": tr(row.name),
        "formula": row.formula,
        "state": list(row.state),
        "numbers": [describe_number(h) for h in row.hyperparameters],
    }


def describe_options(
    rows: Sequence[Any], numbers: Callable[[Any], Sequence[Hyperparameter]] = lambda row: row.hyperparameters
) -> list[dict[str, Any]]:
    """Rows of a table as the panel lists them, each with its numbers."""
    return [
        {
            "key": row.key,
            "name": tr(row.name),
            "group": tr(GROUPS[row.group]) if isinstance(row, Optimizer) else "",
            "help": tr(row.idea) if isinstance(row, Optimizer) else "",
            "numbers": [describe_number(h) for h in numbers(row)],
        }
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Configured(Described):
    """One row of a table with its values, in two attributes: `schedule` and `schedule_values`."""

    table: Table = field(default_factory=dict, hash=False)
    noun: Message = ""
    fallback: str = ""

    @property
    def attributes(self) -> tuple[str, ...]:
        """The key and the values."""
        attribute = self.attribute or self.name
        return attribute, f"{attribute}_values"

    def write(self, settings: Any) -> Link:
        """One text for both."""
        key, values = (getattr(settings, attribute) for attribute in self.attributes)
        return {self.name: write_setup(self.table[key], values)}

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The row and its values, or the usual ones."""
        text = reader.take(self.name)
        if text is None:
            return {attribute: getattr(usual, attribute) for attribute in self.attributes}
        return dict(
            zip(
                self.attributes,
                read_setup(reader, self.name, text, self.table, self.noun, self.fallback),
                strict=True,
            )
        )

    def describe(self, usual: Any) -> dict[str, Any]:
        """With all rows and their numbers."""
        return Described.describe(self, usual) | {
            "kind": "configured",
            "options": describe_options(list(self.table.values())),
        }


@dataclass(frozen=True, slots=True)
class Spread(Configured):
    """A row of a table with its values, each number under a name of its own: opt=adam and o.lr=0.001.

    `prefix` begins the names of the numbers, `numbers` gives a row's hyperparameters with their defaults.
    """

    prefix: str = ""
    numbers: Callable[[Any], Sequence[Hyperparameter]] = field(
        default=lambda row: row.hyperparameters, hash=False
    )

    def write(self, settings: Any) -> Link:
        """The key, and every number."""
        return self.write_row(*(getattr(settings, attribute) for attribute in self.attributes))

    def write_row(self, key: str, values: Values) -> Link:
        """The key, and every number."""
        given = dict(values)
        numbers = {self.prefix + h.name: h.write(given[h.name]) for h in self.numbers(self.table[key])}
        return {self.name: key, **numbers}

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The row, and each number that the link says or its default."""
        key = default = getattr(usual, self.attributes[0])
        text = reader.take(self.name)
        if text is not None and text not in self.table:
            said = tr(
                "“{text}” is no {noun} here; there is {known}.",
                text=short(text),
                noun=tr(self.noun),
                known=listed(self.table),
            )
            reader.complain((self.name,), said, tr("This link gets {value} instead.", value=default))
            return self.fallen_back(reader, default)
        key = default if text is None else text
        numbers = self.read_numbers(reader, self.numbers(self.table[key]))
        return {self.attributes[0]: key, self.attributes[1]: numbers}

    def fallen_back(self, reader: Reader, default: str) -> dict[str, Any]:
        """The default row with its usual numbers; those of the link were meant for another row."""
        reader.used |= {name for name in reader.given if name.startswith(self.prefix)}
        numbers = tuple((h.name, h.usual) for h in self.numbers(self.table[default]))
        return {self.attributes[0]: default, self.attributes[1]: numbers}

    def read_numbers(self, reader: Reader, rows: Sequence[Hyperparameter]) -> Values:
        """Each number that the link says, or its default."""
        found = []
        for h in rows:
            name, value = self.prefix + h.name, h.usual
            written = reader.take(name)
            if written is not None:
                try:
                    value = h.parse(written)
                except HyperparameterError as error:
                    fate = tr("This link gets {value} instead.", value=plain_number(value))
                    reader.complain((name,), str(error), fate)
            found.append((h.name, value))
        return tuple(found)

    def describe(self, usual: Any) -> dict[str, Any]:
        """With all rows and their numbers, and how their names begin."""
        rows = list(self.table.values())
        return Described.describe(self, usual) | {
            "kind": "configured",
            "spread": self.prefix,
            "options": describe_options(rows, self.numbers),
        }


@dataclass(frozen=True, slots=True)
class OneEntrant(Described):
    """One optimizer with its values, as an `Entrant`: one of those that need no gradient elsewhere."""

    def write(self, settings: Any) -> Link:
        """As in momentum_lr_0.1_momentum_0.9."""
        entrant: Entrant = getattr(settings, self.attributes[0])
        return {self.name: write_entrant(entrant)}

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The entrant, or the usual one."""
        (attribute,) = self.attributes
        text, default = reader.take(self.name), getattr(usual, attribute)
        if text is None:
            return {attribute: default}
        found = read_entrant(reader, self.name, text, default.optimizer, ELEMENTWISE)
        return {attribute: found or default}

    def describe(self, usual: Any) -> dict[str, Any]:
        """With those optimizers and their numbers."""
        return Described.describe(self, usual) | {
            "kind": "configured",
            "options": describe_options(list(ELEMENTWISE.values())),
            "own": describe_own(),
        }


def always_six(values: Mapping[str, Any]) -> int:
    """As many entrants as a comparison holds."""
    return MOST_ENTRANTS


@dataclass(frozen=True, slots=True)
class Compared(Described):
    """The optimizers that are compared: texts o1, o2, … in their order.

    `most` says how many there may be, from what was read before; `without` maps a text of the field `by` to
    the hyperparameters that come from elsewhere then, so that the panel shows no field for them. With `finds`
    a card offers to look for a good learning rate.
    """

    most: Callable[[Mapping[str, Any]], int] = field(default=always_six, hash=False)
    without: Mapping[str, Sequence[str]] = field(default_factory=dict, hash=False)
    most_by_kind: Mapping[str, int] = field(default_factory=dict, hash=False)
    by: str = "map"
    finds: bool = False

    def write(self, settings: Any) -> Link:
        """One text for each entrant."""
        entrants: Sequence[Entrant] = getattr(settings, self.attributes[0])
        return {f"{self.name}{i}": write_entrant(entrant) for i, entrant in enumerate(entrants, 1)}

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The entrants that the link names, or the usual ones."""
        (attribute,) = self.attributes
        found: list[Entrant] = []
        for i in range(1, self.most(values) + 1):
            name = f"{self.name}{i}"
            text = reader.take(name)
            entrant = None if text is None else read_entrant(reader, name, text)
            if entrant and fits(reader, name, [*found, entrant]):
                found.append(entrant)
        named = [n for n in reader.given if n.startswith(self.name) and n[len(self.name) :].isdigit()]
        if named and not found:
            sentence = tr("No optimizer of the link could be used; the default ones are shown.")
            reader.complain(named, sentence)
        return {attribute: tuple(found) or getattr(usual, attribute)}

    def describe(self, usual: Any) -> dict[str, Any]:
        """With all optimizers and their numbers."""
        return Described.describe(self, usual) | {
            "kind": "compared",
            "most": MOST_ENTRANTS,
            "most_by_kind": dict(self.most_by_kind),
            "without": {kind: list(names) for kind, names in self.without.items()},
            "by": self.by,
            "finds": self.finds,
            "options": describe_options(list(OPTIMIZERS.values())),
            "own": describe_own(),
            "default": self.write(usual),
        }
