"""What a person waits for on the Trajectories page, in a real Chromium.

    python -m benchmarks.pages

Measured in one run: cold start to the first picture; slider to redrawn stage with six paths of 200 steps;
the bare redraw of the same picture in the same browser; the same through st.plotly_chart; one change on the
server alone, with what it sends; the page's script without a server.
"""

import asyncio
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.crowd import Plan, crowd
from benchmarks.machine import heading, table
from benchmarks.server import ROOT, Server, Use, six
from optviz.settings.experiment import encode

MOVES = 40
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
Row = tuple[str, str, str]


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


def moves(page: Page, seen: str) -> list[float]:
    """Move the first slider again and again, and time each redraw."""
    times = []
    for i in range(MOVES):
        page.evaluate(f"({TIMED})({seen!r})")
        page.locator("[data-testid=stSidebar] input[type=range]").first.focus()
        page.keyboard.press("ArrowRight" if i % 2 == 0 else "ArrowLeft")
        page.wait_for_function("window.measured !== undefined", timeout=20_000)
        times.append(page.evaluate("window.measured"))
        page.wait_for_timeout(150)
    return times[3:]


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


def in_browser(browser: Browser) -> Iterator[Row]:
    """Cold start, and slider to redrawn stage, with what the bare redraw of the same picture takes."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    begun = time.perf_counter()
    with Server("app.py") as server:
        server.wait()
        page.goto(f"{server.url}/?{urlencode(encode(six()))}")
        page.wait_for_selector(".optviz-stage.ready", timeout=60_000)
        yield "cold start: command to first picture", f"{time.perf_counter() - begun:.1f} s", ""
        stage = moves(page, "document.querySelector('.optviz-stage').dataset.drawn")
        bare = page.evaluate(f"({BARE})()")
    ratio = statistics.median(stage) / statistics.median(bare)
    yield "slider to redrawn stage, six paths of 200 steps", *percentiles(stage)
    yield "of that, the bare redraw in the browser", *percentiles(bare)
    yield "slider to redraw as a multiple of the bare redraw", f"{ratio:.2f}×", ""


def with_plotly_chart(browser: Browser) -> Iterator[Row]:
    """The same moves of the slider on a page that draws with st.plotly_chart."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    with Server("benchmarks/plotly_chart_page.py") as server:
        server.wait()
        page.goto(f"{server.url}/?{urlencode(encode(six()))}")
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=60_000)
        page.wait_for_timeout(2000)
        seen = "(document.querySelector('.js-plotly-plot')?._fullData ?? []).map(t => t.name).join()"
        yield "the same page with st.plotly_chart instead of the stage", *percentiles(moves(page, seen))


def on_the_server() -> Iterator[Row]:
    """One visitor without a browser: from a change sent to the whole answer, and what is sent for it."""
    with Server("app.py") as server:
        server.wait()
        Use(server.process.pid).settle()
        seen = asyncio.run(crowd(server.url, [0], Plan(1, 0.25, 0.25 * MOVES), lambda: None))
    if seen.errors or not seen.changes:
        raise RuntimeError(f"The answers were not right: {seen.sentences()}")
    changes = seen.changes[3:]
    times = [change.seconds * 1e3 for change in changes]
    yield (
        "script run on the server: change sent to whole answer",
        *percentiles(times),
    )
    received, messages = statistics.mean(c.received for c in changes), changes[-1].messages
    yield "sent for one change", f"{received / 1e3:.1f} kB in {messages} messages", ""


def main() -> None:
    """Print the table."""
    heading()
    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        rows += in_browser(browser)
        rows += with_plotly_chart(browser)
        browser.close()
    rows += on_the_server()
    rows.append(("the page's script alone, without a server", *percentiles(script_times())))
    table(("What a person waits for", "p50", "p95"), rows)


def script_times() -> list[float]:
    """Milliseconds of one run of the whole page script without a browser."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "optviz" / "web" / "main.py"), default_timeout=60)
    for name, value in encode(six()).items():
        app.query_params[name] = value
    app.run()
    times = []
    for i in range(MOVES):
        app.select_slider(key="w.0.gd.lr.slider").set_value((0.1, 0.2)[i % 2])
        begun = time.perf_counter()
        app.run()
        times.append((time.perf_counter() - begun) * 1e3)
    return times[3:]


if __name__ == "__main__":
    main()
