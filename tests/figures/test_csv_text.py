"""CSV files: numbers stay numbers, and no cell is run as a formula."""

import ast
import csv
import io
from pathlib import Path

import numpy as np
import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.figures.csv_text import csv_bytes
from optviz.figures.map_figures import map_csv
from optviz.settings.maps import DEFAULTS

PACKAGE = Path(__file__).parents[2] / "optviz"


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-x", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_looks_like_a_formula_is_text(text: str) -> None:
    assert read(csv_bytes(["name"], [[text]]))[1] == [f"'{text}"]


@pytest.mark.parametrize("value", [-1.5, np.float64(-0.1), -3, np.int64(-3), 1e-300, -np.inf, "-2.5", "+7"])
def test_a_number_stays_a_number(value: object) -> None:
    (cell,) = read(csv_bytes(["x"], [[value]]))[1]
    assert float(cell) == float(value)


def test_names_commas_quotes_and_gaps_survive() -> None:
    row = ["η = 0,5", 'a "b"', "two\nlines", None]
    assert read(csv_bytes(["a", "b", "c", "d"], [row]))[1] == [*row[:3], ""]


def test_excel_sees_the_encoding() -> None:
    assert csv_bytes(["a"], []).startswith("\ufeff".encode())


def test_the_numbers_of_a_map_are_the_same_in_the_file() -> None:
    settings = DEFAULTS["basins"].on("himmelblau")
    made = settings.make(resolution=4)
    header, *rows = read(map_csv(settings, made))
    lowest = OBJECTIVES["himmelblau"].domain[0][0]
    assert float(rows[0][header.index("x")]) == lowest < 0


def test_there_is_one_writer() -> None:
    writers = [
        path.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import) and any(alias.name == "csv" for alias in node.names)
    ]
    assert writers == ["csv_text.py"]
