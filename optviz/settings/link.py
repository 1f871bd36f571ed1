"""A link: settings written down as texts by name, read back from anybody, and edited.

A link holds stable keys, every value, and a version, so that a changed default never changes an old link.
Reading never fails: what cannot be used is replaced and named in a sentence. An edit is a link too, of the
names that a person changed: what is refused stays as it was.
"""

import dataclasses
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self, TypeVar

from optviz.words import Message, join, tr

VERSION = "1"
LONGEST_TEXT = 900  # characters of one value
MOST_NAMES = 100
#: What mail programs and social networks hang on to addresses; nobody typed it.
TRACKING = ("utm_", "fbclid", "gclid", "msclkid", "mc_", "igshid", "_hs")

Link = dict[str, str]
S = TypeVar("S", bound="Settings")


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that cannot be used: the link's names, why, and what is used instead.

    `place` is where a person looks for it, such as `o2.lr`; the last of the names if it is empty. `typed` is
    the sentence for somebody who has not opened a link but typed it, where that is another one.
    """

    names: tuple[str, ...]
    sentence: str
    instead: str = ""
    place: str = ""
    typed: str = ""

    @property
    def notice(self) -> str:
        """The whole sentence for whoever opened the link."""
        return join(self.sentence, self.instead)


@dataclass(frozen=True, slots=True)
class Unfit:
    """Values that do not go together: their names in the link, why, and the attributes used instead."""

    names: tuple[str, ...]
    sentence: str
    instead: str
    values: Mapping[str, Any]


class Reader:
    """Reads one link, name by name, and collects complaints."""

    def __init__(self, link: Any, besides: Container[str] = ()) -> None:
        self.complaints: list[Complaint] = []
        self.given: Link = {}
        self.used: set[str] = set()
        try:
            for name, value in list(link.items())[:MOST_NAMES]:
                text = value[-1] if isinstance(value, list | tuple) and value else value
                said = {"name": short(name)}
                if not isinstance(text, str) or not isinstance(name, str):
                    self.doubt((str(name),), tr("“{name}” is not text and was left out.", **said))
                elif not (is_unicode(name) and is_unicode(text)):
                    # Half a surrogate pair: JSON may hold it, but nothing that is sent or stored may.
                    self.doubt((name,), tr("“{name}” is not text and was left out.", **said))
                elif len(text) > LONGEST_TEXT:
                    sentence = tr(
                        "“{name}” has {count} characters, allowed are {most}; it was left out.",
                        count=len(text),
                        most=LONGEST_TEXT,
                        **said,
                    )
                    self.doubt((name,), sentence)
                elif name not in besides and not name.lower().startswith(TRACKING):
                    self.given[name] = text
        except (AttributeError, TypeError, ValueError):
            self.complain((), tr("The link cannot be read; the default is shown."))

    def take(self, name: str) -> str | None:
        """The text of one name, or None."""
        self.used.add(name)
        return self.given.get(name)

    def complain(self, names: Iterable[str], sentence: str, instead: str = "", place: str = "") -> None:
        """Note what cannot be used."""
        self.complaints.append(Complaint(tuple(names), sentence, instead, place))

    def doubt(self, names: Iterable[str], sentence: str, instead: str = "") -> None:
        """Note a sentence that begins with a name of the link."""
        said = tr("The link's {sentence}", sentence=sentence)
        self.complaints.append(Complaint(tuple(names), said, instead, typed=sentence))

    def version(self) -> None:
        """Complain about a version that is not this one."""
        version = self.take("v")
        if version is None:
            self.complain(
                ("v",), tr("The link says no version; it was read as version {known}.", known=VERSION)
            )
        elif version != VERSION:
            said = tr(
                "The link is of version “{version}”; it was read as version {known}.",
                version=short(version),
                known=VERSION,
            )
            self.complain(("v",), said)

    def unknown(self) -> None:
        """Complain about names that no field has read."""
        for name in sorted(self.given.keys() - self.used):
            self.doubt((name,), tr("“{name}” is not known here and was left out.", name=short(name)))


class Field(Protocol):
    """One thing that can be set: the attributes that it fills, and their texts in a link."""

    @property
    def name(self) -> str:
        """The stable name in the link, or what its names begin with."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes of the settings that it reads and writes."""

    def write(self, settings: Any) -> Link:
        """The texts of these settings, by name."""

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """A value for each of `attributes`; `usual` holds the defaults, `values` what was read before it."""

    def describe(self, usual: Any) -> Any:
        """What the panel needs to draw it, as JSON; a list where it is several fields."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the panel: names of fields in the order in which one thinks; folded away or not."""

    title: Message
    fields: tuple[str, ...]
    folded: bool = False


