"""A blank page with the stage's own scripts, without Streamlit."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import plotly
from playwright.sync_api import Page

from optviz.figures.landscapes import ground_figure
from optviz.figures.scenes import scene
from optviz.figures.style import LIGHT
from optviz.settings.experiment import Experiment, encode
from optviz.web.components.stage import HERE, SCRIPTS

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def module() -> str:
    return "\n".join(path.read_text("utf-8") for path in (*SCRIPTS, HERE / "stage.js"))


def blank() -> str:
    html, css = ((HERE / f"stage.{kind}").read_text("utf-8") for kind in ("html", "css"))
    return f"""<!doctype html><meta charset="utf-8"><style>body {{ margin: 8px }} {css}</style>
      <div id="parent">{html}</div>
      <script type="module">
        import mount from "/stage.mjs"
        window.sent = []
        const parentElement = document.getElementById("parent")
        const setStateValue = (name, value) => window.sent.push([name, value])
        window.show = data => {{ window.unmount = mount({{ data, parentElement, setStateValue }}) }}
      </script>"""


@contextmanager
def served(files: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    """A server of a few files; each is (content type, content) by its path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, content = files.get(self.path, ("text/plain", b"not here"))
            self.send_response(200 if self.path in files else 404)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class StagePage:
    """The stage on a blank page."""

    def __init__(self, page: Page, url: str, files: dict[str, tuple[str, bytes]]) -> None:
        self.page, self.url, self.files = page, url, files
        self.drawn = 0

    def show(self, experiment: Experiment, *, engine: str | None = None, **changes: object) -> "StagePage":
        """Show an experiment as the server would send it, and wait until it is drawn."""
        ground = f"/ground/{hash((experiment.objective, experiment.formula, experiment.domain))}"
        objective = experiment.landscape()
        if objective.dimension == 2:
            figure = json.dumps(ground_figure(objective, experiment.domain, LIGHT)).encode()
            self.files[ground] = ("application/json", figure)
        made = scene(experiment, experiment.run(), LIGHT, ground_url=ground)
        data = {**made, "plotly": "/plotly.js", "engineUrl": "", "page": "test", "follow": False, **changes}
        if self.page.url == "about:blank":
            self.page.goto(self.url)
            if engine:
                self.page.add_script_tag(content=engine)
            self.page.wait_for_function("Boolean(window.show)")
        self.drawn += 1
        self.page.evaluate(
            "([data, texts]) => { show(data); optvizPages.get('test').values = texts }",
            [data, encode(experiment)],
        )
        self.page.wait_for_function(
            "n => document.querySelector('.optviz-stage').dataset.drawn === String(n)", arg=self.drawn
        )
        return self

    def read(self, expression: str):
        """A JavaScript expression of `root`, `main`, `loss`, `ground` and `bus`."""
        return self.page.evaluate(
            "(() => { const root = document.querySelector('.optviz-stage'),"
            " [main, loss, ground] = ['.main', '.loss', '.ground'].map(s => root.querySelector(s)),"
            f" bus = window.optvizPages.get('test'); return {expression} }})()"
        )
