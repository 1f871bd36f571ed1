"""A short fuzz of what strangers send; `python -m benchmarks.fuzz` does it for long, guided by coverage."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import fuzz
from benchmarks.fuzz_targets import ALL, TARGETS, FoundError, promise, seeds, words

WORDS = {name: sorted(words(name)) for name in TARGETS}
HALF = "\ud800"  # half of a surrogate pair: JSON may hold it, UTF-8 may not


def pieces(name: str) -> st.SearchStrategy[str]:
    """Text made of the words that the target knows, and of anything."""
    return st.lists(st.sampled_from(WORDS[name]) | st.text(max_size=3), max_size=12).map("".join)


def test_the_targets_of_the_command_are_these() -> None:
    assert set(fuzz.NAMES) == TARGETS.keys()


@pytest.mark.parametrize("name", ["rule", "link", "message", "answer"])
def test_what_people_send_breaks_no_promise(name: str) -> None:
    for seed in seeds(name):
        TARGETS[name](seed)


# The exception that ends slow work may arrive inside a callback, where Python can only report it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@settings(max_examples=60, deadline=None)
@given(pieces("formula"))
def test_no_formula_breaks_a_promise(text: str) -> None:
    TARGETS["formula"](text.encode("utf-8", "ignore"))


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces("rule"), max_size=4).map("\n".join), st.sampled_from(["", *seeds("rule")]))
def test_no_rule_breaks_a_promise(lines: str, starter: str | bytes) -> None:
    before = starter.decode() if isinstance(starter, bytes) else starter
    TARGETS["rule"](f"{before}{lines}".encode("utf-8", "ignore"))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(ALL) - 1), st.dictionaries(pieces("link"), pieces("link"), max_size=6))
def test_no_link_breaks_a_promise(page: int, link: dict[str, str]) -> None:
    text = urlencode({name: value.encode("utf-8", "ignore") for name, value in link.items()}, errors="ignore")
    TARGETS["link"](bytes([page]) + text.encode())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | pieces("message"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(pieces("message"), inner, max_size=4),
    max_leaves=8,
)
texts = st.dictionaries(st.sampled_from(WORDS["message"]), pieces("message") | anything, max_size=5)
messages = st.fixed_dictionaries(
    {"n": st.integers(-1, 5) | anything},
    optional={"changes": texts | anything, "link": texts | anything, "values": texts | anything},
)
changes = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("link", "changes", "typed", "theme"), texts | anything)
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(ALL) - 1), messages, messages)
def test_no_message_breaks_a_promise(page: int, first: dict, second: dict) -> None:
    TARGETS["message"](bytes([page]) + f"{json.dumps(first)}\n{json.dumps(second)}".encode())


@settings(max_examples=100, deadline=None)
@given(changes)
def test_no_change_that_is_sent_breaks_a_promise(change: dict) -> None:
    TARGETS["answer"](json.dumps(change).encode())


@pytest.mark.parametrize("page", range(len(ALL)), ids=[kind.page for kind in ALL])
@pytest.mark.parametrize(
    "message",
    [
        {"n": 1, "changes": {"steps": HALF, HALF: "1", "o1": HALF, "formula": HALF, "title": HALF}},
        {"n": 1, "link": {"v": "1", "steps": HALF, "objective": "formula", "formula": "x" + HALF}},
        {"n": 1, "link": {"v": "1", HALF: "1"}},
        {"n": 1, "link": {"run": 5, "over": ["a"]}},
        {"n": 1, "values": {"run": 5, "over": ["a"], "steps": 3}},
        {"n": 1, "link": {"run": HALF, "over": {"a": 1}, "v": "1"}},
    ],
)
def test_messages_that_once_broke_a_page(page: int, message: dict) -> None:
    TARGETS["message"](bytes([page]) + json.dumps(message).encode())


@pytest.mark.parametrize("part", ["link", "changes", "typed"])
def test_half_a_character_breaks_no_answer(part: str) -> None:
    texts = {"steps": HALF, HALF: "1", "o1": HALF, "objective": "formula", "formula": "x" + HALF}
    TARGETS["answer"](json.dumps({part: texts}).encode())


def test_a_broken_promise_is_found() -> None:
    with pytest.raises(FoundError, match="two is three"):
        promise(2 == 3, "two is three")
