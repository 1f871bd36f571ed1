"""A table of numbers and names as a CSV file that a spreadsheet opens as it is meant."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

#: A spreadsheet takes a cell that begins with one of these for a formula and runs it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The file's bytes: UTF-8 with a byte order mark and CRLF line ends, which Excel needs to read it well.

    Numbers are written in full. None becomes an empty cell. Text that a spreadsheet would run as a formula
    gets an apostrophe in front, unless it is a number.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS) and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
