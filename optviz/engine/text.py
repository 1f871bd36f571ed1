"""Text for people."""

from decimal import Decimal


def shortened(text: str, length: int = 20) -> str:
    """`text`, or its first `length` characters and “…” if it is longer."""
    return text if len(text) <= length else text[:length] + "…"


def plain_number(value: float) -> str:
    """All digits of a number as people write it, and as the panel shows it: 0.000001, 10, 1e-16, 2.5."""
    value = float(value)
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e15:
        return format(Decimal(repr(value)).normalize(), "f")
    return repr(value).replace("e+", "e").replace("e-0", "e-").removesuffix(".0")
