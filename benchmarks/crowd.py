"""Many visitors of the Trajectories page in one process, and what they meet."""

import asyncio
import random
import string
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.changes import Change, NoFieldError, change_for
from benchmarks.client import LostError, Session
from benchmarks.server import six
from optviz.settings.experiment import encode
from optviz.web.visitors import COOKIE

OPENING_AT_ONCE = 8  # visitors that open the page at the same time, before the measurement begins
OPENING_PATIENCE = 300.0  # seconds
LR_LOW, LR_HIGH = 0.001, 0.2


@dataclass(frozen=True, slots=True)
class Plan:
    """How many visitors, how often each changes a value (seconds), for how long (seconds)."""

    sessions: int
    every: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Answered:
    """One change that was answered: seconds until the answer was complete, messages, bytes both ways.

    `at` is when the answer was complete, in seconds since the first change could be made.
    """

    at: float
    seconds: float
    messages: int
    received: int
    sent: int


@dataclass(slots=True)
class Seen:
    """What the visitors met.

    `skipped` changes were due before the last answer was there. `exceptions`, `wrong` and `lost` count
    sentences. `processor` is the processor time in seconds that the visitors took while they changed values.
    """

    changes: list[Answered] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    skipped: int = 0
    exceptions: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    processor: float = 0.0

    def add(self, other: "Seen") -> None:
        """Put in what others met."""
        self.changes += other.changes
        self.opened += other.opened
        self.skipped += other.skipped
        self.processor += other.processor
        for mine, theirs in zip(self._errors(), other._errors(), strict=True):
            mine.update(theirs)

    @property
    def errors(self) -> int:
        """How often something was not as it must be."""
        return sum(counter.total() for counter in self._errors())

    def sentences(self) -> Counter[str]:
        """What was not as it must be, in words."""
        return sum(self._errors(), Counter())

    def _errors(self) -> tuple[Counter[str], ...]:
        return self.exceptions, self.wrong, self.lost


class Visitor:
    """Opens the link, then sets another learning rate again and again."""

    def __init__(self, url: str, seed: int, seen: Seen) -> None:
        self.random = random.Random(seed)
        key = "".join(self.random.choices(string.ascii_letters, k=43))  # as the server gives to each browser
        self.session = Session(url, encode(six()), cookie=f"{COOKIE}={key}")
        self.seen = seen
        self.change: Change | None = None
        self.lr = 0.0  # what was set last

    async def open(self) -> None:
        """Get the page for the first time."""
        try:
            page = await self.session.open(OPENING_PATIENCE)
            self.seen.exceptions.update(page.exceptions)
            self.seen.opened.append(page.seconds)
            self.change = change_for(page)
        except LostError as error:
            self.seen.lost[str(error)] += 1
        except NoFieldError as error:
            self.seen.wrong[str(error)] += 1

    async def stay(self, plan: Plan, begun: float) -> None:
        """Change a value every `plan.every` seconds, from a random moment on; `begun` is monotonic time."""
        end, due = begun + plan.seconds, begun + self.random.uniform(0, plan.every)
        try:
            while self.change is not None and due < end:
                await asyncio.sleep(due - time.monotonic())
                await self._change(self.change, begun)
                due += plan.every
                while due < min(time.monotonic(), end):
                    self.seen.skipped += 1
                    due += plan.every
        except LostError as error:
            self.seen.lost[str(error)] += 1

    async def _change(self, change: Change, begun: float) -> None:
        lr = self.lr
        while lr == self.lr:  # the same value again would be no change, and its picture the one before
            lr = float(f"{LR_LOW * (LR_HIGH / LR_LOW) ** self.random.random():.3g}")
        self.lr = lr
        answer, complaints = await change.make(self.session, lr)
        at = time.monotonic() - begun
        self.seen.changes.append(Answered(at, answer.seconds, answer.messages, answer.received, answer.sent))
        self.seen.exceptions.update(answer.exceptions)
        self.seen.wrong.update(complaints[:1])  # one count for one answer


async def crowd(url: str, seeds: Sequence[int], plan: Plan, wait: Callable[[], None]) -> Seen:
    """Open the page for one visitor a seed; when `wait` returns, let them change values.

    `wait` may block: it runs in a thread of its own.
    """
    seen = Seen()
    visitors = [Visitor(url, seed, seen) for seed in seeds]
    at_once = asyncio.Semaphore(OPENING_AT_ONCE)

    async def enter(visitor: Visitor) -> None:
        async with at_once:
            await visitor.open()

    await asyncio.gather(*map(enter, visitors))
    await asyncio.to_thread(wait)
    begun, processor = time.monotonic(), time.process_time()

    async def note_processor() -> None:
        await asyncio.sleep(plan.seconds)
        seen.processor = time.process_time() - processor

    try:
        await asyncio.gather(note_processor(), *(visitor.stay(plan, begun) for visitor in visitors))
    finally:
        await asyncio.gather(*(visitor.session.close() for visitor in visitors))
    return seen
