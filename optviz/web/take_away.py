"""An experiment as a page of its own, whose sliders are answered by the browser's engine.

As one file it holds all that it needs and asks no network for anything. As a page in a frame of another site
it loads the same scripts from this server. What only Python can say stands at the link of the experiment:
verdicts of changed runs, other landscapes, another seed of the noise, another part of the plane.
"""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

import numpy as np

from optviz.engine.javascript import landscape_source, optimizer_source
from optviz.engine.noise import gaussian_noise
from optviz.engine.own_optimizer import KEY as OWN
from optviz.figures.losses import hovers, loss
from optviz.figures.paths import run
from optviz.figures.plotly_dicts import packed
from optviz.figures.rate_words import rate_sentences
from optviz.figures.scenes import gap_sentence, picture, scene
from optviz.figures.style import DARK, LIGHT, Theme, slot_styles
from optviz.settings.declaration import declaration
from optviz.settings.experiment import ACROSS, STEP_AXIS, STEPS, VIEWS, Experiment, encode
from optviz.settings.landscapes import TYPED
from optviz.settings.link import whole
from optviz.settings.rule_link import packed as packed_rule
from optviz.settings.setups import describe_options
from optviz.web import assets
from optviz.web.components.alone import alone_url, styles
from optviz.web.components.mounting import module_url
from optviz.web.first_sight import theme_colours
from optviz.web.language import speech
from optviz.web.trajectories.page import hint
from optviz.web.trajectories.results import results
from optviz.web.trajectories.scene import head
from optviz.words import language, tr
from optviz.words.catalogue import TAGS

PARTS = ("stage", "panel", "results")
#: What the file cannot draw anew stays as it is.
LOCKED = frozenset({"objective", "seed", "domain"})
LEAN = ("start", "o", "steps")
NAME = "\u0001"  # the name of a run in a template; `alone/answers.js` knows it
#: What the file may do: run its own scripts. A request to anywhere is refused by the browser.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:"
)


def whole_file(experiment: Experiment, theme: Theme, address: str) -> str:
    """The experiment as one HTML file; `address` is that of the page on which the whole of it opens."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    modules = {"bench": module_url("optviz.bench")} | {name: module_url(f"optviz.{name}") for name in PARTS}
    scripts = [f"<script>{_inlined(assets.text(url))}</script>" for url in _libraries()]
    scripts += [
        f'<script type="module">{_inlined(_registered(name, assets.text(url)))}</script>'
        for name, url in {**modules, "alone": alone_url()}.items()
    ]
    start = "const { alone, ...modules } = globalThis.optvizParts\nalone.open(taken, modules)"
    return _page(experiment, theme, address, scripts, start, policy=policy)


def framed_page(experiment: Experiment, theme: Theme, address: str) -> str:
    """The lean view for a frame: picture and sliders alone, with its scripts from this server."""
    modules = {"bench": module_url("optviz.bench")} | {n: module_url(f"optviz.{n}") for n in PARTS[:2]}
    scripts = [f'<script src="{url}"></script>' for url in _libraries()]
    scripts += [
        f'<link rel="modulepreload" crossorigin href="{url}">' for url in (*modules.values(), alone_url())
    ]
    start = f"""import {{ open }} from "{alone_url()}"
const named = Object.entries({_json(modules)}).map(async ([name, url]) => [name, await import(url)])
open(taken, Object.fromEntries(await Promise.all(named)))"""
    return _page(experiment, theme, address, scripts, start, lean=True)


def _libraries() -> tuple[str, str]:
    return assets.plotly_url(), assets.engine_url()


def _page(
    experiment: Experiment,
    theme: Theme,
    address: str,
    scripts: Sequence[str],
    start: str,
    *,
    policy: str = "",
    lean: bool = False,
) -> str:
    given = taken(experiment, theme, address, lean=lean)
    name = html.escape(given["head"]["name"])
    link = html.escape(f"{address}?{urlencode(encode(experiment))}")
    colours = theme_colours("dark" if theme.dark else "light")
    looks = {**colours, "--st-link-color": colours["--st-primary-color"], "--st-font": "sans-serif"}
    variables = "; ".join(f"{key}: {value}" for key, value in looks.items())
    opens = f'<a class="open" target="_blank" rel="noopener" href="{link}">'
    said = (
        tr("{opens}Open in optviz{ends}", opens=opens, ends="</a>")
        if lean
        else tr(
            "Everything here is computed in your browser, without a network. The landscape, the part of it "
            "that is shown and the seed of the noise stay as they are. {opens}Open the whole "
            "experiment{ends} to change them.",
            opens=opens,
            ends="</a>",
        )
    )
    return f"""<!doctype html>
