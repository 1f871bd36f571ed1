"""What a stranger can send: formulas, rules, links, messages and changes, and what must hold for each.

A target takes bytes and returns, or raises: FoundError where a promise is broken, or whatever broke.
"""

import ast
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from optviz.engine import formula_text, javascript
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import Objective, parse
from optviz.engine.own_optimizer import CALLED
from optviz.engine.rule_expressions import RuleError
from optviz.engine.rule_starters import STARTERS
from optviz.engine.rule_text import USUAL
from optviz.engine.torch_script import torch_formula, torch_script
from optviz.engine.trajectories import simulate
from optviz.figures.style import LIGHT
from optviz.runs.history import History
from optviz.runs.store import UnknownRunError, valid
from optviz.settings.activations import ActivationSettings
from optviz.settings.declaration import declaration
from optviz.settings.experiment import Experiment
from optviz.settings.link import Settings, decode, encode
from optviz.settings.maps import DEFAULTS, MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.regularization import RegularizationSettings
from optviz.settings.rule_link import packed, unpacked
from optviz.settings.setups import Entrant
from optviz.training.config import TrainingConfig
from optviz.web import answer_route, draw_route
from optviz.web.maps import kinds
from optviz.web.page import Page, Shown
from optviz.web.train import controls
from optviz.web.trajectories import arranging
from optviz.web.trajectories.headline import headline
from optviz.web.trajectories.scene import experiment_scene

#: What a compiled rule may be made of: arithmetic, comparisons, and calls of the engine's own functions.
RULE_PARTS = {
    *("Module", "FunctionDef", "arguments", "arg", "Assign", "Return", "Tuple", "Name", "Load", "Store"),
    *(
        "Constant",
        "BinOp",
        "UnaryOp",
        "Call",
        "Compare",
        "Add",
        "Sub",
        "Mult",
        "Div",
        "FloorDiv",
        "Mod",
        "Pow",
        "USub",
        "UAdd",
    ),
    *("Lt", "LtE", "Gt", "GtE", "Eq", "NotEq"),
}
SLOW = 4.0  # processor seconds: a formula may take 0.8 s three times over, and the machine may be busy
LONGEST_SENTENCE = 1000
ALL: tuple[type[Settings], ...] = (
    Experiment,
    MapSettings,
    MiniBatches,
    ActivationSettings,
    RegularizationSettings,
    TrainingConfig,
)
PAGES: tuple[Page, ...] = (
    Page(Experiment, arrange=arranging.arrange),
    Page(MapSettings, arrange=kinds.arrange),
    *(Page(settings) for settings in ALL[2:5]),
    controls.PAGE,
)


class FoundError(AssertionError):
    """A promise that an input breaks."""


def promise(kept: bool, sentence: str) -> None:
    """Raise FoundError with the sentence unless it is kept."""
    if not kept:
        raise FoundError(sentence)


def formula(data: bytes) -> None:
    """A formula is an objective that can be computed, shown and translated, or one sentence for people."""
    text = data.decode("utf-8", "ignore")
    try:
        objective = parse(text)
    except formula_text.FormulaError as error:
        _sentence(str(error))
        if error.repaired:
            formula_text.read(error.repaired)
        return
    low, high = OBJECTIVES["bowl"].domain[0]
    middle = [0.3] * objective.dimension
    for at in (middle, list(objective.start), [low] * objective.dimension, [high] * objective.dimension):
        value, gradient = objective.value(at), objective.gradient(at)
        promise(value.dtype == gradient.dtype == float, "a value is not a real number")
        objective.hessian(at)
    simulate(objective, "gd", objective.start, 5, lr=0.01)
    promise(bool(objective.latex) and all(objective.gradient_latex), "there is no LaTeX")
    javascript.landscape_source(objective)
    compile(torch_formula(objective), "<torch>", "eval")
    _minima(objective)


