"""A blank page with the stage's own scripts, without Streamlit."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import plotly
from playwright.sync_api import Browser, Page

from optviz.engine import step_explanations
from optviz.figures.landscapes import ground_figure
from optviz.figures.scenes import scene
from optviz.figures.style import LIGHT
from optviz.settings.experiment import Experiment, encode
from optviz.web.components import inside
from optviz.web.components.mounting import WORDS
from optviz.web.components.stage import HERE, SCRIPTS

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def module() -> str:
    return "\n".join(path.read_text("utf-8") for path in (WORDS, *SCRIPTS))


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


@contextmanager
def opened(browser: Browser) -> Iterator["StagePage"]:
    """The stage on a page of its own, where nothing may go wrong."""
    files = {
        "/": ("text/html", blank().encode()),
        "/stage.mjs": ("text/javascript", module().encode()),
        "/inside.mjs": ("text/javascript", inside.module().encode()),
        "/steps.js": ("text/javascript", step_explanations.source().encode()),
        "/plotly.js": ("text/javascript", PLOTLY.read_bytes()),
        "/favicon.ico": ("image/x-icon", b""),
    }
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    with served(files) as url:
        yield StagePage(page, url, files)
        context.close()
    assert errors == []


class StagePage:
    """The stage on a blank page."""

    def __init__(self, page: Page, url: str, files: dict[str, tuple[str, bytes]]) -> None:
        self.page, self.url, self.files = page, url, files
        self.drawn = 0

    def data(self, experiment: Experiment) -> dict:
        """What the server would send."""
        ground = f"/ground/{hash((experiment.objective, experiment.formula, experiment.domain))}"
        objective = experiment.landscape()
        if objective.dimension == 2:
            figure = json.dumps(ground_figure(objective, experiment.domain, LIGHT)).encode()
            self.files[ground] = ("application/json", figure)
        made = scene(experiment, experiment.run(), LIGHT, ground_url=ground)
        besides = {"plotly": "/plotly.js", "engineUrl": "", "page": "test", "follow": False}
        return {**made, **besides, "inside": {"module": "/inside.mjs", "script": "/steps.js"}}

    def show(self, experiment: Experiment, *, engine: str | None = None) -> "StagePage":
        """Show an experiment and wait until it is drawn."""
        data = self.data(experiment)
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

    def texts(self, **changes: str) -> dict[str, str]:
        return self.read("({ ...bus.values })") | changes

    def draft(self, **changes: str) -> None:
        self.page.evaluate("changes => optvizPages.get('test').draft(changes)", changes)

    def settle(self) -> None:
        """Wait until nothing is left to draw, by Plotly either."""
        self.page.evaluate(
            "async () => { for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);"
            " await new Promise(done => setTimeout(done, 150)) }"
        )
        self.page.wait_for_function(
            "(root => !root.classList.contains('quick') || root.dataset.moving === 'true')"
            "(document.querySelector('.optviz-stage'))"
        )

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the landscape is on the screen."""
        place = f"[box.left + xaxis._offset + xaxis.d2p({x}), box.top + yaxis._offset + yaxis.d2p({y})]"
        return tuple(
            self.read(
                f"(({{ xaxis, yaxis }}, box) => {place})(main._fullLayout, main.getBoundingClientRect())"
            )
        )

    def trace(self, name: str, place: int = 0) -> dict:
        """A trace of the picture by name: its points, and whether it is seen."""
        return self.read(
            f"(t => ({{ x: [...t.x], y: [...t.y], visible: t.visible }}))"
            f"(main.data.filter(t => t.name === {json.dumps(name)})[{place}])"
        )
