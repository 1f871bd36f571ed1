"""Writes docs/catalogue.md and the table in docs/deployment.md from the code, and docs/results.md from what
was measured.

    python -m docs.tables

A test fails when a page is out of date.
"""

from pathlib import Path

from docs.links import page as links
from docs.results import results
from optviz.engine.landscapes import GROUPS as LANDSCAPE_GROUPS
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import GROUPS as OPTIMIZER_GROUPS
from optviz.engine.optimizers import OF_MATRICES, OPTIMIZERS
from optviz.engine.outcomes import number
from optviz.engine.schedules import SCHEDULES
from optviz.settings.environment import table

TABLE, END = "<!-- the table of variables, written by python -m docs.tables -->", "<!-- end of the table -->"


def catalogue() -> str:
    """The whole page as Markdown."""
    parts = [
        "# What there is to choose from",
        "This page is written from the code by `python -m docs.tables`; a test fails when it is out of date.",
        f"## {len(OPTIMIZERS) + len(OF_MATRICES)} optimizers",
    ]
    for group, label in OPTIMIZER_GROUPS.items():
        optimizers = [o for o in (*OPTIMIZERS.values(), *OF_MATRICES.values()) if o.group == group]
        if optimizers:
            parts.append(f"### {label}")
        for o in optimizers:
            same = f"`torch.optim.{o.torch}`" if o.torch else "none in torch; its authors' equations"
            values = ", ".join(
                f"{h.name} {number(h.default)} ({_bound(h.low)} to {_bound(h.high)})"
                for h in o.hyperparameters
            )
            parts.append(
                f"**{o.name}** (`{o.key}`). {o.idea}\n\n$${o.formula}$$\n\n"
                f"Hyperparameters: {values}. Same as: {same}. Source: {o.reference}."
                + (f" {o.remark}" if o.remark else "")
            )
    parts.append(f"## {len(OBJECTIVES)} landscapes")
    for group in LANDSCAPE_GROUPS:
        rows = [o for o in OBJECTIVES.values() if o.group == group]
        parts.append(
            f"### {group.capitalize()}\n\n| Name | Key | f | Known minima | What it teaches |\n"
            "|---|---|---|---|---|\n"
            + "\n".join(
                f"| {o.name} | `{o.key}` | `{o.formula}` | {len(o.minima) or 'none'} | {o.notes} |"
                for o in rows
            )
        )
    parts.append(f"## {len(SCHEDULES)} schedules")
    for s in SCHEDULES.values():
        same = f" Same as {s.torch}." if s.torch else ""
        parts.append(f"**{s.name}** (`{s.key}`): ${s.formula}$.{same}")
    return "\n\n".join(parts) + "\n"


def deployment() -> str:
    """The page on deployment as it stands, with the table of today's variables."""
    page = (Path(__file__).parent / "deployment.md").read_text("utf-8")
    before, _, rest = page.partition(TABLE)
    _, _, after = rest.partition(END)
    return f"{before}{TABLE}\n{table()}\n{END}{after}"


def _bound(value: float) -> str:
    """All digits of a bound: 0.99999 must not read as 1."""
    text = number(value)
    return text if float(text.replace("−", "-")) == value else f"{value:.7g}"


#: The pages that are written, and what makes their text.
PAGES = {"catalogue.md": catalogue, "links.md": links, "results.md": results, "deployment.md": deployment}


if __name__ == "__main__":
    for name, text in PAGES.items():
        (Path(__file__).parent / name).write_text(text(), "utf-8")
