"""What somebody has opened and found of the course: only the browser knows, the server never hears of it."""

from collections.abc import Sequence
from pathlib import Path

from optviz.web.components.mounting import mount

_progress = mount("optviz.progress", Path(__file__).parent)


def note(*, opened: str = "", found: str = "") -> None:
    """Let the browser remember the key of a lesson that was opened, or of one whose discovery was made."""
    _progress(key="progress", data={"opened": opened, "found": found, "lessons": []})


def show(lessons: Sequence[str]) -> None:
    """Mark the cards of these lessons, by their keys, and say how many were opened and found."""
    _progress(key="progress", data={"opened": "", "found": "", "lessons": list(lessons)})


def card(lesson: str) -> str:
    """The key of the container that is a lesson's card; the marks know it by this name."""
    return f"card-{lesson}"
