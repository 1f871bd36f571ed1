"""Records docs/drag.webp, a slider and the start dragged in the running app: `python -m docs.recording`.

Needs a Chromium and what the tests need. Every frame is a screenshot while the button is down.
"""

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from benchmarks.server import Server

FILE = Path(__file__).parent / "drag.webp"
WIDE, HIGH = 1280, 800
WIDTH = 800  # px of the recording
FRAME = 90  # ms
PAUSE = 900  # ms at the end of each part
SLIDER = ".optviz-panel input[type=range]"
START = """() => {
  const main = document.querySelector(".optviz-stage .main"), { xaxis, yaxis } = main._fullLayout
  const box = main.getBoundingClientRect()
  return [box.left + xaxis._offset + xaxis.d2p(-5), box.top + yaxis._offset + yaxis.d2p(-2)]
}"""


class Recorder:
    """Screenshots of a page, with how long each is shown."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[Image.Image] = []
        self.times: list[int] = []

    def shoot(self, milliseconds: int = FRAME) -> None:
        """One frame, as the page is now."""
        self.page.wait_for_timeout(60)
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        self.frames.append(
            picture.resize((WIDTH, WIDTH * picture.height // picture.width), Image.Resampling.LANCZOS)
        )
        self.times.append(milliseconds)

    def drag(self, path: list[tuple[float, float]]) -> None:
        """Press at the first place, move along, let go at the last."""
        self.page.mouse.move(*path[0])
        self.page.mouse.down()
        for place in path[1:]:
            self.page.mouse.move(*place)
            self.shoot()
        self.page.mouse.up()
        self.page.wait_for_timeout(1500)
        self.shoot(PAUSE)


def record(url: str) -> Recorder:
    """A drag of the second optimizer's learning rate, then of the start."""
    with sync_playwright() as playwright:
        installed = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(
            executable_path=installed, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
        page.goto(url)
        page.wait_for_selector(".optviz-stage.ready", timeout=60_000)
        page.wait_for_selector(SLIDER)
        page.wait_for_timeout(2000)
        recorder = Recorder(page)
        recorder.shoot(PAUSE)
        box = page.locator(SLIDER).nth(1).bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        recorder.drag(
            [(box["x"] + box["width"] * share / 100, y) for share in (*range(70, 40, -2), *range(40, 70, 2))]
        )
        x, y = page.evaluate(START)
        recorder.drag([(x + 14 * k, y - 9 * k + 0.45 * k * k) for k in range(26)])
        browser.close()
    return recorder


def main() -> None:
    """Start the app, record, and write the file."""
    with Server("app.py") as server:
        server.wait()
        recorder = record(server.url)
    first, *rest = recorder.frames
    first.save(FILE, save_all=True, append_images=rest, duration=recorder.times, loop=0, quality=60, method=6)
    print(f"{FILE.name}: {len(recorder.frames)} frames, {FILE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