<html lang="{TAGS[language()]}" class="{"dark" if theme.dark else "light"}">
<head>
<meta charset="utf-8">
{policy}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name} · optviz</title>
<style>:root {{ {variables} }}
{styles()}</style>
</head>
<body>
<main class="optviz-alone{" lean" if lean else ""}">
<p class="from">{said}</p>
<div class="optviz-host"></div>
</main>
{chr(10).join(scripts)}
<script type="module">const taken = {_json(given)}
{start}</script>
</body>
</html>
"""


def taken(experiment: Experiment, theme: Theme, address: str, *, lean: bool = False) -> dict[str, Any]:
    """What the page knows of its experiment; `alone/answers.js` says it as a type."""
    objective = experiment.landscape()
    trajectories = experiment.run()
    link, rules, sources, options = _own_rules(experiment)
    engine = landscape_source(objective) if experiment.objective == TYPED else ""
    drawn = scene(experiment, trajectories, theme, engine=engine)
    assert drawn["live"] is not None
    drawn["live"]["link"] = link
    draws = gaussian_noise(experiment.seed, int(STEPS.high), objective.dimension)
    view = drawn["main"]["view"]
    stage = {**drawn, "plotly": "", "engineUrl": "", "follow": False, "drawUrl": "", "hint": hint()}
    return {
        "link": link,
        "address": address,
        "rules": rules,
        "sources": sources,
        "declaration": _declared(link, options, lean=lean),
        "head": head(experiment, theme),
        "stage": stage,
        "results": {**results(experiment, trajectories, theme), "csv": "#"},
        "templates": [
            run(f"o{i}", NAME, NAME, *_nowhere(objective.dimension), style, theme, hovers()[STEP_AXIS])
            for i, style in enumerate(slot_styles(theme), 1)
        ],
        "losses": {
            f"{name} {across}": loss(objective, experiment.steps, name == "log", view, theme, across)
            for name in ("log", "linear")
            for across in ACROSS.choices
        },
        "hovers": hovers(),
        "notes": rate_sentences(experiment),
        "unbounded": objective.group == "unbounded",
        "minima": [list(minimum) for minimum in objective.minima],
        "draws": packed(draws, "f8"),
        "views": {key: _view(replace(experiment, view=key)) for key in VIEWS},
        "dark": theme.dark,
        **speech(whole=True),
    }


def _view(experiment: Experiment) -> dict[str, str]:
    """What the stage draws in one view, what it is called, and the sentence about its gaps."""
    words = VIEWS[experiment.view][1]
    return {
        "words": tr(words),
        "picture": picture(experiment),
        "gap": gap_sentence(experiment),
    }


def _own_rules(
    experiment: Experiment,
) -> tuple[dict[str, str], dict[str, str], dict[str, str], list[dict[str, Any]]]:
    """The link with a key for each rule of somebody's own, as if it stood in the table; texts, JavaScript and
    options of the rules by these keys."""
    link = whole(experiment)
    keys: dict[str, str] = {}
    sources, options = {}, []
    for i, entrant in enumerate(experiment.entrants, 1):
        if entrant.optimizer != OWN:
            continue
        text = f"{OWN}_{packed_rule(entrant.text)}"
        if text not in keys:
            key = keys[text] = f"own{len(keys) + 1}"
            sources[key] = optimizer_source(entrant.row)
            (option,) = describe_options([entrant.row])
            options.append({**option, "key": key})
        link[f"o{i}"] = link[f"o{i}"].replace(text, keys[text], 1)
    return link, {key: text for text, key in keys.items()}, sources, options


def _declared(link: dict[str, str], options: Sequence[dict[str, Any]], *, lean: bool) -> dict[str, Any]:
    """The panel's declaration of what can be changed on the page; its defaults are those of the link."""
    said = declaration(Experiment)
    for section in said["sections"]:
        names = LEAN if lean else [field["name"] for field in section["fields"]]
        section["fields"] = [
            _unowned(field, options)
            for field in section["fields"]
            if field["name"] in names and field["name"] not in LOCKED
        ]
    kept = [section for section in said["sections"] if section["fields"]]
    drawn = {"light": LIGHT, "dark": DARK}
    styles = {name: [asdict(style) for style in slot_styles(theme)] for name, theme in drawn.items()}
    return {**said, "sections": kept, "defaults": link, "styles": styles}


def _unowned(field: dict[str, Any], options: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A field that goes back to the link, and offers no new rule: Python alone reads its text."""
    field = {name: value for name, value in field.items() if name not in ("own", "default")}
    return {**field, "options": [*field["options"], *options]} if field["kind"] == "compared" else field


def _nowhere(dimension: int) -> tuple[Any, Any]:
    return np.zeros((1, dimension)), np.zeros(1)


def _registered(name: str, module: str) -> str:
    """A module of ours as a script that stands in the page: what it exports is put into a table."""
    text, count = re.subn(
        r"^export default function \(", "const part = function (", module, flags=re.MULTILINE
    )
    exported = "{ markup, default: part }" if count else "{ open }"
    text = re.sub(r"^export (const markup|function open)\b", r"\1", text, flags=re.MULTILINE)
    if re.search(r"^(export|import) ", text, flags=re.MULTILINE):
        raise ValueError(f"The module {name} exports or imports what a page of one file cannot.")
    return f"{text}\n;(globalThis.optvizParts ??= {{}}).{name} = {exported}"


def _inlined(script: str) -> str:
    """Text of a script that the end of an element in it does not end."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _json(data: Any) -> str:
    return json.dumps(data, allow_nan=False).replace("<", "\\u003c")
