"""What a person does with the stage and sees of it, in terms of Playwright."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page, expect

from optviz.settings.experiment import Experiment, decode
from optviz.web.guide import guided
from tests.browser.panel import PanelOfPage

STAGE = ".optviz-stage"


class Stage:
    """The stage on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = PanelOfPage(page)

    def open(self, address: str) -> "Stage":
        self.page.goto(address)
        self.wait()
        return self

    def wait(self) -> None:
        """Wait for the picture and the panel beside it, in Streamlit's own page."""
        expect(self.page.locator(f"{STAGE}.ready")).to_be_visible(timeout=30_000)
        expect(self.page.locator("#optviz-first")).to_have_count(0, timeout=30_000)
        self.panel.wait()

    def experiment(self) -> Experiment:
        """What the address bar says."""
        _, link, _ = guided(dict(parse_qsl(urlsplit(self.page.url).query, keep_blank_values=True)), ())
        found, complaints = decode(link)
        assert complaints == []
        return found

    def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until the page is as it should be."""
        for _ in range(int(seconds * 20)):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"It did not happen; the address is {self.page.url}")

    def read(self, expression: str):
        """A JavaScript expression of `main`, the Plotly node, and `root`, the stage."""
        return self.page.evaluate(
            f"(() => {{ const root = document.querySelector('{STAGE}'); "
            f"const main = root.querySelector('.main'); return {expression} }})()"
        )

    def start(self) -> tuple[float, float]:
        """Where the ring is drawn."""
        return tuple(
            self.read(
                "(t => [t.x[0], t.y[0]])(main.data.filter(t => t.name === 'start').find(t => t.visible))"
            )
        )

    def range(self) -> list[float]:
        return self.read("main._fullLayout.xaxis.range.slice()")

    def drawn(self) -> int:
        return int(self.read("root.dataset.drawn"))

    def frame(self) -> int:
        return int(self.read("root.dataset.frame"))

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the landscape is on the screen."""
        self.page.locator(f"{STAGE} .main").scroll_into_view_if_needed()
        return tuple(
            self.read(
                "(() => { const {xaxis, yaxis} = main._fullLayout, box = main.getBoundingClientRect();"
                f" const px = xaxis._offset + xaxis.d2p({x}), py = yaxis._offset + yaxis.d2p({y});"
                " return [box.left + px, box.top + py] })()"
            )
        )

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(*self.pixel(x, y))

    def drag(self, a: tuple[float, float], b: tuple[float, float]) -> None:
        begin, end = self.pixel(*a), self.pixel(*b)
        self.page.mouse.move(*begin)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=12)
        self.page.mouse.up()

    def paths(self) -> list:
        """Name, x and y of every path, once what moves has come to rest."""
        self.until(lambda: not self.read("root.classList.contains('quick')"))
        return self.read(
            "main.data.filter(t => t.line && t.customdata)"
            ".map(t => [t.name, Array.from(t.x), Array.from(t.y)])"
        )

    def picture(self) -> str:
        """What the canvas of a drag shows, as a text; "" while Plotly draws."""
        return self.read(
            "root.classList.contains('quick') ? root.querySelector('.main-canvas').toDataURL() : ''"
        )

    def pictures(self, move: Callable[[float], None], moves: int = 20) -> int:
        """How many different pictures are seen while something moves; `move` is given shares of the way."""
        seen = set()
        for i in range(1, moves + 1):
            move(i / moves)
            self.page.evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
            seen.add(self.picture())
        return len(seen - {""})


def near(a: tuple[float, ...], b: tuple[float, ...], within: float = 0.15) -> bool:
    return all(abs(p - q) <= within for p, q in zip(a, b, strict=True))


def no_sideways_scrolling(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def text_of(page: Page) -> str:
    return re.sub(r"\s+", " ", page.locator("[data-testid=stMain]").inner_text())
