"""Messages in the browser: `words.js` says them as `optviz.words` does."""

import json

import pytest
from playwright.sync_api import Browser

from optviz.web.components.mounting import WORDS
from optviz.words import speaking, tr

CASES = [
    ("{x}最先到达", "Adam"),
    ("{x} 最先到达", "动量"),
    ("从 {x}出发；{x} 。", "(1, 2)"),
    ("{x}{x}，{y}", "3"),
    ("{x} of {x}.", "Adam"),
]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_filled_message_is_the_same_text(browser: Browser, language: str) -> None:
    page = browser.new_page()
    page.evaluate("said => { globalThis.optvizSpeech = said }", {"language": language, "words": {}})
    page.add_script_tag(content=WORDS.read_text("utf-8"))
    said = page.evaluate(f"{json.dumps(CASES)}.map(([message, x]) => tr(message, {{ x }}))")
    page.close()
    with speaking(language):
        assert said == [tr(message, x=value) for message, value in CASES]
