"""What one change of a value is on the wire, and whether the answer to it is right.

Two kinds of pages are known: one whose server answers changes at an address of its own (`AnswerChange`), and
one that runs its script for each (`PanelChange`). `change_for` sees which one a page is. To the visitor the
change is always the same: another learning rate of the first optimizer.
"""

import json
import time
import zlib
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.client import Answer, Session
from optviz.figures.scenes import legend_name
from optviz.settings.setups import Entrant

NAME = "lr"
FIRST = "o1"
STAGE, BENCH = "optviz.stage", "optviz.bench"


class NoFieldError(Exception):
    """The page has nothing to change a learning rate with: it shows an error instead, for example."""


class Change(Protocol):
    """One way to set the learning rate."""

    async def make(self, session: Session, lr: float) -> tuple[Answer, list[str]]:
        """Set it. Returns the answer, and why it is not the answer to `lr`."""
        ...


@dataclass(slots=True)
class AnswerChange:
    """A request to the address in the panel's `answers`, with the values that the panel shows."""

    url: str
    values: dict[str, str]
    parts: str = ""

    @classmethod
    def found(cls, answer: Answer) -> "AnswerChange | None":
        """The first panel that says such an address."""
        for _, data in _panels(answer):
            if "answers" in data and FIRST in data.get("values", {}):
                return cls(data["answers"]["url"], data["values"])
        return None

    async def make(self, session: Session, lr: float) -> tuple[Answer, list[str]]:
        """Set it; what the server says is shown from then on."""
        changes = {FIRST: with_lr(self.values[FIRST], lr)}
        body = json.dumps({"link": self.values, "changes": changes, "theme": "light"}).encode()
        content, answer = await session.post(self.url, body)
        told = json.loads(content)
        complaints = self.complaints(told, lr)
        self.values, self.parts = told["values"], json.dumps(told["parts"])
        return answer, complaints

    def complaints(self, told: dict[str, Any], lr: float) -> list[str]:
        """Values, address, picture and results must name `lr`, and the picture must be a new one."""
        said = [f"the panel refuses {name}: {why}" for name, why in told["refused"].items()]
        texts = {place: told[place].get(FIRST, "") for place in ("values", "address")}
        said += [f"the {place} say {text}" for place, text in texts.items() if lr_of(text) != lr]
        name = legend_name(Entrant.of(told["values"][FIRST].split("_")[0], lr=lr))
        parts = told["parts"]
        if name not in [run["name"] for run in parts["stage"]["runs"]]:
            said.append("the picture's legend names another value")
        if name not in [row["name"] for row in parts["results"]["rows"]]:
            said.append("the table of results names another value")
        if json.dumps(parts) == self.parts:
            said.append("the picture is the one before")
        return said


@dataclass(slots=True)
class PanelChange:
    """The component of the panel: `{"edit": {"n": count, "changes": {"o1": "gd_lr_0.1"}}}`.

    `n` grows with every change, and the panel's data acknowledge it as `ack`.
    """

    id: str
    text: str
    n: int
    before: Answer

    @classmethod
    def found(cls, answer: Answer) -> "PanelChange | None":
        """The first component with “panel” in its name or key that holds values."""
        for component, data in _panels(answer):
            text = data.get("values", {}).get(FIRST)
            if text is not None:
                now = time.time_ns() // 1_000_000
                return cls(component.id, text, max(now, int(data.get("ack") or 0) + 1), answer)
        return None

    async def make(self, session: Session, lr: float) -> tuple[Answer, list[str]]:
        """Set it, and let the page run."""
        answer = await session.rerun(self.state(lr))
        complaints = wrong(answer, self, lr, self.before)
        self.before, self.n = answer, max(time.time_ns() // 1_000_000, self.n + 1)
        return answer, complaints

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
    change = AnswerChange.found(answer) or PanelChange.found(answer)
    if change is None:
        raise NoFieldError("The page has no panel with a learning rate.")
    return change


def wrong(answer: Answer, change: PanelChange, lr: float, before: Answer) -> list[str]:
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
    """The components that are or hold a panel, with the data that it was given."""
    found = []
    for component in answer.of_type("bidi_component"):
        key = component.id.split("-", 2)[-1]  # $$ID-hash-key
        if component.component_name == BENCH:
            found.append((component, json.loads(text_of(component))["panel"]))
        elif "panel" in component.component_name or "panel" in key:
            found.append((component, json.loads(component.json or "{}")))
    return found
