"""The browser remembers what somebody has opened and found of the course, and forgets it at a click."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from optviz.lessons.discoveries import DISCOVERIES
from optviz.lessons.networks import COURSE

pytestmark = pytest.mark.browser
FOUND, OPENED = "gd-1d", "gd-1d-too-small"
MARK = "getComputedStyle(document.querySelector('.st-key-card-{} h3'), '::after').content"


def test_what_was_opened_and_found_is_marked_until_it_is_forgotten(server, visitors) -> None:
    page = visitors().page
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    link = {**COURSE[FOUND].link, **DISCOVERIES[FOUND].by, "from": FOUND}
    page.goto(f"{server.url}/?{urlencode(link)}")
    expect(page.get_by_text("You found it.")).to_be_visible(timeout=30_000)
    page.wait_for_function(f"localStorage.getItem('optviz.lessons') === '{{\"{FOUND}\":\"found\"}}'")
    page.goto(f"{server.url}/lessons?lesson={OPENED}")
    page.get_by_role("button", name="All lessons").click(timeout=30_000)
    said = page.locator(".optviz-progress")
    expect(said).to_contain_text(f"opened 2 of {len(COURSE)} lessons", timeout=30_000)
    expect(said).to_contain_text("In 1 you have found what it asks for")
    expect(page.locator("[class*=st-key-card-]")).to_have_count(len(COURSE), timeout=30_000)
    assert "★" in page.evaluate(MARK.format(FOUND))
    assert "✓" in page.evaluate(MARK.format(OPENED))
    page.evaluate("localStorage.setItem('optviz.lessons', '{broken')")
    assert not any('"found"' in frame for frame in sent), "the server hears nothing of it"
    said.get_by_role("button", name="Forget it").click()
    expect(said).to_be_hidden()
    assert page.evaluate(MARK.format(FOUND)) == "none"
