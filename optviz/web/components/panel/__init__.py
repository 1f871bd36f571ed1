"""The panel: one browser component that draws all settings of a page and gives back what was changed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from optviz.web.components.mounting import BUS, mount

HERE = Path(__file__).parent
Texts = Mapping[str, str]

#: In this order they make one script: each uses what stands before it.
PARTS = (
    "elements.js",
    "numbers.js",
    "slider.js",
    "number_row.js",
    "help.js",
    "choices.js",
    "edits.js",
    "answers.js",
    "conversation.js",
    "simple_fields.js",
    "interval_fields.js",
    "formula_reading.js",
    "rules.js",
    "rule_field.js",
    "setup_fields.js",
    "good_rate.js",
    "cards.js",
    "declared.js",
    "settings_panel.js",
    "panel.js",
)
SCRIPTS = (BUS, *(HERE / name for name in PARTS))

_panel = mount("optviz.panel", HERE, scripts=SCRIPTS)


def panel(data: Mapping[str, Any], *, key: str, on_edit: Callable[[], None]) -> None:
    """Draw the settings that `panel_data` describes; `on_edit` hears of changes.

    What was changed is then in `st.session_state[key]["edit"]`: `{"n": number, "changes": {name: text or
    None}}` with all changes since `done`, or `{"n": number, "changes": {}, "link": {name: text}}` after Back
    or Forward, with the whole of the address and what was changed since.
    """
    _panel(key=key, data=dict(data), on_edit_change=on_edit)


def panel_data(
    declaration: str,
    *,
    page: str,
    values: Texts,
    refused: Texts,
    done: int,
    dark: bool,
    notes: Texts | None = None,
    address: Texts | None = None,
    answers: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the panel shows: the settings that the JSON at the address `declaration` describes.

    `values` are the texts of the link by name, `refused` sentences by place (a name of the link, or `o2.lr`),
    and `notes` are sentences by place that are no refusals.
    `page` names the bus that panel and stage share in the browser. An edit has a number: `done` is that of
    the last one that was answered. After each answer the browser's address says `address`, unless None.

    With `answers` an edit goes to the address `url` in it, and the script hears of it only where it must:
    `{"n": number, "values": {name: text}}`, see `web.answer_route`. `opened` in it is another one when the
    values come from elsewhere than the panel, `rest` what else on the page depends on them, and `whole` says
    that each change needs a run.
    """
    data = {
        "declaration": declaration,
        "page": page,
        "values": dict(values),
        "refused": dict(refused),
        "notes": dict(notes or {}),
        "ack": done,
        "dark": dark,
    }
    if address is not None:
        data["address"] = dict(address)
    if answers is not None:
        data["answers"] = dict(answers)
    return data
