"""Words on the page that come from people."""

import re


def plain(text: str) -> str:
    """`text` so that Streamlit's Markdown shows it to the letter: no bold, no maths, no links."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!$~:|<>&])", r"\\\1", text)
