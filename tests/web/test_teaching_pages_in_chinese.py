"""Maps and the teaching pages in Chinese: nothing that one reads is English, and numbers stay the same."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from optviz.figures.map_figures import map_picture
from optviz.figures.style import LIGHT
from optviz.maps.axes import Axis, checked
from optviz.settings.activations import VIEWS as ACTIVATION_VIEWS
from optviz.settings.activations import encode as encode_activations
from optviz.settings.activations import shown_at as activations_at
from optviz.settings.declaration import declaration
from optviz.settings.maps import DEFAULTS, KINDS, MapSettings
from optviz.settings.maps import encode as encode_map
from optviz.settings.minibatches import VIEWS as COMPARISONS
from optviz.settings.minibatches import MiniBatches
from optviz.settings.minibatches import encode as encode_minibatches
from optviz.settings.regularization import VIEWS as REGULARIZATION_VIEWS
from optviz.settings.regularization import encode as encode_regularization
from optviz.settings.regularization import shown_at as regularization_at
from optviz.teaching.losses import LossError, cross_entropy, softmax
from optviz.words import speaking
from tests.web.visit import Visit
from tests.words.english import left_in_english

READ = ("title", "about", "alt", "note", "name", "label", "help", "text", "question", "hovertemplate")


def told(data: Any, name: str = "") -> Iterator[str]:
    """What people read of JSON: strings under the names of `READ`."""
    if isinstance(data, str):
        if name in READ:
            yield data
    elif isinstance(data, dict):
        for key, held in data.items():
            yield from told(held, key)
    elif isinstance(data, list | tuple):
        for held in data:
            yield from told(held, name)


def english(data: Any) -> list[str]:
    return [words for text in told(data) for words in left_in_english(text)]


def quick(kind: str) -> MapSettings:
    return replace(DEFAULTS[kind], resolution=20, seeds=8, steps=20)


def addresses() -> Iterator[tuple[str, dict[str, str]]]:
    yield from (("maps", encode_map(quick(kind))) for kind in KINDS)
    yield from (
        ("minibatches", encode_minibatches(replace(MiniBatches(), view=view))) for view in COMPARISONS
    )
    yield from (("activations", encode_activations(activations_at(view))) for view in ACTIVATION_VIEWS)
    yield from (("regularization", encode_regularization(regularization_at(v))) for v in REGULARIZATION_VIEWS)


@pytest.mark.parametrize(("page", "link"), tuple(addresses()))
def test_a_page_says_nothing_in_english(page: str, link: dict[str, str]) -> None:
    visit = Visit(page, {**link, "lang": "zh"})
    shown = visit.page
    said = [each.value for each in (*shown.title, *shown.markdown, *shown.caption, *shown.info)]
    said += [each.proto.body for each in shown.get("html")]
    assert said
    assert [words for text in said for words in left_in_english(text)] == []
    picture = visit.component("optviz.stage" if page == "minibatches" else "optviz.charts")
    assert list(told(picture))
    assert english(picture) == []
    with speaking("zh"):
        assert english(declaration(type(visit.settings))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_is_drawn_in_chinese_with_the_same_numbers(kind: str) -> None:
    settings = quick(kind)
    made = settings.make(resolution=settings.fineness)
    plain = map_picture(settings, made, LIGHT)
    with speaking("zh"):
        shown = map_picture(settings, made, LIGHT)
    assert english([shown.panels, shown.legend, {"note": shown.note}]) == []
    assert english([plain.panels, {"note": plain.note}])
    assert not any(
        map(left_in_english, (*shown.headings, *(cell for row in shown.rows for cell in row.cells)))
    )
    assert [trace.get("y") for panel in shown.panels for trace in panel["data"]] == [
        trace.get("y") for panel in plain.panels for trace in panel["data"]
    ]
    assert map_picture(settings, made, LIGHT) == plain


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (lambda: softmax([]), LossError),
        (lambda: cross_entropy([0.5, 0.4], [0.5, 0.5]), LossError),
        (lambda: cross_entropy([1.0], [0.5, 0.5]), LossError),
        (lambda: checked(10**9, 10), ValueError),
        (lambda: checked(10**6, 10**9), ValueError),
        (lambda: Axis.of("adam", "lr", 1.0, 0.5), ValueError),
    ],
)
def test_what_cannot_be_computed_is_refused_in_chinese(
    wrong: Callable[[], object], kind: type[Exception]
) -> None:
    with pytest.raises(kind) as plain:
        wrong()
    with speaking("zh"), pytest.raises(kind) as refused:
        wrong()
    assert left_in_english(str(plain.value))
    assert left_in_english(str(refused.value)) == []
