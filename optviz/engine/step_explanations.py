"""“Explain this step”: each line of an optimizer's step with its formula, its words and its numbers.

A step tells what it did by `step_lines.recording`, in Python and in the browser from one text. Here its
lines get their kinds, headings and sentences, and `source` writes all of it as a second script for the
browser. It adds `states` and `explain` to `optvizEngine`; a page loads it only when somebody asks for it.

That script is the same for everybody, so its words are English, and the browser translates them (`said`
lists them). A typed rule is explained for one visitor, in the language of that visitor.
"""

import functools
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from optviz.engine.optimizers import OPTIMIZERS, Optimizer, as_optimizer
from optviz.engine.optimizers.base import Term
from optviz.engine.python_to_javascript import TranslationError, translate_function
from optviz.engine.step_lines import Line, Recording, parse_step, positional, recording, tree
from optviz.engine.step_roles import SENTENCES, Roles, roles_of
from optviz.engine.symbols import Symbol
from optviz.words import ENGLISH, Message, mark, speaking, tr

__all__ = ["Explained", "explained", "explanation_source", "recorder", "source"]

#: What a variable is called by the kind of its line, where its optimizer has no name for it.
TITLES = {
    "gradient": mark("gradient"),
    "value": mark("height"),
    "velocity": mark("velocity"),
    "mean": mark("mean gradient"),
    "mean square": mark("mean square"),
    "sum of squares": mark("sum of squares"),
    "largest": mark("largest so far"),
    "fading largest": mark("largest lately"),
}


@dataclass(frozen=True, slots=True)
class Explained:
    """One optimizer's step as data: its lines, what they are for, and the titles of its variables."""

    optimizer: Optimizer
    recording: Recording
    roles: Roles
    positional: tuple[str, ...]
    titles: Mapping[str, str]

    @property
    def looks(self) -> bool:
        """Whether the step asks for gradients itself."""
        return self.optimizer.looks

    @property
    def state(self) -> tuple[str, ...]:
        """The step's own names of the parts of its state, in the order of `optimizer.state`."""
        return self.positional[3:]

    def heading(self, line: Line) -> str:
        """A few words above a line, "" where its variable has no name in the field."""
        kind = self.roles.kinds[line.number]
        if kind in ("step", "shrink"):
            return tr("Step") if kind == "step" else tr("Weight decay")
        title = self.titles.get(line.target, "")
        return title[:1].upper() + title[1:]

    def words(self, line: Line) -> str:
        """One sentence about a line, for a first reader; "" where there is none."""
        kind = self.roles.kinds[line.number]
        term = self.optimizer.terms.get(line.target)
        if kind == "step":
            return tr(term.meaning) if term and term.meaning else self._words_of_the_step(line)
        if term and term.meaning and kind not in ("bounds", "shrink") and not self._only_begins(line):
            return tr(term.meaning)
        return tr(SENTENCES.get(kind, ""))

    def _words_of_the_step(self, line: Line) -> str:
        roles = self.roles
        if roles.signed:
            return tr("Only signs count here, so a steep slope makes no longer step than a flat one.")
        direction = tr("gradient")
        if roles.steered:
            direction = self.titles.get(roles.momentum) or tr("what is remembered")
        if roles.steered and self.positional[1] in line.names:
            direction = tr("gradient and {other}", other=direction)
        if roles.scaled:
            return tr(
                "Against the {direction}; the division gives each coordinate a rate of its own.",
                direction=direction,
            )
        if roles.rated:
            return tr("Against the {direction}, times the learning rate.", direction=direction)
        return tr("Against the {direction}, times the rate of this step.", direction=direction)

    def _only_begins(self, line: Line) -> bool:
        """Whether a line of the first step has another one after it, of which the row's term speaks."""
        return line.start and any(
            other.target == line.target and not other.start for other in self.recording.lines
        )


def explained(optimizer: Optimizer | str) -> Explained:
    """Read an optimizer's step.

    Raises:
        TranslationError: for a step that has no translation to JavaScript either.
    """
    row = as_optimizer(optimizer)
    function = parse_step(row.source)
    names = tuple(positional(function))
    noted = recording(row.source)
    roles = roles_of(noted.lines, names, [a.arg for a in function.args.kwonlyargs])
    titles = {name: tr(term.title) for name, term in row.terms.items() if term.title}
    state = dict(zip(names[3:], row.state, strict=True))
    titles |= {name: tr(title) for name, title in state.items() if name != title}
    for line, kind in zip(noted.lines, roles.kinds, strict=True):
        if kind in TITLES:
            titles.setdefault(line.target, tr(TITLES[kind]))
    # A typed rule names its state by its variables: a word is a title, a letter is none.
    titles = {name: title for name, title in state.items() if len(Symbol.named(name).base) > 1} | titles
    for line, kind in zip(noted.lines, roles.kinds, strict=True):
        if kind == "correction" and line.target not in titles:
            titles[line.target] = tr("corrected {name}", name=titles.get(line.names[0], line.names[0]))
    return Explained(row, noted, roles, names, titles)


def recording_optimizer(optimizer: Optimizer | str) -> Optimizer:
    """The optimizer with a step that also returns what each line did, see `step_lines.Recording`.

    Raises:
        TranslationError: for a step that has no translation: what is not on that list never runs.
    """
    row = as_optimizer(optimizer)
    noted = recording(row.source)
    _translated(row, noted)
    names = dict(_meanings(row))
    exec(compile(noted.source, f"<recording of {row.key}>", "exec"), names)
    return replace(row, step=names[parse_step(noted.source).name])


