"""What is translated to JavaScript, what is refused with which sentence, and that nothing else comes out."""

import ast
import inspect
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optviz.engine import elementwise, formula_code, formula_text, javascript
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import FormulaError, parse
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.optimizers.classic import GD
from optviz.engine.python_to_javascript import RESERVED, TranslationError, Translator, translate_function
from optviz.engine.schedules import SCHEDULES

NAMESPACE = {**vars(elementwise), "math": math, "half": 0.5, "data": [1.0]}

# ---------------------------------------------------------------------------------------------- grammar

FUNCTIONS = {"power", "square", "wholePower", "sign", "maximum", "minimum", "least", "greatest"}
FUNCTIONS |= {"floorDivide", "modulo"}
QUESTIONS = {"gradientAt", "valueAt", "total", "most"}
MATH = {"sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "abs"}
TOKEN = re.compile(
    r"""\s+
    | (?P<number> \d+(\.\d+)?(e[+-]?\d+)? (?![\w.]) )
    | (?P<math> Math\.[a-z]+ )
    | (?P<name> [A-Za-z_][A-Za-z0-9_]*\$? )
    | (?P<key> "[a-z]+": )
    | => | === | !== | <= | >= | [-+*/<>=?:,;(){}\[\]]""",
    re.VERBOSE,
)
CLOSING = {")": "(", "]": "[", "}": "{"}


def names_in(text: str) -> set[str]:
    """Read JavaScript of the translator's small grammar; the names in it. Fails on anything else."""
    names, opened, place = set(), [], 0
    while place < len(text):
        token = TOKEN.match(text, place)
        assert token, f"no token at “{text[place : place + 20]}”"
        place = token.end()
        if name := token["name"]:
            names.add(name)
        if token["math"]:
            assert token["math"].removeprefix("Math.") in MATH
        if token[0] in "([{":
            opened.append(token[0])
        elif token[0] in CLOSING:
            assert opened
            assert opened.pop() == CLOSING[token[0]]
    assert not opened
    return names


@pytest.mark.parametrize("text", ["a.b", "`x`", "'x'", "x++ @", "new.x", "Math.random()", "(x]", "x = '"])
def test_the_grammar_refuses_other_text(text: str) -> None:
    with pytest.raises(AssertionError):
        names_in(text)


# ------------------------------------------------------------------------------------- the three tables


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_step_is_in_the_grammar(key: str) -> None:
    row = OPTIMIZERS[key]
    step = javascript.optimizer_source(row).partition('"step": ')[2].removesuffix("}")
    own = {node.id for node in ast.walk(ast.parse(row.source)) if isinstance(node, ast.Name)}
    own |= set(inspect.signature(row.step).parameters)
    asking = QUESTIONS | {"function", "yield", "while"} if row.looks else set()
    assert names_in(step) <= own | FUNCTIONS | asking | {"let", "return", "if", "values"}
    assert step.startswith("function* (") == row.looks


@pytest.mark.parametrize("key", SCHEDULES)
def test_every_factor_is_in_the_grammar(key: str) -> None:
    names_in(javascript.schedule_source(key).partition('"factor": ')[2].removesuffix("}"))


def check_landscape(text: str) -> None:
    variables = {"x", "y", "let", "return", "null", "power", "square", "wholePower", "sign"}
    assert {name for name in names_in(text) if not re.fullmatch(r"x\d+", name)} <= variables


@pytest.mark.parametrize("key", OBJECTIVES)
def test_every_landscape_is_in_the_grammar(key: str) -> None:
    check_landscape(javascript.landscape_source(key))


def test_the_script_holds_every_row_and_is_the_same_in_every_process() -> None:
    source = javascript.source()
    for key in (*OPTIMIZERS, *SCHEDULES, *OBJECTIVES):
        assert f'"{key}": {{' in source
    code = "from optviz.engine import javascript; print(hash('x')); print(javascript.source(), end='')"
    environment = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONUTF8": "1"}
    other = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert other.stdout.decode().partition("\n")[2].replace("\r\n", "\n") == source


def test_the_script_needs_no_eval_to_load() -> None:
    code = "\n".join(line for line in javascript.source().splitlines() if not line.lstrip().startswith("//"))
    assert "eval(" not in code
    assert code.count("new Function") == 1  # within `compile`, for typed formulas


def test_every_name_of_a_compiled_formula_has_a_meaning() -> None:
    known = set(javascript.FORMULA_NAMES)
    assert known >= set(formula_code.NAMESPACE) - {"DiracDelta"}
    for name in formula_text.FUNCTIONS:
        text = javascript.landscape_source(f"{name}(x/9)")
        check_landscape(text)


def test_an_optimizer_that_cannot_be_translated_is_refused_with_its_name_and_the_line() -> None:
    def lookup(x, g, t, *, lr):
        rate = lr
        return (x - {1: rate}[t] * g,)

    broken = replace(GD, key="lookup", step=lookup)
    with pytest.raises(TranslationError, match="Optimizer lookup, line 3: an index cannot be translated"):
        javascript.optimizer_source(broken)


# ---------------------------------------------------------------------------------------- the translator


def body(*lines: str, results: int | None = None) -> str:
    source = "def rule(x, g, t, *, lr):\n" + "\n".join(f"    {line}" for line in lines)
    return translate_function(source, NAMESPACE, "Rule", bundled=("lr",), results=results)


@pytest.mark.parametrize(
    ("python", "javascript_text"),
    [
        ("x - lr * g", "x - lr * g"),
        ("x - (lr - g)", "x - (lr - g)"),
        ("x / (lr / g) / t", "x / (lr / g) / t"),
        ("(x + g) * t", "(x + g) * t"),
        ("-x ** 2", "-power(x, 2)"),
        ("-(-x)", "-(-x)"),
        ("x - -g", "x - (-g)"),
        ("-(x + g)", "-(x + g)"),
        ("-x * g", "-x * g"),
        ("x * -g", "x * (-g)"),
        ("2 ** 3 ** x", "power(2, power(3, x))"),
        ("t // 3 % 2", "modulo(floorDivide(t, 3), 2)"),
        ("1e-8 + 2.0 + 3", "1e-08 + 2.0 + 3"),
        ("sqrt(abs(x)) + sign(g)", "Math.sqrt(Math.abs(x)) + sign(g)"),
        ("maximum(x, minimum(g, half))", "maximum(x, minimum(g, 0.5))"),
        ("where(x < 0, g, -g)", "(x < 0 ? g : -g)"),
        ("x if t == 1 else x * (g if x >= 0 else 1)", "(t === 1 ? x : x * (x >= 0 ? g : 1))"),
        ("math.cos(math.pi * t)", "Math.cos(3.141592653589793 * t)"),
        ("min(t, max(x, 1))", "least(t, greatest(x, 1))"),
        ("123456789012345678901 * x", "1.2345678901234568e+20 * x"),
        ("(10**0 + 1) * x", "(power(10, 0) + 1) * x"),
        ("123456789012345678901 / 3 * x", "4.115226300411522e+19 * x"),
    ],
)
def test_expressions(python: str, javascript_text: str) -> None:
    assert f"return {javascript_text};" in body(f"return {python}")


def test_assignments_conditions_and_names_that_mean_something_else_in_javascript() -> None:
    text = body(
        '"""Documented."""',
        "new, values = x, g",
        "if t == 1:",
        "    var = new",
        "else:",
        "    var = values",
        "return var, lr",
        results=2,
    )
    assert text == "\n".join(
        [
            "(x, g, t, values) => {",
            "  let {lr} = values;",
            "  let new$, values$, var$;",
            "  [new$, values$] = [x, g];",
            "  if (t === 1) {",
            "    var$ = new$;",
            "  } else {",
            "    var$ = values$;",
            "  }",
            "  return [var$, lr];",
            "}",
        ]
    )
    names_in(text)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["for i in range(3):", "    x = i", "return x"], "line 2: a loop cannot"),
        (["while x > 0:", "    x = 0", "return x"], "line 2: a loop cannot"),
        (["x += g", "return x"], r"line 2: an assignment such as \+= cannot"),
        (["x = g = 1", "return x"], "line 2: the construct Assign cannot"),
        (["x, g = lr", "return x"], "line 2: the construct Assign cannot"),
        (["x: float = 1", "return x"], "line 2: an annotation cannot"),
        (["return [x]"], "line 2: a list cannot"),
        (["return x[0]"], "line 2: an index cannot"),
        (["return x.real"], "line 2: an attribute cannot"),
        (["return x > 0"], "line 2: a comparison outside a condition"),
        (["return x if t else g"], "line 2: a condition that is not one comparison"),
        (["return x if 0 < x < 1 else g"], "line 2: a condition that is not one comparison"),
        (["return x if x > 0 and g > 0 else g"], "line 2: a condition that is not one comparison"),
        (["return x and g"], "line 2: “and” or “or” cannot"),
        (["return (lambda v: v)(x)"], "line 2: a call of a function that is not on the list"),
        (["return __import__('os')"], "line 2: a call of a function that is not on the list"),
        (["return eval(x)"], "line 2: a call of a function that is not on the list"),
        (["return math.gamma(x)"], "line 2: a call of a function that is not on the list"),
        (["return sqrt(x, g)"], "line 2: a call with 2 instead of 1 arguments"),
        (["return sqrt(v=x)"], "line 2: a call cannot"),
        (["sqrt = abs", "return sqrt(x)"], "line 2: the unknown name “abs”"),
        (["sqrt = x", "return sqrt(x)"], "line 3: a call of a function that is not on the list"),
        (["return data"], "line 2: the unknown name “data”"),
        (["return True"], "line 2: a constant that is no finite number"),
        (["return 'x'"], "line 2: a constant that is no finite number"),
        (["return 2j * x"], "line 2: a constant that is no finite number"),
        (["return 1e999 * x"], "line 2: a number that is not finite"),
        ([f"return 1{'0' * 400} * x"], "line 2: a number that is not finite"),
        ([f"return 1{'0' * 400} / 3 * x"], "line 2: a number that is not finite"),
        (["return x @ g"], "line 2: the construct BinOp cannot"),
        (["return ~x"], "line 2: the construct UnaryOp cannot"),
        (["if t == 1:", "    a = x", "return a"], "line 4: “a” before it surely has a value"),
        (["a = a", "return a"], "line 2: “a” before it surely has a value"),
        (["return x", "x = 1"], "line 3: a line after the return"),
        (["x = 1"], "it must end with a return"),
        (["if t == 1:", "    return x"], "it must end with a return"),
        (["return x, g"], "line 2: a return of something else than one number"),
        (["return"], "line 2: the construct Return cannot"),
        (["import os", "return x"], "line 2: an import cannot"),
        (["x", "return x"], "line 2: an expression whose result is not used"),
        (["µ = x", "return µ"], "the name “μ” cannot be used"),
        (["__proto__ = x", "return x"], "the name “__proto__” cannot be used"),
    ],
)
def test_refusals_name_the_construct_and_the_line(lines: list[str], sentence: str) -> None:
    with pytest.raises(TranslationError, match=f"^Rule.*{sentence}"):
        body(*lines)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def rule(x, *more):\n    return x", "only plain parameters"),
        ("def rule(x, g=1):\n    return x", "only plain parameters"),
        ("def rule(x, /):\n    return x", "only plain parameters"),
        ("def rule(x):\n    return x", "there is no parameter lr"),
        ("lambda x: x", "not one Python function"),
        ("def rule(", "not one Python function"),
        ("x = 1\ny = 2", "not one Python function"),
    ],
)
def test_refusals_of_what_is_not_a_plain_function(source: str, sentence: str) -> None:
    with pytest.raises(TranslationError, match=sentence):
        translate_function(source, {}, "Rule", bundled=("lr",))


