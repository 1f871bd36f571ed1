"""How a typed rule is read: what the route answers, and what it refuses."""

import json
import time
from typing import Any

import pytest

from optviz.engine.rule_expressions import ALLOWED
from optviz.engine.rule_starters import STARTERS
from optviz.engine.rule_text import LONGEST
from optviz.settings.setups import Entrant, rule_key, write_entrant
from tests.engine.rule_texts import ROWS, STRANGE, with_sliders
from tests.web.test_read_route import get

RULE = "# Mine\nk = 2 in 1..5 whole\nm = b1*m + g\nx = x - lr*m/k"


def answer(text: str, name: str = "rule") -> dict[str, Any]:
    found = get({name: text})
    assert found.status_code == 200
    assert "max-age" in found.headers["cache-control"]
    return json.loads(found.body)


def test_a_rule_is_typeset_with_its_name_its_state_and_its_sliders() -> None:
    found = answer(RULE)
    assert (found["name"], found["text"], found["state"]) == ("Mine", RULE, ["m"])
    assert "m sub t equals b sub 1 m sub t minus 1" in found["mathml"]
    assert [n["name"] for n in found["numbers"]] == ["lr", "k", "b1"]
    assert (found["numbers"][1]["low"], found["numbers"][1]["high"]) == (1, 5)
    assert found["key"] == rule_key(RULE)
    assert write_entrant(Entrant.own(RULE)).startswith(found["key"] + "_lr_")


def test_the_same_rule_is_read_from_its_place_in_a_link() -> None:
    assert answer(rule_key(RULE).removeprefix("own_"), "packed") == answer(RULE)


def test_a_mistake_has_a_short_sentence_and_its_line() -> None:
    sentence = "Line 2: “grad” is unknown; the gradient is g."
    assert answer("m = 3*g\nx = x - lr*grad") == {"error": {"sentence": sentence, "line": 2}}
    assert ALLOWED not in str(answer("x = x - lr*g.real"))
    assert answer("")["error"]["line"] == 0


@pytest.mark.parametrize(
    "text", [*map(with_sliders, ROWS), *STRANGE.values(), *(s.text for s in STARTERS.values())]
)
def test_every_rule_that_can_be_used_is_typeset(text: str) -> None:
    assert answer(text)["mathml"].startswith("<math")


@pytest.mark.parametrize(
    "text",
    [
        "x = ().__class__",
        "x = [g for g in x]",
        "x = x - lr*g\n" * 41,
        "x" * 10_000,
        "(" * LONGEST,
        "x = 9**9**9**9**9*lr",
        "x = x - lr*g # " + "漢" * 580,
        "x = \x00",
        "<math><script>alert(1)</script></math>",
    ],
)
def test_hostile_texts_are_answered_with_a_sentence_and_soon(text: str) -> None:
    before = time.process_time()
    found = answer(text)
    assert time.process_time() - before < 1
    assert ("mathml" in found) != ("error" in found)


@pytest.mark.parametrize("part", ["", "1", "2abc", "0?", "1" + "A" * 800])
def test_what_is_no_packed_rule_is_answered_with_a_sentence(part: str) -> None:
    assert "cannot be read" in answer(part, "packed")["error"]["sentence"]


def test_a_rule_too_long_for_a_link_is_refused_while_one_types() -> None:
    noise = "".join(chr(0x4E00 + 37 * i % 5000) for i in range(LONGEST - 40))
    assert "characters of the link" in answer(f"x = x - lr*g # {noise}")["error"]["sentence"]
