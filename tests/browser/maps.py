"""What a person does on the page Maps and sees of it, in terms of Playwright."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Page, expect

from optviz.settings.maps import MapSettings, decode, encode
from tests.browser.panel import PanelOfPage

CHARTS = ".optviz-charts"


class MapsPage:
    """The page Maps in somebody's browser."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.panel = PanelOfPage(page)
        self.server = server

    def open(self, settings: MapSettings | None = None) -> "MapsPage":
        link = urlencode(encode(settings)) if settings else ""
        self.page.goto(f"{self.server}/maps?{link}")
        return self.wait()

    def wait(self) -> "MapsPage":
        expect(self.page.locator(f"{CHARTS}.ready")).to_be_visible(timeout=30_000)
        self.panel.wait()
        return self

    def until(self, condition: Callable[[], bool], seconds: float = 15) -> None:
        """Wait until the page is as it should be."""
        for _ in range(int(seconds * 20)):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"It did not happen; the address is {self.page.url}")

    def settings(self) -> MapSettings:
        """What the address bar says."""
        found, complaints = decode(dict(parse_qsl(urlsplit(self.page.url).query, keep_blank_values=True)))
        assert complaints == []
        return found

    def read(self, chart: str, expression: str):
        """A JavaScript expression of `plot`, the Plotly node of one chart; None while there is none."""
        return self.page.evaluate(
            f"(() => {{ const plot = document.querySelector('[data-chart={chart}] .plot'); "
            f"return plot?._fullLayout ? {expression} : null }})()"
        )

    def charts(self) -> list[str]:
        return self.page.evaluate(
            "[...document.querySelectorAll('[data-chart]')].map(node => node.dataset.chart)"
        )

    def columns(self, chart: str) -> int:
        """How many cells the first heat map of a chart has across; 0 while there is none."""
        return self.read(chart, "plot._fullData.find(t => t.type === 'heatmap')?.x.length") or 0

    def pixel(self, chart: str, x: float, y: float) -> tuple[float, float]:
        """Where a place of a chart, in the coordinates of its data, is on the screen."""
        self.page.locator(f"[data-chart={chart}] .plot").scroll_into_view_if_needed()
        left, top = self.read(
            chart,
            "(({ xaxis, yaxis }, box) => [box.left + xaxis._offset + "
            f"xaxis.d2p({x}), box.top + yaxis._offset + yaxis.d2p({y})])"
            "(plot._fullLayout, plot.getBoundingClientRect())",
        )
        return left, top