def test_only_what_asks_may_loop_and_yield() -> None:
    source = "def rule(x):\n    while x > 1:\n        x = yield x\n    return x"
    assert translate_function(source, {}, "Rule") == (
        "function* (x) {\n  while (x > 1) {\n    x = (yield x);\n  }\n  return x;\n}"
    )
    with pytest.raises(TranslationError, match="line 2: a loop that returns cannot"):
        translate_function(
            "def rule(x):\n    while x > 1:\n        return (yield x)\n    return x", {}, "Rule"
        )
    with pytest.raises(TranslationError, match="line 4: “a” before it surely has a value"):
        translate_function("def rule(x):\n    while x > 1:\n        a = yield x\n    return a", {}, "Rule")
    with pytest.raises(TranslationError, match="line 3: the construct Yield cannot"):
        Translator(("x",), {}, "Rule", None).body(ast.parse("\n\ny = yield x\nreturn y").body)


def test_a_body_of_its_own_can_be_translated() -> None:
    lines = ast.parse("v = 0.9 * v + g\nreturn x - v, v", mode="exec").body
    assert Translator(("x", "g", "v"), {}, "Your rule", 2).body(lines) == [
        "v = 0.9 * v + g;",
        "return [x - v, v];",
    ]


# -------------------------------------------------------------------------------------------------- fuzz

