"""A visit to a page without a browser: what the panel says, and what a person changes in it."""

import json
import zlib
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from optviz.web.page import Shown
from optviz.web.site import PAGES

MAIN = Path(__file__).parents[2] / "optviz" / "web" / "main.py"


class Visit:
    """Somebody on a page, who came by a link."""

    def __init__(self, page: str, link: dict[str, str] | None = None, seconds: float = 60) -> None:
        self.key = page
        self.page = AppTest.from_file(str(MAIN), default_timeout=seconds)
        self.page.switch_page(f"../../pages/{PAGES[page].file.name}")
        for name, value in (link or {}).items():
            self.page.query_params[name] = value
        self.run()

    def run(self) -> "Visit":
        """Let the page run again."""
        self.page.run()
        assert not self.page.exception, self.page.exception
        return self

    @property
    def shown(self) -> Shown[Any]:
        """What the page keeps for this visitor."""
        return self.page.session_state[self.key]

    @property
    def settings(self) -> Any:
        """The settings."""
        return self.shown.settings

    @property
    def refused(self) -> dict[str, str]:
        """Why the last edit was not taken, by place."""
        return self.shown.refused

    def send(self, message: Any) -> "Visit":
        """Whatever a browser may send as an edit."""
        self.page.session_state[f"{self.key}.edit"] = message
        return self.run()

    def change(self, **texts: str | None) -> "Visit":
        """Change fields of the panel, given as texts by name."""
        return self.send({"n": self.shown.done + 1, "changes": texts})

    @property
    def panel(self) -> dict[str, Any]:
        """What the panel in the browser is told; its `address` is what the address bar comes to say."""
        return self.component("optviz.panel")

    def component(self, name: str) -> dict[str, Any]:
        """What the one component of that name is told, alone on the page or as a part of the bench."""
        told = {c.proto.component_name: c.proto for c in self.page.get("bidi_component")}
        if name in told:
            return _data(told[name])
        return _data(told["optviz.bench"])[name.removeprefix("optviz.")]

    def address(self, link: dict[str, str]) -> "Visit":
        """What Back or Forward brings."""
        return self.send({"n": self.shown.done + 1, "changes": {}, "link": link})

    @property
    def notices(self) -> str:
        """The sentences above the picture."""
        return " ".join(w.value for w in self.page.warning).replace("\\", "")

    @property
    def words(self) -> str:
        """All that the page says in Markdown."""
        return " ".join(m.value for m in [*self.page.markdown, *self.page.caption]).replace("\\", "")

    @property
    def tables(self) -> str:
        """All tables."""
        return " ".join(h.proto.body for h in self.page.get("html"))


def _data(proto: Any) -> dict[str, Any]:
    return json.loads(zlib.decompress(proto.bytes) if proto.bytes else proto.json)
