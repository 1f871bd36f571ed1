"""Text for people."""


def shortened(text: str, length: int = 20) -> str:
    """`text`, or its first `length` characters and “…” if it is longer."""
    return text if len(text) <= length else text[:length] + "…"
