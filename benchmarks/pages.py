"""What a person waits for on the Trajectories page, in a real Chromium.

    python -m benchmarks.pages

Measured in one run: cold start to the first picture; the first sight of a shared link on a warm server; a
frame while a slider is dragged, with paths of 200 and of 2,000 steps; its release to the server's picture;
one change on the server alone, with what it sends.
"""

import asyncio
import math
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks.crowd import Plan, crowd
from benchmarks.machine import command_line, heading, table
from benchmarks.server import Server, Use, six
from optviz.settings.experiment import Experiment, encode

MOVES, SMALLEST_MOVES = 40, 4
VISITS, SMALLEST_VISITS = 8, 2
WARM_UP = 2  # measurements that are not counted
# Who drives a browser hears of its errors, and for the place of the first one V8 reads Plotly's bundle once
# more: half a second that no visitor waits. With this flag it notes places when it reads the bundle first.
PLACES = "--js-flags=--no-enable-lazy-source-positions"
QUIET = ["--disable-background-networking", "--disable-component-update"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", *QUIET, PLACES]
SLIDER = ".optviz-panel input[type=range]"
READY = ".optviz-stage.ready"
Row = tuple[str, str, str]


def chromium(playwright: Playwright) -> Browser:
    """The Chromium that is installed, or Playwright's own."""
    installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return playwright.chromium.launch(executable_path=installed, args=ARGUMENTS)


def percentiles(times: Sequence[float]) -> tuple[str, str]:
    """p50 and p95 in milliseconds."""
    ordered = sorted(times[WARM_UP:] if len(times) > 2 * WARM_UP else times)
    return f"{statistics.median(ordered):.0f} ms", f"{ordered[math.ceil(0.95 * len(ordered)) - 1]:.0f} ms"


def link(server: Server, experiment: Experiment) -> str:
    """The address of an experiment."""
    return f"{server.url}/?{urlencode(encode(experiment))}"


def opened(browser: Browser, address: str, ready: str = READY) -> Page:
    """A new visitor's page, at rest."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.goto(address)
    page.wait_for_selector(ready, timeout=60_000)
    page.wait_for_selector(SLIDER, timeout=60_000)
    page.wait_for_timeout(1500)
    return page


# Leaves in window.marks when the panel can be used and when the picture is there, since the first byte.
MARKS = """
window.marks = {}
const look = () => {
  const roots = [...document.querySelectorAll("*")].map(node => node.shadowRoot).filter(Boolean)
  if (!marks.panel && roots.some(root => root.querySelector(".optviz-panel input[type=range]"))) {
    marks.panel = performance.now()
  }
  if (!marks.picture && document.querySelector(".optviz-stage.ready")) marks.picture = performance.now()
  if (!marks.panel || !marks.picture) requestAnimationFrame(look)
}
requestAnimationFrame(look)
"""


def first_sight(browser: Browser, server: Server, visits: int) -> Iterator[Row]:
    """A shared link in a browser that has seen nothing yet: since the first byte of the page."""
    times: dict[str, list[float]] = {"panel": [], "picture": []}
    for _ in range(visits):
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        page = context.new_page()
        page.add_init_script(MARKS)
        page.goto(link(server, six()))
        page.wait_for_function("window.marks.panel && window.marks.picture", timeout=60_000)
        first_byte = page.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
        for name, at in page.evaluate("window.marks").items():
            times[name].append(at - first_byte)
        context.close()
    yield "first sight of a link: first byte to a panel that answers", *percentiles(times["panel"])
    yield "first sight of a link: first byte to the picture", *percentiles(times["picture"])


# Leaves in window.measured the milliseconds from the next EVENT until what `seen` says changes.
TIMED = """([event, seen]) => {
  const now = new Function("return " + seen), before = now()
  let begun
  window.measured = undefined
  window.addEventListener(event, () => { begun = performance.now() }, { capture: true, once: true })
  const look = () => {
    if (begun && now() !== before) window.measured = performance.now() - begun
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}"""


def timed(page: Page) -> float:
    """Wait for a change that was armed with TIMED."""
    page.wait_for_function("window.measured !== undefined", timeout=20_000)
    return page.evaluate("window.measured")


def drags(page: Page, moves: int) -> tuple[list[float], list[float]]:
    """Drag the first slider again and again: the time of each frame, and of each release."""
    drafts = "document.querySelector('.optviz-stage').dataset.drafts"
    drawn = "document.querySelector('.optviz-stage').dataset.drawn"
    box = page.locator(SLIDER).first.bounding_box()
    assert box is not None
    frames, releases = [], []
    y = box["y"] + box["height"] / 2
    for i in range(max(2, moves // 4)):
        page.mouse.move(box["x"] + box["width"] * 0.6, y)
        page.mouse.down()
        page.wait_for_timeout(100)
        for k in range(4):
            page.evaluate(TIMED, ["pointermove", drafts])
            page.mouse.move(box["x"] + box["width"] * (0.45 + 0.03 * k + 0.01 * (i % 3)), y)
            frames.append(timed(page))
        page.evaluate(TIMED, ["pointerup", drawn])
        page.mouse.up()
        releases.append(timed(page))
        page.wait_for_timeout(200)
    return frames, releases


def in_the_hand(browser: Browser, server: Server, moves: int) -> Iterator[Row]:
    """A slider that is dragged and let go, with six optimizers."""
    for steps in (200, 2000):
        page = opened(browser, link(server, replace(six(), steps=steps)))
        frames, releases = drags(page, moves)
        said = f"six optimizers × {steps:,} steps"
        yield f"a frame while a slider is dragged, {said}", *percentiles(frames)
        yield f"its release to the server's picture, {said}", *percentiles(releases)
        page.context.close()


def on_the_server(moves: int) -> Iterator[Row]:
    """One visitor without a browser: from a change sent to the whole answer, and what is sent for it."""
    with Server("app.py") as server:
        server.wait()
        if moves > SMALLEST_MOVES:
            Use(server.process.pid).settle()
        seen = asyncio.run(crowd(server.url, [0], Plan(1, 0.25, 0.25 * moves), lambda: None))
    if seen.errors or not seen.changes:
        raise RuntimeError(f"The answers were not right: {seen.sentences()}")
    changes = seen.changes[WARM_UP:] or seen.changes
    times = [change.seconds * 1e3 for change in changes]
    yield "one change on the server alone: sent to whole answer", *percentiles(times)
    received, messages = statistics.mean(c.received for c in changes), changes[-1].messages
    yield "sent for one change", f"{received / 1e3:.1f} kB in {messages} messages", ""


def main() -> None:
    """Print the table."""
    smallest = command_line(__doc__).parse_args().smallest
    moves, visits = (SMALLEST_MOVES, SMALLEST_VISITS) if smallest else (MOVES, VISITS)
    heading()
    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        begun = time.perf_counter()
        with Server("app.py") as server:
            server.wait()
            page = browser.new_page()
            page.goto(link(server, six()))
            page.wait_for_selector(READY, timeout=60_000)
            rows.append(("cold start: command to first picture", f"{time.perf_counter() - begun:.1f} s", ""))
            page.close()
            if not smallest:
                Use(server.process.pid).settle()
            rows += first_sight(browser, server, visits)
            rows += in_the_hand(browser, server, moves)
        browser.close()
    rows += on_the_server(moves)
    table(("What a person waits for", "p50", "p95"), rows)


if __name__ == "__main__":
    main()
