"""Symbols from LaTeX and from names of variables."""

import pytest

from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.schedules import SCHEDULES
from optviz.engine.symbols import Symbol


@pytest.mark.parametrize(
    ("latex", "symbol"),
    [
        (r"\eta", Symbol("η")),
        (r"\beta_1", Symbol("β", below="1")),
        (r"\eta^-", Symbol("η", above="-")),
        (r"\Delta_{\min}", Symbol("Δ", below="min")),
        (r"\rho_{\infty}", Symbol("ρ", below="∞")),
        (r"\hat m", Symbol("m", "hat")),
        (r"\bar x", Symbol("x", "bar")),
        (r"v^{\max}", Symbol("v", above="max")),
        (r"\text{warm up}", Symbol("warm up")),
        ("momentum", Symbol("momentum")),
    ],
)
def test_latex_is_read_in_parts(latex: str, symbol: Symbol) -> None:
    assert Symbol.of(latex) == symbol


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("m", "m"),
        ("m_hat", r"\hat m"),
        ("v_max", r"v^{\max}"),
        ("beta1", r"\beta_{1}"),
        ("rho", r"\rho"),
        ("m1_hat", r"\hat m_{1}"),
        ("direction", r"\text{direction}"),
        ("old_value", r"\text{old value}"),
    ],
)
def test_a_name_stands_for_a_symbol(name: str, latex: str) -> None:
    assert Symbol.named(name).latex == latex


@pytest.mark.parametrize("latex", [r"\frac{a}{b}", "a + b", r"\unknown", "", r"\hat{m}_t^2_3"])
def test_other_latex_is_refused(latex: str) -> None:
    with pytest.raises(ValueError, match="is no symbol"):
        Symbol.of(latex)


def test_every_hyperparameter_has_a_symbol_that_survives_reading() -> None:
    for row in (*OPTIMIZERS.values(), *SCHEDULES.values()):
        for h in row.hyperparameters:
            symbol = Symbol.of(h.symbol)
            assert Symbol.of(symbol.latex) == symbol
