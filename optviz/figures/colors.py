"""Arithmetic with colours, which are all written #rrggbb."""


def blend(one: str, other: str, share: float) -> str:
    """A colour between two; `share` of it, from 0 to 1, is the first."""
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def translucent(color: str, opacity: float) -> str:
    """The colour in CSS's rgba(); `opacity` is from 0 to 1."""
    red, green, blue = bytes.fromhex(color[1:])
    return f"rgba({red},{green},{blue},{opacity})"
