"""What one change of a value is on the wire, and whether the answer to it is right.

Two kinds of pages are known: one with a field for each value (`WidgetChange`), and one whose panel sends
all changes as one state of a component (`PanelChange`). `change_for` sees which one a page is. To the visitor
the change is always the same: another learning rate of the first optimizer.
"""

import json
import time
import zlib
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.client import Answer
from optviz.figures.scenes import legend_name
from optviz.settings.setups import Entrant

NAME = "lr"
FIRST = "o1"
STAGE = "optviz.stage"


class NoFieldError(Exception):
    """The page has nothing to change a learning rate with: it shows an error instead, for example."""


class Change(Protocol):
    """One way to set the learning rate."""

    def state(self, lr: float) -> WidgetState:
        """What the browser sends."""
        ...

    def complaints(self, answer: Answer, lr: float) -> list[str]:
        """What only this kind of page must answer, and has not."""
        ...


@dataclass(slots=True)
class WidgetChange:
    """The field for the first optimizer's learning rate, whose key ends in “.lr”."""

    widget: NumberInput

    @classmethod
    def found(cls, answer: Answer) -> "WidgetChange | None":
        """The first such field of the page."""
        fields = (w for w in answer.of_type("number_input") if w.id.endswith(f".{NAME}"))
        widget = next(fields, None)
        return None if widget is None else cls(widget)

    def state(self, lr: float) -> WidgetState:
        """The number."""
        return WidgetState(id=self.widget.id, double_value=lr)

    def complaints(self, answer: Answer, lr: float) -> list[str]:
        """The field itself holds the value."""
        now = WidgetChange.found(answer)
        if now is None:
            return ["the field is gone"]
        return [] if now.widget.value == lr else [f"the field says {now.widget.value:g}"]


@dataclass(slots=True)
class PanelChange:
    """The component of the panel: `{"edit": {"n": count, "changes": {"o1": "gd_lr_0.1"}}}`.

    `n` grows with every change, and the panel's data acknowledge it as `ack`.
    """

    id: str
    text: str
    n: int

    @classmethod
    def found(cls, answer: Answer) -> "PanelChange | None":
        """The first component with “panel” in its name or key that holds values."""
        for component, data in _panels(answer):
            text = data.get("values", {}).get(FIRST)
            if text is not None:
                now = time.time_ns() // 1_000_000
                return cls(component.id, text, max(now, int(data.get("ack") or 0) + 1))
        return None

    def state(self, lr: float) -> WidgetState:
        """One state, as `setStateValue("edit", …)` sends it: JSON of all states of the component."""
        edit = {"n": self.n, "changes": {FIRST: with_lr(self.text, lr)}}
        return WidgetState(id=self.id, json_value=json.dumps({"edit": edit}))

    def complaints(self, answer: Answer, lr: float) -> list[str]:
        """The panel acknowledges the change, and refuses nothing."""
        for component, data in _panels(answer):
            if component.id == self.id:
                said = [f"the panel refuses {name}: {why}" for name, why in data.get("refused", {}).items()]
                if data.get("ack") != self.n:
                    said.append("the panel acknowledges another change")
                return said
        return ["the panel is gone"]


def change_for(answer: Answer) -> Change:
    """The kind of change that this page takes; raises NoFieldError when there is none."""
    change = PanelChange.found(answer) or WidgetChange.found(answer)
    if change is None:
        raise NoFieldError("The page has neither a panel nor a field for a learning rate.")
    return change


def wrong(answer: Answer, change: Change, lr: float, before: Answer) -> list[str]:
    """Why an answer is not the answer to `lr` after the page `before`; empty when it is right.

    The page must name the value, and wherever it does (address, link to share, panel) it must be this one.
    The picture must be another one than before, with the value in its legend.
    """
    named = named_values(answer)
    said = [f"{place} says {text}" for place, text in named.items() if lr_of(text) != lr]
    if not named:
        said.append("neither the address nor a link names the value")
    picture = answer.hash_of(STAGE)
    if picture is None:
        said.append("there is no picture")
    elif picture == before.hash_of(STAGE):
        said.append("the picture is the one before")
    elif not said and not all(_in_legend(answer, text, lr) for text in named.values()):
        said.append("the picture's legend names another value")
    return said + change.complaints(answer, lr)


def named_values(answer: Answer) -> dict[str, str]:
    """Every place of the page that says what the first optimizer is, and what it says there."""
    named = {}
    if answer.address is not None:
        named["the address"] = _first(answer.address)
    for component in answer.of_type("bidi_component"):
        if component.component_name == "optviz.share":
            named["the link to share"] = _first(urlsplit(json.loads(component.json)["link"]).query)
    for _, data in _panels(answer):
        if FIRST in data.get("values", {}):
            named["the panel"] = data["values"][FIRST]
    return named


def lr_of(text: str) -> float | None:
    """The learning rate in a text such as “adam_lr_0.1_beta1_0.9”; None when it names none."""
    parts = text.split("_")
    for name, value in zip(parts[1:-1:2], parts[2::2], strict=True):
        if name == NAME:
            try:
                return float(value)
            except ValueError:
                return None
    return None


def with_lr(text: str, lr: float) -> str:
    """The same text with another learning rate."""
    parts = text.split("_")
    parts[parts.index(NAME) + 1] = repr(lr)
    return "_".join(parts)


def _first(query: str) -> str:
    return parse_qs(query).get(FIRST, [""])[0]


def _in_legend(answer: Answer, text: str, lr: float) -> bool:
    name = json.dumps(legend_name(Entrant.of(text.split("_")[0], lr=lr)))[1:-1]
    return any(name in text_of(c) for c in answer.of_type("bidi_component") if c.component_name == STAGE)


def text_of(component: Any) -> str:
    """The JSON that a component was given; large data come compressed."""
    return zlib.decompress(component.bytes).decode() if component.bytes else component.json


def _panels(answer: Answer) -> list[tuple[Any, dict[str, Any]]]:
    """The components with “panel” in name or key, with the data that they were given."""
    found = []
    for component in answer.of_type("bidi_component"):
        key = component.id.split("-", 2)[-1]  # $$ID-hash-key
        if "panel" in component.component_name or "panel" in key:
            found.append((component, json.loads(component.json or "{}")))
    return found
