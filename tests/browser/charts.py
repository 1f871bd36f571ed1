"""What a person does on Train live and sees of it, in terms of Playwright."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Page, expect

from optviz.training.config import TrainingConfig, encode
from tests.browser.panel import PanelOfPage

STATUS = "[data-testid=stProgress]"


class TrainPage:
    """The page Train live in somebody's browser."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.panel = PanelOfPage(page)
        self.server = server

    def open(self, config: TrainingConfig | None = None, **link: str) -> "TrainPage":
        query = urlencode({**(encode(config) if config else {}), **link})
        self.page.goto(f"{self.server}/train?{query}")
        return self.wait()

    def wait(self) -> "TrainPage":
        expect(self.page.locator(".optviz-charts.ready").first).to_be_visible(timeout=30_000)
        self.panel.wait()
        return self

    def until(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        """Wait until the page is as it should be."""
        for _ in range(int(seconds * 10)):
            if condition():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"It did not happen; the page says: {self.text()}")

    def button(self, label: str):
        return self.page.get_by_role("button", name=label, exact=True)

    def press(self, label: str) -> None:
        expect(self.button(label)).to_be_enabled(timeout=20_000)
        self.button(label).click()

    def enabled(self) -> list[str]:
        return [label for label in ("Start", "Pause", "Resume", "Stop") if self.button(label).is_enabled()]

    def says(self, words: str, seconds: float = 40) -> None:
        expect(self.page.locator(STATUS)).to_contain_text(words, timeout=seconds * 1000)

    def text(self) -> str:
        return re.sub(r"\s+", " ", self.page.locator("[data-testid=stMain]").inner_text())

    def run(self) -> str:
        """The id of the run in the address bar."""
        return dict(parse_qsl(urlsplit(self.page.url).query)).get("run", "")

    def read(self, chart: str, expression: str):
        """A JavaScript expression of `plot`, the Plotly node of one chart; None while there is none."""
        return self.page.evaluate(
            f"(() => {{ const plot = document.querySelector('[data-chart={chart}] .plot'); "
            f"return plot?._fullLayout ? {expression} : null }})()"
        )

    def drag(self, chart: str, begin: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag over a chart, between places in shares of its axes."""
        self.page.locator(f"[data-chart={chart}] .plot").scroll_into_view_if_needed()
        left, top, width, height = self.read(
            chart,
            "(({ xaxis, yaxis }, box) => [box.left + xaxis._offset, box.top + yaxis._offset, xaxis._length, "
            "yaxis._length])(plot._fullLayout, plot.getBoundingClientRect())",
        )
        self.page.mouse.move(left + begin[0] * width, top + begin[1] * height)
        self.page.mouse.down()
        self.page.mouse.move(left + end[0] * width, top + end[1] * height, steps=8)
        self.page.mouse.up()

    def last_points(self) -> int:
        """How many there are once no more come: the words are there before the last points are drawn."""
        before, now = -1, self.points()
        while now != before:
            self.page.wait_for_timeout(1500)
            before, now = now, self.points()
        return now

    def points(self) -> int:
        """How many single losses the curve shows."""
        return self.read("loss", "plot._fullData.at(-3).x.length") or 0

    def reach(self) -> float:
        """The epoch that the curve has reached."""
        return self.read("loss", "plot._fullData.at(-3).x.at(-1)") or 0.0

    def charts(self) -> list[str]:
        return self.page.evaluate(
            "[...document.querySelectorAll('[data-chart]')].map(node => node.dataset.chart)"
        )

    def grows(self) -> None:
        before = self.points()
        self.until(lambda: self.points() > before)
