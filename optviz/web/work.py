"""Work for requests, done in threads: so much at once, so much waiting, and no visitor takes all of it."""

import asyncio
import contextvars
import hashlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request

from optviz.web.visitors import COOKIE
from optviz.words import tr

T = TypeVar("T")


class BusyError(Exception):
    """There is enough to do; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. A browser without a cookie is known only by the address of its network, which many share."""

    key: str
    network: str
    alone: bool

    @classmethod
    def of(cls, request: Request) -> "Asker":
        """Who has sent a request."""
        cookie = request.cookies.get(COOKIE)
        network = request.client.host if request.client else ""
        if cookie:
            return cls(
                hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()[:16], network, alone=True
            )
        return cls("", network, alone=False)


class Work:
    """Threads with a queue: `threads` at once, `most` requests in all, and `each` of one browser.

    Browsers without a cookie share a quarter of the queue with all of their network, and one network gets
    three quarters, however many cookies it makes up. Used by the event loop only.
    """

    def __init__(self, name: str, *, threads: int, most: int, each: int) -> None:
        self._pool = ThreadPoolExecutor(threads, name)
        self._most, self._each = most, each
        self._of: Counter[Asker] = Counter()
        self._from: Counter[str] = Counter()

    async def do(self, asker: Asker, job: Callable[[], T]) -> T:
        """The result of `job`, which runs in a thread; raises BusyError where it may not even wait."""
        if self._of[asker] >= (self._each if asker.alone else self._most // 4):
            raise BusyError(tr("Your last requests are not answered yet. Try again in a moment."))
        if self._of.total() >= self._most or self._from[asker.network] >= 3 * self._most // 4:
            raise BusyError(tr("The server has too much to do at the moment. Try again in a moment."))
        self._of[asker] += 1
        self._from[asker.network] += 1
        try:
            here = contextvars.copy_context()  # the thread speaks the language of the request
            return await asyncio.get_running_loop().run_in_executor(self._pool, here.run, job)
        finally:
            self._of -= Counter([asker])  # what is zero is dropped
            self._from -= Counter([asker.network])