def rule(data: bytes) -> None:
    """A rule of one's own is an optimizer made of the allowed parts alone, or one sentence for people."""
    text = data.decode("utf-8", "ignore")
    try:
        entrant = Entrant.own(text)
    except RuleError as error:
        _sentence(str(error))
        return
    row = entrant.row
    for part in ast.walk(ast.parse(row.source)):
        promise(type(part).__name__ in RULE_PARTS, f"a {type(part).__name__} stands in the compiled rule")
        if isinstance(part, ast.Call):
            promise(
                isinstance(part.func, ast.Name) and part.func.id in CALLED, "the rule calls something else"
            )
    simulate("bowl", row, (3.0, -2.0), 5, **dict(entrant.values))
    promise(bool(row.formula), "there is no LaTeX")
    javascript.optimizer_source(row)
    compile(torch_script(OBJECTIVES["bowl"], row, dict(entrant.values), (3.0, -2.0), 5), "<torch>", "exec")
    promise(unpacked(packed(row.text)) == row.text, "the link holds another rule")
    _holds(replace(Experiment(), entrants=(entrant,)), [])


def _minima(objective: Objective) -> None:
    for minimum in objective.minima:
        promise(math.isfinite(float(objective.value(minimum))), "f has no value at a minimum that was found")


def link(data: bytes) -> None:
    """A link opens settings that can be written, read again and drawn; a sentence says what was replaced."""
    kind, text = _kind(data)
    given = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=200))
    settings, notices = decode(kind, given)
    _holds(settings, notices)
    if not settings.objection():
        _draws(settings)


def _draws(settings: Settings) -> None:
    """The page's picture is JSON that a browser can read; pictures that take long are not tried."""
    if isinstance(settings, Experiment):
        if settings.steps > 200:
            return
        runs = settings.run()
        json.dumps(experiment_scene(settings, runs, LIGHT), allow_nan=False)
        promise(bool(headline(settings, runs)), "the page has no headline")
    row = draw_route.PAGES.get(settings.page)
    if row is not None and row.time(settings) <= draw_route.PATIENCE:
        json.dumps(row.draw(settings, LIGHT), allow_nan=False)


def message(data: bytes) -> None:
    """A message of the panel, and a second one after it, leave settings that a link can hold."""
    kind, text = _kind(data)
    page = PAGES[ALL.index(kind)]
    shown = Shown(kind(), [])
    state: dict[str, Any] = {page.key: shown}
    with (
        mock.patch.object(st, "session_state", state),
        mock.patch.object(controls, "state", state),
        mock.patch.object(controls, "watch", _no_run),
    ):
        page.opened({})  # Train live keeps more than its settings
        for part in text.split("\n", 1):
            try:
                sent = json.loads(part)
            except (ValueError, RecursionError):
                continue  # Streamlit's protocol carries JSON only
            if isinstance(sent, dict):
                before = shown.done
                page._take(shown, sent)
                promise(shown.done >= before, "the number of the last edit went back")
        urlencode(page.link)
    _holds(shown.settings, shown.notices)
    for sentence in shown.refused.values():
        _sentence(sentence)
    json.dumps(shown.refused, allow_nan=False)


def answer(data: bytes) -> None:
    """A change that is answered without a run of the page: new settings and pictures, or one sentence."""
    try:
        change = answer_route.read(data)
    except answer_route.AnswerError as error:
        _sentence(str(error))
        return
    for page in answer_route.PAGES.values():
        said = json.loads(answer_route._answer(page, change, False), parse_constant=_no_number)
        settings, complaints = decode(page.settings, said["values"])
        promise(complaints == [] and encode(settings) == said["values"], "the values open something else")
        urlencode(said["address"])
        for sentence in (*said["notices"], *said["refused"].values()):
            _sentence(sentence)


def _no_number(name: str) -> None:
    raise FoundError(f"{name} is no JSON that browsers read")


def _no_run(run_id: str) -> History:
    """The answer of a store without runs."""
    raise UnknownRunError(f"There is no run {valid(run_id)}.")


TARGETS: dict[str, Callable[[bytes], None]] = {t.__name__: t for t in (formula, rule, link, message, answer)}


