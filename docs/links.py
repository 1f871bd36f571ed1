"""The page docs/links.md, every parameter of every link, from the declarations of the settings."""

from collections.abc import Iterable, Iterator
from typing import Any

from optviz.engine.outcomes import number
from optviz.engine.rule_text import LONGEST
from optviz.figures.training_curves import UNITS, WINDOWS
from optviz.settings.activations import ActivationSettings
from optviz.settings.declaration import declaration
from optviz.settings.experiment import Experiment
from optviz.settings.link import Settings
from optviz.settings.maps import MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.regularization import RegularizationSettings
from optviz.settings.setups import MOST_WITH_RULES
from optviz.training.config import TrainingConfig
from optviz.training.rivals import MOST_RIVALS
from optviz.web.guide import FROM, HIDE, LARGE, LOCK, PROMPT
from optviz.web.guide import LONGEST as GUIDE_LONGEST
from optviz.web.language import LANG
from optviz.web.site import PAGES
from optviz.words import LANGUAGES

SETTINGS: tuple[type[Settings], ...] = (
    Experiment,
    MapSettings,
    MiniBatches,
    ActivationSettings,
    RegularizationSettings,
    TrainingConfig,
)
KNOWN = " or ".join(f"`{key}`" for key in LANGUAGES)
INTRODUCTION = f"""# Every parameter of every link

This page is written from the code by `python -m docs.tables`; a test fails when it is out of date.

A link holds every value under a stable name, and `v=1`. What is missing takes the default, and a setting
that came later than the first links is left out while it has its default, which never changes. What cannot
be used is replaced by the default and named on the page. (A link of Trajectories that says something else
but no `steps` has always meant 50; the default is that of an empty link.) Numbers are written with all their
digits, several numbers of one value with `_` between them, rows with `~`. An optimizer or a schedule is its
key followed by the names and values of its hyperparameters, as in `momentum_lr_0.1_momentum_0.9`; the
[catalogue](catalogue.md) lists all of them.

A rule that somebody wrote is `own`, its text, and its values, as in `own_0eCA9IHggLSBscipn_lr_0.1`. The text
stands there as `0` and base64, or as `1` and base64 of the text compressed (raw deflate, with the words of
`optviz/settings/rule_link.py` as its dictionary), with `-` and `.` in place of `+` and `/`, and without `=`.
Values that are missing are those that the text states. A text has at most {LONGEST} characters. Where there
is a rule, all optimizers of a link take at most {MOST_WITH_RULES:,} characters together.
On Train live the first optimizer has its values under names of their own: `opt=own_0eCA9IHggLSBscipn` and
`o.lr=0.1`.

On every page with settings a link may also say `{FROM}`, the key of a lesson that stands above the page, in a
class as `lesson~class`; `{PROMPT}`, a sentence of up to {GUIDE_LONGEST} characters; `{LOCK}` and `{HIDE}`,
names of fields with `_` between them that are fixed or not shown (`o` names all optimizers); `{LARGE}=1`,
large type in wide windows; and `{LANG}`, {KNOWN}, the language of all words. The address of the lessons
takes `lesson`, `plan` and `class`.
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [INTRODUCTION]
    for settings in SETTINGS:
        said = declaration(settings)
        parts.append(f"## {PAGES[settings.page].title}\n\nAddress: `/{PAGES[settings.page].path}`\n")
        parts.append("| Name | Means | Allowed | Default |\n|---|---|---|---|")
        for section in said["sections"]:
            parts += [_row(field, said["defaults"]) for field in section["fields"]]
        parts.append("")
    parts.append(
        "`race=on` in an address of Train live starts a race of `opt` against `r1`, `r2` and so on, up to "
        f"`r{MOST_RIVALS}`. `run` and `over` name the run that is shown and up to five others that are laid "
        f"over it. `x` is what the curves are drawn against ({_keys(UNITS)}), `y` the axis of the loss "
        f"(`linear`, `log`), `smooth` how many points the smoothed loss is the mean of ({_keys(WINDOWS)}).\n"
    )
    return "\n".join(parts)


def _keys(keys: Iterable[object]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _row(field: dict[str, Any], defaults: dict[str, str]) -> str:
    names, allowed = ", ".join(f"`{name}`" for name in _names(field)), _allowed(field)
    usual = {field["name"]: field["default"]} if isinstance(field["default"], str) else {}
    known = usual | defaults
    default = ", ".join(f"`{known[name]}`" for name in _names(field) if name in known) or "—"
    means = field["label"] + (f". {field['help']}" if field["help"] else "")
    return f"| {names} | {means} | {allowed} | {default} |".replace("\n", " ")


def _names(field: dict[str, Any]) -> Iterator[str]:
    if field["kind"] == "compared":
        yield from (f"{field['name']}{i}" for i in range(1, field["most"] + 1))
    elif field["kind"] == "landscape":
        yield from ("objective", "formula")
    else:
        yield field["name"]
        if "spread" in field:
            yield f"{field['spread']}…"


def _allowed(field: dict[str, Any]) -> str:
    kind = field["kind"]
    if kind in ("number", "range"):
        ends = f"{number(field['low'])} to {number(field['high'])}"
        return f"{ends}{', whole' if field['integer'] else ''}" if kind == "number" else f"two of {ends}"
    if kind == "toggle":
        return f"`{field['on']}` or `{field['off']}`"
    if kind == "landscape":
        return "a landscape of the catalogue, or `formula` and the formula itself"
    if kind in ("compared", "configured"):
        own = f", or `{field['own']['key']}` with a rule and its values" if "own" in field else ""
        return f"a row of the catalogue with its values{own}"
    if kind in ("choice", "several"):
        keys = ", ".join(f"`{option['key']}`" for option in field["options"])
        return keys if kind == "choice" else f"one or several, with dots between them: {keys}"
    if kind in ("point", "intervals"):
        each = "two numbers" if kind == "intervals" else "one number"
        return f"{each} for each of {', '.join(field['axes'])}, {field['low']:,.0f} to {field['high']:,.0f}"
    if kind == "side":
        return "a hyperparameter of the optimizer, from and to, as in `lr_0.01_2.0`"
    return "numbers"
