"""A function that remembers its last results, and can say which it knows."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """`make`, with its `most` last used results kept; safe to be called by several threads.

    Two that ask for the same new result at once both make it.
    """

    def __init__(self, make: Callable[..., T], most: int) -> None:
        self.make, self.most = make, most
        self._results: OrderedDict[tuple[Hashable, ...], T] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, *given: Any) -> T:
        """The result for these arguments, made if it is not known."""
        with self._lock:
            if given in self._results:
                self._results.move_to_end(given)
                return self._results[given]
        made = self.make(*given)
        with self._lock:
            self._results[given] = made
            while len(self._results) > self.most:
                self._results.popitem(last=False)
        return made

    def knows(self, *given: Any) -> bool:
        """Whether the result is at hand."""
        with self._lock:
            return given in self._results