class Settings:
    """What a page can be set to: a frozen dataclass whose attributes are declared with `setting`."""

    __slots__ = ()
    #: The page's key, which names its panel and its place in the session.
    page: ClassVar[str] = ""
    #: The panel, from top to bottom.
    sections: ClassVar[tuple[Section, ...]] = ()
    #: Names that may stand in a link alone, without a version: the link is then the default of that kind.
    kinds: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def usual(cls, given: Mapping[str, str]) -> Self:
        """The defaults for a link that says `given`."""
        return cls()

    @classmethod
    def unfit(cls, values: Mapping[str, Any]) -> list[Unfit]:
        """Which values do not go together."""
        return []

    def objection(self) -> tuple[str, str] | None:
        """Why these settings show nothing: the place and a sentence. A link may say them, an edit may not."""
        return None


def setting(field: Field, default: Any) -> Any:
    """Declare an attribute of settings that `field` reads and writes."""
    return dataclasses.field(default=default, metadata={"field": field})


def fields_of(settings: type[Settings]) -> tuple[Field, ...]:
    """The fields of settings, in the order of their declaration."""
    rows = dataclasses.fields(settings)  # type: ignore[arg-type]
    return tuple(row.metadata["field"] for row in rows if "field" in row.metadata)


def encode(settings: Settings) -> Link:
    """The settings as the parameters of a link: a version, and every value."""
    link = {"v": VERSION}
    for field in fields_of(type(settings)):
        link |= field.write(settings)
    return link


def whole(settings: Settings) -> Link:
    """As `encode`, with what a link leaves unsaid."""
    unsaid = {field.name: getattr(field, "unsaid", None) for field in fields_of(type(settings))}
    return {name: text for name, text in unsaid.items() if text is not None} | encode(settings)


def read(settings: type[S], link: Any, besides: Container[str] = ()) -> tuple[S, list[Complaint]]:
    """Read settings from the parameters of a link; never raises.

    An empty link is the default, without complaint. Names in `besides` belong to somebody else.
    """
    reader = Reader(link, besides)
    usual = settings.usual(reader.given)
    if reader.given.keys() <= settings.kinds:
        for field in fields_of(settings):
            if field.name in settings.kinds:
                field.read(reader, usual, {})
        return usual, reader.complaints
    reader.version()
    values: dict[str, Any] = {}
    for field in fields_of(settings):
        values |= field.read(reader, usual, values)
    reader.unknown()
    for unfit in settings.unfit(values):
        reader.complain(unfit.names, unfit.sentence, unfit.instead)
        values |= unfit.values
    return settings(**values), reader.complaints


def decode(settings: type[S], link: Any, besides: Container[str] = ()) -> tuple[S, list[str]]:
    """Read settings from a link, with one sentence for each thing that could not be used; never raises."""
    found, complaints = read(settings, link, besides)
    return found, [complaint.notice for complaint in complaints]


def edit(before: S, changes: Mapping[str, str | None]) -> tuple[S, dict[str, str]]:
    """The settings after a person's changes, given as texts by name; None asks for the default.

    What is refused stays as it was, and its sentence stands in the second result under its place. A value
    that nobody changed, but that no longer fits the change, takes its default: such as the start of another
    landscape.
    """
    old = encode(before)
    texts = {name: text for name, text in {**old, **changes}.items() if text is not None}
    changed = {name for name, text in changes.items() if text != old.get(name)}
    refused: dict[str, str] = {}
    for _ in range(2 * len(texts) + 2):
        after, complaints = read(type(before), texts)
        if not complaints:
            objection = after.objection()
            if objection and not before.objection():
                return before, dict([objection])
            return after, refused
        restored = False
        for complaint in complaints:
            theirs = [name for name in complaint.names if name in changed]
            for name in theirs:
                changed.discard(name)
                texts.pop(name, None)
                if name in old:
                    texts[name] = old[name]
            if theirs:
                restored = True
                said = complaint.typed or complaint.sentence
                refused[complaint.place or theirs[-1]] = said[:1].upper() + said[1:]
        if not restored:  # what is left was not changed, but no longer fits
            dropped = [name for c in complaints for name in c.names if texts.pop(name, None) is not None]
            if not dropped:  # even the default does not go with what was changed
                place = next(iter(changed), next(iter(changes), ""))
                return before, {place: complaints[0].sentence}
    return before, refused


def is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def short(text: Any, length: int = 20) -> str:
    """The text as a sentence quotes it."""
    text = str(text).encode("utf-8", "replace").decode()
    return text if len(text) <= length else text[:length] + "…"
