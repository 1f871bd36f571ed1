"""Writes the tables of docs/catalogue.md from the tables in the code; a test keeps them current.

python -m docs.tables
"""

from pathlib import Path

from optviz.engine.landscapes import GROUPS as LANDSCAPES
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import GROUPS, OPTIMIZERS
from optviz.engine.outcomes import number
from optviz.engine.schedules import SCHEDULES

PAGE = Path(__file__).parent / "catalogue.md"


def catalogue() -> str:
    """The whole page as Markdown."""
    parts = [
        "# What there is to choose from",
        "This page is written from the code by `python -m docs.tables`; a test fails when it is out of date.",
        f"## {len(OPTIMIZERS)} optimizers",
    ]
    for group, label in GROUPS.items():
        parts.append(f"### {label}")
        for o in (o for o in OPTIMIZERS.values() if o.group == group):
            same = f"`torch.optim.{o.torch}`" if o.torch else "none in torch; the paper's equations"
            values = ", ".join(
                f"{h.name} {number(h.default)} ({number(h.low)} to {number(h.high)})"
                for h in o.hyperparameters
            )
            parts.append(
                f"**{o.name}** (`{o.key}`). {o.idea}\n\n$${o.formula}$$\n\n"
                f"Hyperparameters: {values}. Same as: {same}. Source: {o.reference}."
                + (f" {o.remark}" if o.remark else "")
            )
    parts.append(f"## {len(OBJECTIVES)} landscapes")
    for group in LANDSCAPES:
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


if __name__ == "__main__":
    PAGE.write_text(catalogue(), "utf-8")
