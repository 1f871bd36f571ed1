"""Spaces where a value stands in a Chinese sentence: between Chinese and Latin letters, and nowhere else."""

import re

EDGE = "\ue0f0"  # stands at both ends of a value until the spaces are right
GAP = re.compile(f"([^\\s{EDGE}])?([ {EDGE}]*{EDGE}[ {EDGE}]*)(?=([^\\s{EDGE}])?)")
CHINESE = re.compile(r"[\u3400-\u9fff]")
WIDE = re.compile(r"[\u3000-\u303f\uff01-\uff5e]")  # punctuation that brings its own space
NARROW = re.compile(r"[A-Za-z0-9]")


def spaced(text: str) -> str:
    """The text with a space at each EDGE where it belongs: “Adam 最先到达” but “动量最先到达”."""
    return GAP.sub(_gap, text)


def _gap(found: re.Match[str]) -> str:
    before, gap, after = found[1] or "", found[2], found[3] or ""
    both = [before, after]
    if any(map(WIDE.match, both)) or all(map(CHINESE.match, both)):
        return before
    if any(map(CHINESE.match, both)) and any(map(NARROW.match, both)):
        return f"{before} "
    return before + " " * (" " in gap)