ATOMS = ["x", "g", "t", "lr", "m", "new", "1", "2.5", "1e-8", "half", "math.pi", "os", "'s'", "10**99"]
SYMBOLS = ["+", "-", "*", "/", "//", "%", "**", "@", "<", "==", " and ", ",", " if "]
expressions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.builds("({}{}{})".format, inner, st.sampled_from(SYMBOLS), inner),
        st.builds("{}{}{}".format, inner, st.sampled_from(SYMBOLS[:6]), inner),
        st.builds("-{}".format, inner),
        st.builds("{}({})".format, st.sampled_from(["sqrt", "sign", "abs", "eval", "open", "x"]), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["maximum", "power", "min"]), inner, inner),
        st.builds("where({} > {}, {}, {})".format, inner, inner, inner, inner),
        st.builds("({} if {} < {} else {})".format, inner, inner, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("[{} for x in {}]".format, inner, inner),
    ),
    max_leaves=12,
)
statements = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(["x", "m", "m, x", "new", "x.y", "sqrt"]), expressions),
    st.builds("m, x = {}, {}".format, expressions, expressions),
    st.builds("if t == 1: x = {}".format, expressions),
    st.builds("if {} > 0: return {}".format, expressions, expressions),
    st.builds("{} += 1".format, expressions),
)


