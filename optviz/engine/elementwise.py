"""The few functions that steps and formulas need, for plain floats and for arrays alike.

A single trajectory runs on plain floats, which is several times faster than arrays of length two; an
ensemble runs on large arrays. Both go through these functions, so that they agree to the last bit:
what numpy rounds in its own way (sin, exp, …) is numpy's for floats too.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def sqrt(v: Any) -> Any:
    """The square root; both implementations round correctly, so they agree."""
    return math.sqrt(v) if type(v) is float and v >= 0 else np.sqrt(v)


def sign(v: Any) -> Any:
    """-1, 0 or 1; not a number stays not a number."""
    if type(v) is float and v == v:
        return float((v > 0) - (v < 0))
    return np.sign(v)


def power(base: Any, exponent: Any) -> Any:
    """`base**exponent` over the reals: a negative base with a fractional exponent is not a number."""
    return _as_given(np.power(base, exponent, dtype=float), base, exponent)


def raised(base: Any, exponent: Any) -> Any:
    """`base**exponent` over the reals, with the bits of `**` between two floats, for arrays too.

    `power` is numpy's own, which may differ in the last digit. A negative base with a fractional exponent is
    not a number; what is too large is infinite.
    """
    if type(base) is float and type(exponent) is float and base > 0:
        try:
            return base**exponent
        except OverflowError:
            return math.inf
    if isinstance(base, Rows) and type(exponent) is float:
        return base**exponent
    # `float_power` asks the C library for each element, like Python, and not a vector unit.
    return _as_given(np.float_power(np.asarray(base), np.asarray(exponent)), base, exponent)


def maximum(a: Any, b: Any) -> Any:
    """The larger one; not a number stays not a number."""
    if type(a) is float and type(b) is float:
        return a if a > b or a != a else b
    return np.maximum(a, b)


def minimum(a: Any, b: Any) -> Any:
    """The smaller one; not a number stays not a number."""
    if type(a) is float and type(b) is float:
        return a if a < b or a != a else b
    return np.minimum(a, b)


def where(condition: Any, yes: Any, no: Any) -> Any:
    """`yes` where the condition holds, else `no`; both have been computed."""
    if type(condition) is bool:
        return yes if condition else no
    return np.where(condition, yes, no)


def whole_power(v: Any, n: int) -> Any:
    """`v**n` for n ≥ 1 by repeated squaring, in the same order of products for floats and arrays."""
    result = None
    while n:
        if n & 1:
            result = v if result is None else result * v
        n >>= 1
        if n:
            v = v * v
    return result


def square(v: Any) -> Any:
    """`v * v`."""
    return v * v


def zero(v: Any) -> Any:
    """Zero in the shape of `v`: the second derivative of |v|, wherever it has one."""
    return 0.0 * v


def _as_given(result: Any, *arguments: Any) -> Any:
    """Give a plain float back where only plain numbers came in."""
    return float(result) if all(isinstance(a, float | int) for a in arguments) else result


def from_numpy(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A numpy function that answers a plain float with a plain float."""

    def wrapped(v: Any) -> Any:
        return float(function(v)) if type(v) is float else function(v)

    return wrapped


class Rows(np.ndarray):
    """A hyperparameter with one value per row, whose powers are rounded as Python rounds them.

    A single run computes `beta**t` with Python's float, an ensemble with this; `np.power` would differ in
    the last bit. A grid repeats few values many times, and every coordinate asks for the same power: so
    each power is computed once for each distinct value.
    """

    @classmethod
    def of(cls, values: np.ndarray) -> "Rows":
        """`values` of shape (n,), not copied."""
        return values.view(cls)

    def __array_finalize__(self, source: Any) -> None:
        """Forget what was remembered of another array."""
        self._distinct: tuple[np.ndarray, np.ndarray] | None = None
        self._last: tuple[float, np.ndarray] | None = None
        self._complement: Rows | None = None

    def __rsub__(self, number: float) -> np.ndarray:  # type: ignore[override]
        """`1 - beta` is a hyperparameter as well, computed once: its powers are rounded in the same way."""
        if type(number) is not int or number != 1:
            return number - np.asarray(self)
        if self._complement is None:
            self._complement = Rows.of(1 - np.asarray(self))
        return self._complement

    def __pow__(self, exponent: float) -> np.ndarray:  # type: ignore[override]
        """`float_power` asks the C library for each element, like Python, and not a vector unit."""
        if self._distinct is None:
            self._distinct = np.unique(np.asarray(self), return_inverse=True)
        if self._last is None or self._last[0] != exponent:
            distinct, places = self._distinct
            self._last = exponent, np.float_power(distinct, exponent)[places]
        return self._last[1]

    def __array_wrap__(self, array: np.ndarray, context: Any = None, return_scalar: bool = False) -> Any:
        """What is computed from it is a plain array again."""
        return np.asarray(array)
