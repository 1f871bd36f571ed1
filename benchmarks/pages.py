"""What a person waits for on the Trajectories page, in a real Chromium.

    python -m benchmarks.pages

Measured in one run: cold start to the first picture; slider to redrawn stage with six paths of 200 steps;
the bare redraw of the same picture in the same browser; the same through st.plotly_chart; the page's script.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from benchmarks.machine import command_line, heading, table
from optviz.engine.optimizers import OPTIMIZERS
from optviz.settings.experiment import Entrant, Experiment, encode

ROOT = Path(__file__).parents[1]
MOVES, SMALLEST_MOVES = 40, 4
WARM_UP = 3  # moves that are not counted
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def six() -> Experiment:
    """Six optimizers, 200 steps, on the ravine."""
    entrants = tuple(Entrant.of(key, lr=0.05) for key in list(OPTIMIZERS)[:6])
    return replace(Experiment(), steps=200, entrants=entrants)


def serve(*command: str) -> tuple[subprocess.Popen, str]:
    """Start a Streamlit server and return at once."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    full = [sys.executable, "-m", "streamlit", "run", *command, "--server.port", str(port)]
    process = subprocess.Popen(
        full,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return process, f"http://localhost:{port}"


def answers(url: str) -> None:
    """Wait until the server is there."""
    while True:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.02)


def percentiles(times: Sequence[float]) -> tuple[str, str]:
    """p50 and p95 in milliseconds."""
    ordered = sorted(times)
    return f"{statistics.median(ordered):.0f} ms", f"{ordered[int(0.95 * (len(ordered) - 1))]:.0f} ms"


# Leaves in window.measured the milliseconds from a key on the slider to the redrawn picture.
TIMED = """(seen) => {
  const now = new Function("return " + seen), before = now()
  let begun
  window.measured = undefined
  document.addEventListener("keydown", () => { begun = performance.now() }, {capture: true, once: true})
  const look = () => {
    if (begun && now() !== before) window.measured = performance.now() - begun
    else setTimeout(look, 1)
  }
  look()
}"""


def moves(page: Page, seen: str, count: int) -> list[float]:
    """Move the first slider again and again, and time each redraw."""
    times = []
    for i in range(count):
        page.evaluate(f"({TIMED})({seen!r})")
        page.locator("[data-testid=stSidebar] input[type=range]").first.focus()
        page.keyboard.press("ArrowRight" if i % 2 == 0 else "ArrowLeft")
        page.wait_for_function("window.measured !== undefined", timeout=20_000)
        times.append(page.evaluate("window.measured"))
        page.wait_for_timeout(150)
    return times[WARM_UP:]


BARE = """async () => {
  const nodes = [".main", ".loss"].map(name => document.querySelector(".optviz-stage " + name))
  const times = []
  for (let i = 0; i < 20; i++) {
    const pictures = nodes.map(node => [node, structuredClone(node.data), structuredClone(node.layout)])
    const begun = performance.now()
    await Promise.all(pictures.map(([node, data, layout]) => Plotly.react(node, data, layout)))
    times.push(performance.now() - begun)
    await new Promise(r => setTimeout(r, 50))
  }
  return times.slice(2)
}"""


def main() -> None:
    """Print the table."""
    count = SMALLEST_MOVES if command_line(__doc__).parse_args().smallest else MOVES
    heading()
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        begun = time.perf_counter()
        process, url = serve("app.py")
        try:
            answers(url)
            page.goto(f"{url}/?{urlencode(encode(six()))}")
            page.wait_for_selector(".optviz-stage.ready", timeout=60_000)
            cold = time.perf_counter() - begun
            rows.append(("cold start: command to first picture", f"{cold:.1f} s", ""))
            stage = moves(page, "document.querySelector('.optviz-stage').dataset.drawn", count)
            bare = page.evaluate(f"({BARE})()")
            rows.append(("slider to redrawn stage, six paths of 200 steps", *percentiles(stage)))
            rows.append(("of that, the bare redraw in the browser", *percentiles(bare)))
        finally:
            process.terminate()
            process.wait()
        process, url = serve("benchmarks/plotly_chart_page.py", "--server.headless", "true")
        try:
            answers(url)
            page.goto(f"{url}/?{urlencode(encode(six()))}")
            page.wait_for_selector(".js-plotly-plot .main-svg", timeout=60_000)
            page.wait_for_timeout(2000)
            seen = "(document.querySelector('.js-plotly-plot')?._fullData ?? []).map(t => t.name).join()"
            rows.append(
                (
                    "the same page with st.plotly_chart instead of the stage",
                    *percentiles(moves(page, seen, count)),
                )
            )
        finally:
            process.terminate()
            process.wait()
        browser.close()
    rows.append(("the page's script alone", *percentiles(script_times(count))))
    table(("What a person waits for", "p50", "p95"), rows)
    print(f"slider to redraw is {statistics.median(stage) / statistics.median(bare):.2f}× the bare redraw")


def script_times(count: int) -> list[float]:
    """Milliseconds of one run of the whole page script without a browser."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "optviz" / "web" / "main.py"), default_timeout=60)
    for name, value in encode(six()).items():
        app.query_params[name] = value
    app.run()
    times = []
    for i in range(count):
        app.select_slider(key="w.0.gd.lr.slider").set_value((0.1, 0.2)[i % 2])
        begun = time.perf_counter()
        app.run()
        times.append((time.perf_counter() - begun) * 1e3)
    return times[WARM_UP:]


if __name__ == "__main__":
    main()