def recorder(optimizer: Optimizer | str) -> Callable[..., tuple[float, ...]]:
    """The plain step of an optimizer as a Python function that also returns what each line did.

    A step that asks for gradients itself goes over all coordinates together: take `recording_optimizer` and
    `questions.walk_together`.

    Raises:
        TranslationError: as `recording_optimizer` does, and for a step that asks itself.
    """
    row = as_optimizer(optimizer)
    if row.looks:
        raise TranslationError(f"{row.name} asks for gradients itself: its coordinates walk together.")
    plain = recording_optimizer(row).step

    def record(*given: float, **values: float) -> tuple[float, ...]:
        try:
            return plain(*given, **values)
        except (ZeroDivisionError, OverflowError):  # numpy's scalars have infinities there, as JavaScript has
            with np.errstate(all="ignore"):
                return plain(*map(np.float64, given), **{k: np.float64(v) for k, v in values.items()})

    return record


def explanation_source(optimizer: Optimizer | str) -> str:
    """One optimizer's explanation as the text of a JavaScript object; `optvizEngine.compile` makes it.

    `record(x, g, t, ...state, values)` is the recording step, or with `looks` a generator without g. `lines`,
    `names`, `state` and the roles are as in `web/components/explain/types.js`.

    Raises:
        TranslationError: for a step that has no translation.
    """
    one = explained(optimizer)
    row, noted, roles = one.optimizer, one.recording, one.roles
    meant = _meanings(row)
    record = _translated(row, noted)
    lines = [
        {
            "target": line.target,
            "names": line.names,
            "tree": tree(line, meant),
            "kind": roles.kinds[line.number],
            "heading": one.heading(line),
            "words": one.words(line),
            "start": line.start,
            "asks": line.asks,
            "loop": line.loop,
        }
        for line in noted.lines
    ]
    data = {
        "key": row.key,
        "name": row.name,
        "results": noted.results,
        "point": one.positional[0],
        "state": [
            {"name": one.titles.get(name, ""), "variable": name, "symbol": row.symbol(name).data}
            for name in one.state
        ],
        "names": {name: _name(one, name) for name in _all_names(one)},
        "lines": lines,
        "titles": one.titles,
        "momentum": roles.momentum,
        "squares": roles.squares,
        "rated": roles.rated,
        "steered": roles.steered,
        "scaled": roles.scaled,
        "signed": roles.signed,
        "pulled": roles.pulled,
        "looks": one.looks,
    }
    written = "".join(f"{json.dumps(key)}: {json.dumps(value)},\n" for key, value in data.items())
    return f'{{\n{written}"record": {record},\n}}'


def _translated(row: Optimizer, noted: Recording) -> str:
    what = f"Optimizer {row.key}"
    return translate_function(noted.source, _meanings(row), what, bundled=row.defaults, results=noted.width)


def _meanings(row: Optimizer) -> Mapping[str, Any]:
    """What the free names of a step mean: those of its module, or of the text that it was compiled from."""
    return inspect.unwrap(row.step).__globals__


def _all_names(one: Explained) -> list[str]:
    lines = one.recording.lines
    return list(dict.fromkeys([*one.positional, *(n for line in lines for n in (*line.names, line.target))]))


def _name(one: Explained, name: str) -> dict[str, Any]:
    """How a variable is written: its symbol, its time index before and after its line, and whether it has a
    value when the step begins."""
    row = one.optimizer
    symbol = row.symbol(name)
    x, g, t, *state = one.positional
    hyperparameters = {h.name for h in row.hyperparameters}
    term = row.terms.get(name, Term())
    before, after = term.before, term.after
    if name in {t, *hyperparameters, *one.roles.constant} or len(symbol.base) > 1:
        before = after = ""
    elif name not in (x, *state):
        before = after
    entry = name in {*one.positional, *hyperparameters} and not (one.looks and name == g)
    return {"symbol": symbol.data, "before": before, "after": after, "entry": entry}


def source() -> str:
    """The script that adds `states` and `explain` to `optvizEngine`; the same text in every process."""
    return _source()


@functools.cache
def _source() -> str:
    with speaking(ENGLISH):
        texts = {key: explanation_source(row) for key, row in OPTIMIZERS.items()}
    runtime = Path(__file__).with_name("step_runtime.js").read_text("utf-8")
    call = f"Object.assign(globalThis.optvizEngine, makeSteps(globalThis.optvizEngine, {json.dumps(texts)}));"
    return "\n".join(("(() => {", '"use strict";', runtime, call, "})();\n"))


@dataclass(frozen=True, slots=True)
class Said:
    """What the script for the browser says, in English."""

    words: tuple[Message, ...]


def said() -> Said:
    """The words of that script; those of rules that somebody writes are among them."""
    words: dict[str, None] = dict.fromkeys((mark("weight decay"), *TITLES.values(), *SENTENCES.values()))
    with speaking(ENGLISH):
        for one in map(explained, OPTIMIZERS):
            words |= dict.fromkeys((one.optimizer.name, *one.titles.values()))
            for line in one.recording.lines:
                words |= dict.fromkeys((one.heading(line), one.words(line)))
    return Said(tuple(words))
