"""Where somebody is on the way through lessons: in the course, or in a class."""

from dataclasses import dataclass

from optviz.lessons.chapters import CHAPTERS
from optviz.lessons.lesson import Lesson
from optviz.lessons.networks import COURSE
from optviz.lessons.plans import PLANS, Plan
from optviz.words import tr

BETWEEN = "~"  # stands between the keys of lesson and class in a link


@dataclass(frozen=True, slots=True)
class Stop:
    """A lesson on the way, and the class that it is taken in, if any."""

    lesson: Lesson
    plan: Plan | None = None

    @classmethod
    def of(cls, lesson: str, plan: str = "") -> "Stop | None":
        """The stop with these keys, or None; a class that lacks the lesson is left out."""
        if lesson not in COURSE:
            return None
        found = PLANS.get(plan)
        return cls(COURSE[lesson], found if found and found.place(lesson) is not None else None)

    @classmethod
    def read(cls, text: str) -> "Stop | None":
        """The stop that `text` names, or None where it is not known."""
        lesson, between, plan = text.partition(BETWEEN)
        stop = cls.of(lesson, plan)
        return stop if stop and bool(between) == bool(stop.plan) else None

    @property
    def text(self) -> str:
        """What names the stop in the link of a live page."""
        return f"{self.lesson.key}{BETWEEN}{self.plan.key}" if self.plan else self.lesson.key

    @property
    def link(self) -> dict[str, str]:
        """The link of the lesson."""
        return {"lesson": self.lesson.key} | ({"plan": self.plan.key} if self.plan else {})

    @property
    def _keys(self) -> list[str]:
        return [part.lesson for part in self.plan.parts] if self.plan else list(COURSE)

    @property
    def number(self) -> int:
        """The place on the way, from 1."""
        return self._keys.index(self.lesson.key) + 1

    def near(self, far: int) -> "Stop | None":
        """The stop so far ahead, or behind where `far` is negative; None beyond the ends."""
        place = self.number - 1 + far
        return Stop(COURSE[self._keys[place]], self.plan) if 0 <= place < len(self._keys) else None

    @property
    def said(self) -> str:
        """Where that is, for people."""
        if self.plan is None:
            chapter = tr(CHAPTERS[self.lesson.chapter].name)
            return tr(
                "{chapter} · lesson {number} of {count}",
                chapter=chapter,
                number=self.number,
                count=len(COURSE),
            )
        return tr(
            "{plan} · part {number} of {count} · {minutes} minutes",
            plan=tr(self.plan.title),
            number=self.number,
            count=len(self.plan.parts),
            minutes=self.plan.parts[self.number - 1].minutes,
        )