def _kind(data: bytes) -> tuple[type[Settings], str]:
    """The first byte picks a page, the rest is text."""
    return ALL[data[0] % len(ALL)] if data else ALL[0], data[1:].decode("utf-8", "ignore")


def _holds(settings: Settings, notices: list[str]) -> None:
    for notice in notices:
        _sentence(notice)
    written = encode(settings)
    promise(len(urlencode(written)) < 8000, "the link is longer than servers take")
    promise(decode(type(settings), written) == (settings, []), "the link opens something else")


def _sentence(text: str) -> None:
    promise(bool(text.strip()), "a refusal says nothing")
    promise(len(text) < LONGEST_SENTENCE, "a refusal is longer than anybody reads")
    text.encode()  # what cannot be written as UTF-8 cannot be sent


@dataclass(frozen=True, slots=True)
class Timed:
    """A target that may not take long either."""

    name: str

    def __call__(self, data: bytes) -> None:
        """Run the target and look at the processor's clock."""
        begun = time.process_time()
        TARGETS[self.name](data)
        taken = time.process_time() - begun
        promise(taken < SLOW, f"it took {taken:.1f} s")


def seeds(name: str) -> Iterator[bytes]:
    """Inputs to begin with: what people would send."""
    if name == "formula":
        yield from (row.formula.encode() for row in OBJECTIVES.values())
        yield from (
            text.encode() for text in ("2xy", "|x|+|y|", "sin²x cos y", "√(x²+1)", "f(x,y)=max(x,0,y)")
        )
        return
    if name == "rule":
        yield from (starter.text.encode() for starter in STARTERS.values())
        return
    if name == "answer":
        before = encode(Experiment())
        yield json.dumps({"link": before, "changes": {"steps": "60"}, "theme": "dark"}).encode()
        yield json.dumps({"link": before, "changes": {"objective": "booth", "start": None}}).encode()
        yield json.dumps({"link": {}, "changes": {"formula": "x^2"}, "typed": {}, "whole": True}).encode()
        return
    for number, kind in enumerate(ALL):
        starts = [kind(), *(DEFAULTS.values() if kind is MapSettings else ())]
        for settings in starts:
            written = encode(settings)
            if name == "link":
                yield bytes([number]) + urlencode(written).encode()
            else:
                edit = json.dumps({"n": 1, "changes": written})
                back = json.dumps({"n": 2, "changes": {}, "link": written})
                yield bytes([number]) + f"{edit}\n{back}".encode()
                yield bytes([number]) + json.dumps({"n": 1, "values": written, "changes": {}}).encode()
    if name == "link":
        typed = Experiment().on("formula", "x^2+y^4")
        yield b"\0" + urlencode(encode(typed)).encode()
        own = replace(Experiment(), entrants=(Entrant.own(STARTERS["adam"].text),))
        yield b"\0" + urlencode(encode(own)).encode()


def words(name: str) -> set[str]:
    """What the inputs are made of: names, keys and signs."""
    found = {*formula_text.FUNCTIONS, *formula_text.PAIRS, *formula_text.CONSTANTS, "log10"}
    found |= set("²³⁻√πｘ−×÷·½|,;=^*()/")
    if name == "formula":
        return found
    if name == "rule":
        signs = {
            "==",
            ">=",
            "<",
            "**",
            "+=",
            "#",
            "\n",
            " in ",
            "..",
            "(",
            ")",
            ",",
            "__class__",
            "lambda",
            "1e-8",
        }
        return {*CALLED, *USUAL, *signs, "where", "whole", "log", "x", "g", "t", "m = ", "x = x - "}
    for kind in ALL:
        for section in declaration(kind)["sections"]:
            for field in section["fields"]:
                found |= {field["name"], *(o["key"] for o in field.get("options", ()) if "key" in o)}
                found |= {n["name"] for o in field.get("options", ()) for n in o.get("numbers", ())}
    return found | {
        "nan",
        "inf",
        "1e9",
        "-1",
        "_",
        "~",
        "formula",
        "null",
        "true",
        "\\ud800",
        '"link":{',
        '"changes":{',
    }
