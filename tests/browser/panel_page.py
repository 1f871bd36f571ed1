"""A blank page with the panel on it, a declaration with every kind of field, and a server that can be told
when and what to answer."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.schedules import SCHEDULES
from optviz.figures.style import DARK, DASHES, LIGHT, MARKERS
from optviz.web.components import panel as panel_module
from optviz.web.components.mounting import WORDS
from optviz.web.read_route import reading
from optviz.web.rule_reading import packed_reading, rule_reading

GREEK = {"beta": "β", "eta": "η", "gamma": "γ", "rho": "ρ", "epsilon": "ε", "lambda": "λ", "alpha": "α"}
LABELS = {"lr": "Learning rate", "momentum": "Momentum", "beta1": "First decay", "beta2": "Second decay"}

READERS = {"formula": reading, "rule": rule_reading, "packed": packed_reading}

SCRIPT = "\n".join(path.read_text("utf-8") for path in (WORDS, *panel_module.SCRIPTS))


def number(h, **more: Any) -> dict[str, Any]:
    symbol = h.symbol.replace("\\", "").replace("_1", "₁").replace("_2", "₂").replace("_3", "₃")
    for word, letter in GREEK.items():
        symbol = symbol.replace(word, letter)
    return {
        "name": h.name,
        "kind": "number",
        "label": LABELS.get(h.name, h.name.capitalize()),
        "symbol": symbol,
        "help": h.help,
        "advanced": h.advanced,
        "default": h.write(h.default),
        "low": h.low,
        "high": h.high,
        "log": h.log,
        "integer": h.integer,
        **more,
    }


def rows(table) -> list[dict[str, Any]]:
    return [
        {
            "key": row.key,
            "name": row.name,
            "help": getattr(row, "idea", ""),
            "group": getattr(row, "group", ""),
            "numbers": [number(h) for h in row.hyperparameters],
        }
        for row in table.values()
    ]


def field(kind: str, name: str, label: str, default: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name,
        "label": label,
        "help": "",
        "advanced": False,
        "default": default,
    } | more


def landscapes() -> list[dict[str, Any]]:
    typed = {
        "key": "formula",
        "name": "Your own formula",
        "group": "",
        "dimension": 2,
        "notes": "In x, or in x and y.",
    }
    listed = [
        {
            "key": o.key,
            "name": o.name,
            "group": o.group,
            "dimension": o.dimension,
            "notes": o.notes,
            "start": "_".join(map(repr, o.start)),
            "domain": "_".join(repr(v) for interval in o.domain for v in interval),
        }
        for o in OBJECTIVES.values()
    ]
    return [typed, *listed]


def options(*names: str) -> list[dict[str, str]]:
    return [{"key": name.lower(), "name": name, "help": "", "group": ""} for name in names]


RATE = OPTIMIZERS["gd"].hyperparameters[0]
STEPS = field(
    "number",
    "steps",
    "Steps",
    "50",
    symbol="T",
    low=1,
    high=2000,
    log=True,
    integer=True,
    help="Steps that each optimizer takes.",
)
START = field("point", "start", "Start", axes=["x", "y"], low=-1e6, high=1e6, help="Or click the picture.")
TRAJECTORIES = [
    {
        "title": "",
        "folded": False,
        "fields": [
            field("landscape", "objective", "Objective", "ravine", options=landscapes()),
            START,
            field("compared", "o", "Optimizers", most=6, options=rows(OPTIMIZERS)),
            STEPS,
        ],
    },
    {
        "title": "Schedule, noise, view",
        "folded": True,
        "fields": [
            field(
                "configured",
                "schedule",
                "Schedule",
                "constant",
                options=rows(SCHEDULES),
                help="Multiplies the rate.",
            ),
            field(
                "number",
                "noise",
                "Gradient noise",
                "0.0",
                symbol="σ",
                low=0.0,
                high=100.0,
                log=False,
                integer=False,
            ),
            field("intervals", "domain", "Shown", axes=["x", "y"], low=-1e6, high=1e6),
            field("toggle", "loss", "Logarithmic loss axis", "log", on="log", off="linear"),
        ],
    },
]
REST = [
    {
        "title": "Every other kind",
        "folded": False,
        "fields": [
            field(
                "presets",
                "example",
                "Example",
                options=[
                    {
                        "key": "short",
                        "name": "Short run",
                        "help": "Ten steps",
                        "values": {"steps": "10", "noise": "0.0"},
                    },
                    {
                        "key": "long",
                        "name": "Long run",
                        "help": "A thousand steps",
                        "values": {"steps": "1000", "noise": "1.0"},
                    },
                ],
            ),
            field(
                "choice",
                "map",
                "Map",
                "sweep",
                look="segments",
                options=options("Sweep", "Stability", "Basins"),
            ),
            field(
                "choice",
                "loss2",
                "Loss",
                "mse",
                look="list",
                options=options("MSE", "Cross-entropy", "Hinge"),
            ),
            field(
                "range",
                "rates",
                "Learning rates",
                "0.001_10.0",
                low=1e-6,
                high=10.0,
                log=True,
                when={"map": ["sweep"]},
            ),
            field("sides", "sides", "Sides", names=["x", "y"], when={"map": ["stability"]}),
            field(
                "several",
                "shown",
                "Shown layers",
                "first.second",
                options=options("First", "Second", "Third"),
            ),
            field(
                "text",
                "weights",
                "Weights",
                "3_1_-3",
                lines=1,
                placeholder="3, 1, −3",
                shown=[["_", ", "], ["~", "\n"]],
            ),
            field(
                "text",
                "matrix",
                "Matrix",
                "1_2~3_4",
                lines=3,
                placeholder="",
                shown=[["_", ", "], ["~", "\n"]],
            ),
            field("configured", "opt", "Trained with", "adam", spread="o.", options=rows(OPTIMIZERS)),
            field(
                "number",
                "seed",
                "Seed",
                "0",
                symbol="s",
                low=0,
                high=2**31 - 1,
                log=False,
                integer=True,
                advanced=True,
            ),
        ],
    },
]
VALUES = {
    "v": "1",
    "objective": "ravine",
    "start": "-5.0_-2.0",
    "domain": "-6.0_6.0_-4.0_4.0",
    "steps": "50",
    "o1": "gd_lr_0.4",
    "o2": "momentum_lr_0.1_momentum_0.8",
    "o3": "adam_lr_0.4_beta1_0.9_beta2_0.999_eps_1e-08",
    "schedule": "constant",
    "noise": "0.0",
    "loss": "log",
}
ALL_VALUES = VALUES | {
    "map": "sweep",
    "loss2": "mse",
    "rates": "0.001_10.0",
    "shown": "first.second",
    "weights": "3_1_-3",
    "matrix": "1_2~3_4",
    "opt": "adam",
    "o.lr": "0.001",
    "o.beta1": "0.9",
    "o.beta2": "0.999",
    "o.eps": "1e-08",
    "seed": "0",
}


def styles(theme) -> list[dict[str, str]]:
    return [{"color": theme.palette[i], "dash": DASHES[i], "marker": MARKERS[i]} for i in range(6)]


def declaration(*, everything: bool) -> dict[str, Any]:
    return {
        "page": "trajectories",
        "sections": TRAJECTORIES + (REST if everything else []),
        "styles": {"light": styles(LIGHT), "dark": styles(DARK)},
        "defaults": ALL_VALUES if everything else VALUES,
    }


class PanelPage:
    """The panel in a browser, with what it drafts, commits and sends."""

    def __init__(
        self,
        page: Page,
        *,
        everything: bool = False,
        values: dict[str, str] | None = None,
        dark: bool = False,
        declared: dict[str, Any] | None = None,
    ) -> None:
        self.page = page
        declared = declared or declaration(everything=everything)
        css, body = ((panel_module.HERE / f"panel.{kind}").read_text("utf-8") for kind in ("css", "html"))
        html = f"<style>{css}</style>{body}"
        served = {
            "/": ("text/html", (Path(__file__).parent / "panel_page.html").read_text("utf-8")),
            "/panel.html": ("text/html", html),
            "/assets/panel.js": ("text/javascript", SCRIPT + "\nwindow.pageBus = optvizPage('test')\n"),
            "/declaration.json": ("application/json", json.dumps(declared)),
            "/favicon.ico": ("image/x-icon", ""),
        }

        self.read: list[str] = []  # formulas and rules that the server was asked to read

        def fulfil(route) -> None:
            path = "/" + route.request.url.split("/", 3)[3].split("?")[0]
            if path == "/read":
                ((kind, (text,)),) = parse_qs(urlsplit(route.request.url).query).items()
                self.read.append(text)
                return route.fulfill(json=READERS[kind](text))
            kind, body = served[path]
            return route.fulfill(content_type=kind + "; charset=utf-8", body=body)

        page.route("http://localhost/**", fulfil)
        page.goto("http://localhost/")
        page.wait_for_function("window.ready")
        own = {o["key"]: {k: o[k] for k in ("start", "domain")} for o in landscapes() if "start" in o}
        page.evaluate(
            """([values, own, dark]) => {
              document.documentElement.classList.toggle("dark", dark)
              window.landscapes = own
              window.server.values = values
              window.pageBus.on("draft", texts => { window.drafts++; window.lastDraft = texts })
              window.pageBus.on("settled", told => { if (told.given) window.commits++ })
              window.pageBus.on("hidden", slots => { window.hiddenSlots = [...slots] })
              window.show()
            }""",
            [values or (ALL_VALUES if everything else VALUES), own, dark],
        )
        page.locator(".optviz-panel[data-drawn]").wait_for()

    @property
    def sent(self) -> list[dict[str, Any]]:
        return self.page.evaluate("window.sent")

    @property
    def values(self) -> dict[str, str]:
        return self.page.evaluate("window.server.values")

    @property
    def drafts(self) -> int:
        return self.page.evaluate("window.drafts")

    @property
    def commits(self) -> int:
        return self.page.evaluate("window.commits")

    def slider(self, name: str) -> Locator:
        """The slider that a pointer takes; `name` begins its label."""
        return self.row(name).locator(".slider")

    def row(self, name: str) -> Locator:
        return self.page.locator(".row.number", has_text=name).first

    def range(self, name: str) -> Locator:
        return self.row(name).get_by_role("slider")

    def entry(self, name: str) -> Locator:
        return self.row(name).get_by_role("textbox")

    def card(self, place: int) -> Locator:
        return self.page.locator(".card").nth(place - 1)

    def names(self) -> list[str]:
        return [box.input_value() for box in self.page.locator(".card > .head").get_by_role("combobox").all()]
