"""What the components' `tr` says is what Python's says: the same messages, values and spaces."""

import pytest
from playwright.sync_api import Browser

from optviz.web.components.mounting import WORDS
from optviz.words import speaking, tr
from optviz.words.catalogue import FOLDER, PLACE, entries

pytestmark = pytest.mark.browser
#: Chinese, Latin, mixed and empty values, and one that looks like a place.
VALUES = ("速度", "Adam", "梯度下降 (1)", "12", "（−5）", "", "{name}")


def test_both_fill_every_message_alike(browser: Browser) -> None:
    messages = [message for message in entries(FOLDER / "zh" / "browser.po") if PLACE.search(message)]
    cases = [
        [message, dict.fromkeys(PLACE.findall(message), value)] for message in messages for value in VALUES
    ]
    with speaking("zh"):
        words = {message: tr(message) for message in messages}
        wanted = [tr(message, **values) for message, values in cases]
    page = browser.new_page()
    page.add_script_tag(content=WORDS.read_text("utf-8"))
    page.evaluate("words => { globalThis.optvizSpeech = { language: 'zh', words } }", words)
    found = page.evaluate("cases => cases.map(([message, values]) => tr(message, values))", cases)
    page.close()
    assert found == wanted
    assert len(cases) > 500