def translated(translate: Callable[[], str], sentence_starts: str) -> str:
    """The translation, or "" where a sentence refuses it; every other error gets through."""
    try:
        return translate()
    except TranslationError as error:
        sentence = str(error)
    assert sentence.startswith(sentence_starts)
    return ""


@settings(max_examples=400, deadline=None)
@given(st.lists(statements, max_size=4), expressions)
def test_odd_python_is_translated_within_the_grammar_or_refused(lines: list[str], last: str) -> None:
    text = translated(lambda: body(*lines, f"return {last}"), "Rule")
    own = {"x", "g", "t", "lr", "m", "sqrt", "new$"}
    assert names_in(text) <= own | FUNCTIONS | {"let", "return", "if", "values", "else"}


formulas = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "pi", "e", "1e50", "123456789012345", "-3", "x'", ";"]),
    lambda inner: st.one_of(
        st.builds("({}{}{})".format, inner, st.sampled_from(["+", "-", "*", "/", "**", "^", "%"]), inner),
        st.builds("{}({})".format, st.sampled_from([*formula_text.FUNCTIONS, "eval"]), inner),
    ),
    max_leaves=5,
)


@settings(max_examples=120, deadline=None)
@given(formulas | st.text(max_size=20))
def test_whatever_is_typed_only_the_grammar_comes_out(text: str) -> None:
    try:
        objective = parse(text)
    except FormulaError:
        return
    check_landscape(translated(lambda: javascript.landscape_source(objective), "Landscape formula"))


def test_reserved_names_hold_everything_that_the_runtime_gives() -> None:
    assert FUNCTIONS | QUESTIONS <= RESERVED
