"""Frames a second and memory while six paths of 2,000 steps play in a real Chromium, again and again.

    python -m benchmarks.playing --minutes 10

The memory is what JavaScript holds after its garbage was collected.
"""

import argparse
import time
from dataclasses import replace

from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.machine import heading, table
from benchmarks.pages import chromium, link, opened
from benchmarks.server import Server, six
from optviz.settings.experiment import Experiment

SPEEDS = ("1", "8")
SECONDS, SMALLEST_SECONDS = 10.0, 1.0
# Every picture begins by wiping the canvas of the paths.
COUNT = """() => {
  window.painted = 0
  const wipe = CanvasRenderingContext2D.prototype.clearRect
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    if (this.canvas.matches(".main-canvas")) window.painted += 1
    return wipe.apply(this, box)
  }
}"""


def long() -> Experiment:
    """Six optimizers × 2,000 steps."""
    return replace(six(), steps=2000)


def frames(page: Page, speed: str, seconds: float) -> float:
    """Pictures drawn in a second while the paths play at a speed."""
    page.locator(".speed").select_option(speed)
    begun, before = time.perf_counter(), page.evaluate("painted")
    page.wait_for_timeout(1000 * seconds)
    return (page.evaluate("painted") - before) / (time.perf_counter() - begun)


def held(session: CDPSession) -> float:
    """Megabytes that JavaScript holds."""
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="how long memory is watched")
    parser.add_argument("--smallest", action="store_true", help="only see that it runs")
    asked = parser.parse_args()
    seconds, minutes = (SMALLEST_SECONDS, 0.0) if asked.smallest else (SECONDS, asked.minutes)
    heading()
    with sync_playwright() as playwright, Server("app.py") as server:
        server.wait()
        browser = chromium(playwright)
        page = opened(browser, link(server, long()))
        page.evaluate(COUNT)
        page.locator(".loop").click()
        page.locator(".play").click()
        rows = [(f"{speed}×", f"{frames(page, speed, seconds):.0f}") for speed in SPEEDS]
        table(("Speed", "frames a second"), rows)
        session = page.context.new_cdp_session(page)
        first, begun = held(session), time.monotonic()
        rows = [("0", f"{first:.1f} MB", "")]
        while time.monotonic() - begun < 60 * minutes:
            page.wait_for_timeout(60_000 * min(1, minutes))
            now = held(session)
            rows.append((f"{(time.monotonic() - begun) / 60:.0f}", f"{now:.1f} MB", f"{now / first:.2f}"))
        table(("Minutes", "held by JavaScript", "of the beginning"), rows)
        browser.close()


if __name__ == "__main__":
    main()
