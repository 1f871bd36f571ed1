"""What a person does with the panel of a page and sees of it, in terms of Playwright."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

RATE = "η"  # by its symbol, a learning rate has the same name everywhere


class PanelOfPage:
    """The panel on a page. Fields are found by role and name, as a screen reader finds them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".optviz-panel")

    def wait(self) -> "PanelOfPage":
        expect(self.page.locator(".optviz-panel[data-drawn]")).to_be_visible(timeout=30_000)
        return self

    def until(self, condition: Callable[[], bool], seconds: float = 15) -> None:
        """Wait until the page is as it should be."""
        for _ in range(int(seconds * 20)):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"It did not happen; the address is {self.page.url}")

    # ---- fields

    def slider(self, label: str, place: int = 0) -> Locator:
        """A slider; `place` counts those of the same label, such as the learning rates of the cards."""
        return self.root.get_by_role("slider", name=label).nth(place)

    def field(self, label: str, place: int = 0) -> Locator:
        """A field to type into."""
        return self.root.get_by_role("textbox", name=label).nth(place)

    def refusal(self, field: Locator) -> Locator:
        """The sentence that a field is described by."""
        ids = (field.get_attribute("aria-describedby") or "").split()
        return self.root.locator(", ".join(f"#{i}.refusal" for i in ids))

    def type(self, label: str, text: str, place: int = 0) -> Locator:
        """Type into a field and press Enter."""
        field = self.field(label, place)
        field.fill(text)
        field.press("Enter")
        return field

    def choose(self, label: str, option: str) -> None:
        """Choose from a list that is searched by typing."""
        box = self.root.get_by_role("combobox", name=label, exact=True)
        box.click()
        name = self.page.locator(".name", has_text=re.compile(f"^{re.escape(option)}$"))
        self.root.get_by_role("option").filter(has=name).click()

    def pick(self, name: str) -> None:
        """Pick one of the few that lie side by side."""
        self.root.get_by_role("radio", name=name, exact=True).check(force=True)

    def unfold(self, title: str) -> None:
        """Open a section that is folded away."""
        if self.root.locator("details:not([open])", has_text=title).count():
            self.root.locator("summary", has_text=title).click()

    # ---- optimizers

    def optimizers(self) -> list[str]:
        return [box.input_value() for box in self.root.locator(".card > .head").get_by_role("combobox").all()]

    def add(self, optimizer: str) -> None:
        self.choose("Add an optimizer", optimizer)

    def remove(self, place: int) -> None:
        self.root.get_by_role("button", name=re.compile(rf"^Remove .* \({place}\)$")).click()

    # ---- gestures

    def thumb(self, label: str, place: int = 0) -> tuple[float, float]:
        """The middle of a slider's thumb on the screen."""
        named = self.page.get_by_role("slider", name=label)
        thumb = self.root.locator(".slider").filter(has=named).nth(place).locator(".thumb")
        # On a phone the picture stays over the upper part of the panel: a person scrolls the slider below it.
        thumb.evaluate("node => node.scrollIntoView({ block: innerWidth > 640 ? 'nearest' : 'end' })")
        box = thumb.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    @contextmanager
    def held(self, label: str, place: int = 0) -> Iterator[tuple[float, float]]:
        """Take hold of a slider's thumb with the mouse, and let go at the end."""
        x, y = self.thumb(label, place)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        yield x, y
        self.page.mouse.up()

    def nudge(self, label: str, place: int = 0, key: str = "ArrowRight") -> None:
        """Move a slider with the keyboard."""
        slider = self.slider(label, place)
        slider.focus()
        slider.press(key)

    @contextmanager
    def answered(self) -> Iterator[None]:
        """What is done inside is one change: it brings another address, as one entry of the history."""
        before, entries = self.page.url, self.entries()
        yield
        self.until(lambda: self.page.url != before)
        self.page.wait_for_timeout(100)  # whoever would add a second entry has time for it
        assert self.entries() == entries + 1

    def entries(self) -> int:
        """The entries of the browser's history."""
        return self.page.evaluate("history.length")

    def press(self, name: str) -> None:
        """Press Undo, Redo or Reset."""
        self.root.locator(".toolbar").get_by_role("button", name=re.compile(f"^{name}")).click()
