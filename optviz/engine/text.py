"""Text for people."""

from decimal import Decimal

#: Signs, digits and letters of a Chinese keyboard, by the plain ones: （０．１） is (0.1).
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("。"): ".", ord("　"): " "}


def half_width(text: str) -> str:
    """The text with plain characters in place of full-width ones, one for one."""
    return text.translate(HALF_WIDTH)


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
