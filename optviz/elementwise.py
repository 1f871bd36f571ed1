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
