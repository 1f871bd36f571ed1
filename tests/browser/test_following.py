"""Pictures that the server draws follow the finger, and end as the release draws them."""

import json
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Route, expect

from optviz.settings import activations, maps, regularization
from optviz.settings.link import Settings, encode
from optviz.settings.minibatches import MiniBatches
from tests.browser.stage import no_sideways_scrolling

pytestmark = pytest.mark.browser

#: What is drawn, as one text: all numbers and texts of all Plotly nodes.
DRAWN = """(() => JSON.stringify([...document.querySelectorAll('.optviz-charts .plot')]
  .map(plot => [plot.ariaLabel, (plot.data ?? []).map(t => [t.x, t.y, t.z])])))()"""
PATHS = """(() => JSON.stringify(document.querySelector('.optviz-stage .main').data
  .filter(t => t.customdata).map(t => [t.name, Array.from(t.x), Array.from(t.y)])))()"""
CHARTS, STAGE = ".optviz-charts", ".optviz-stage"
SMALL = MiniBatches(epochs=10, batch=10)


def open_page(page: Page, server, settings: Settings) -> None:
    page.goto(f"{server.url}/{settings.page}?{urlencode(encode(settings))}")
    root = STAGE if settings.page == "minibatches" else CHARTS
    expect(page.locator(f"{root}.ready").first).to_be_visible(timeout=30_000)
    expect(page.locator(".optviz-panel .slider:visible").first).to_be_visible(timeout=30_000)


def slider(page: Page, label: str):
    """The slider of a field, brought into view."""
    found = page.locator(".optviz-panel .row", has_text=label).locator(".slider").first
    found.scroll_into_view_if_needed()
    return found


def place(page: Page, label: str, share: float) -> tuple[float, float]:
    box = slider(page, label).bounding_box()
    return box["x"] + 12 + share * (box["width"] - 24), box["y"] + box["height"] / 2


def drag(page: Page, label: str, begin: float, end: float, moves: int = 24) -> None:
    """Press on a slider and move it slowly; the button stays down."""
    (left, top), (right, _) = place(page, label, begin), place(page, label, end)
    page.mouse.move(left, top)
    page.mouse.down()
    for move in range(1, moves + 1):
        page.mouse.move(left + (right - left) * move / moves, top)
        page.wait_for_timeout(80)


def drafts(page: Page, root: str) -> int:
    return int(page.locator(root).first.get_attribute("data-drafts") or 0)


def at_rest(page: Page, root: str) -> None:
    """No request is under way any more."""
    page.wait_for_function(f"document.querySelector('{root}').ariaBusy === 'false'")


@pytest.mark.parametrize(
    ("settings", "label", "begin", "end"),
    [
        (activations.shown_at("softmax"), "Temperature", 0.5, 0.8),
        (activations.shown_at("duel"), "Logit z", 0.3, 0.8),
        (regularization.shown_at("fitting"), "Degree", 0.1, 0.9),
        (regularization.shown_at("constraint"), "Radius", 0.1, 0.9),
        (maps.DEFAULTS["sweep"], "Steps", 0.7, 0.3),
    ],
    ids=["softmax", "duel", "fit", "circle", "sweep"],
)
def test_charts_follow_a_slider(server, visitors, settings, label, begin, end) -> None:
    page = visitors().page
    open_page(page, server, settings)
    before = page.evaluate(DRAWN)
    page.evaluate(
        f"""() => {{ window.seen = new Set()
          const seen = new MutationObserver(() => window.seen.add({DRAWN}))
          const told = {{ attributes: true, attributeFilter: ['data-drafts'] }}
          seen.observe(document.querySelector('{CHARTS}'), told) }}"""
    )
    drag(page, label, begin, end)
    at_rest(page, CHARTS)
    assert page.evaluate("window.seen.size") > 5
    dragged = page.evaluate(DRAWN)
    assert dragged != before
    runs = int(page.locator(CHARTS).get_attribute("data-drawn"))
    page.mouse.up()
    page.wait_for_function(f"Number(document.querySelector('{CHARTS}').dataset.drawn) > {runs}")
    page.wait_for_timeout(500)
    assert page.evaluate(DRAWN) == dragged, "the release draws the same picture"


def test_mini_batches_follow_a_slider_and_the_ring(server, visitors) -> None:
    page = visitors().page
    open_page(page, server, SMALL)
    before = page.evaluate(PATHS)
    drag(page, "Batch size", 0.1, 0.6)
    at_rest(page, STAGE)
    assert drafts(page, STAGE) > 5
    expect(page.locator(f"{STAGE} .legend")).not_to_contain_text("Mini-batches of 10")
    page.mouse.up()
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.drawn > 1")
    expect(page.locator(f"{STAGE}.quick")).to_have_count(0)  # Plotly draws what has come to rest
    released = page.evaluate(PATHS)
    assert released != before
    # The ring: it is under the finger at once, and the paths come after it.
    begin = page.evaluate(
        """(() => { const main = document.querySelector('.optviz-stage .main')
          const { xaxis, yaxis } = main._fullLayout
          const box = main.getBoundingClientRect()
          return [box.left + xaxis._offset + xaxis.d2p(0), box.top + yaxis._offset + yaxis.d2p(0)] })()"""
    )
    count = drafts(page, STAGE)
    page.mouse.move(*begin)
    page.mouse.down()
    for move in range(1, 20):
        page.mouse.move(begin[0] + 4 * move, begin[1] - 3 * move)
        page.wait_for_timeout(80)
    at_rest(page, STAGE)
    assert drafts(page, STAGE) > count + 5
    page.keyboard.press("Escape")
    page.wait_for_function(f"({PATHS}) === {json.dumps(released)}")
    page.mouse.up()


def test_escape_brings_the_picture_back(server, visitors) -> None:
    page = visitors().page
    open_page(page, server, activations.shown_at("softmax"))
    before = page.evaluate(DRAWN)
    drag(page, "Temperature", 0.5, 0.9, moves=8)
    at_rest(page, CHARTS)
    assert page.evaluate(DRAWN) != before
    page.keyboard.press("Escape")
    page.wait_for_function(f"({DRAWN}) === {json.dumps(before)}")
    page.mouse.up()
    page.wait_for_timeout(300)
    assert page.evaluate(DRAWN) == before


def test_a_zoom_is_kept_while_a_slider_moves(server, visitors) -> None:
    page = visitors().page
    open_page(page, server, activations.shown_at("duel"))
    plot = page.locator(f"{CHARTS} .plot").first
    reach = "document.querySelector('.optviz-charts .plot')._fullLayout.xaxis.range.slice()"
    box, whole = plot.bounding_box(), page.evaluate(reach)
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.7 * box["height"], steps=5)
    page.mouse.up()
    page.wait_for_function(f"({reach})[0] !== {whole[0]}")
    zoomed = page.evaluate(reach)
    drag(page, "Logit z", 0.3, 0.6, moves=8)
    assert drafts(page, CHARTS) > 2
    assert page.evaluate(reach) == zoomed
    page.mouse.up()


def test_under_load_pictures_are_dropped_and_none_waits_in_line(server, visitors) -> None:
    page = visitors().page
    open_page(page, server, activations.shown_at("duel"))
    asked: list[str] = []
    flying = {"now": 0, "most": 0}

    def slowly(route: Route) -> None:
        asked.append(route.request.url)
        flying["now"] += 1
        flying["most"] = max(flying.values())
        if len(asked) % 4 == 2:
            route.fulfill(status=429, body="busy")
        else:
            page.wait_for_timeout(400)
            route.continue_()
        flying["now"] -= 1

    page.route("**/draw/**", slowly)
    moves = 30
    drag(page, "Logit z", 0.1, 0.9, moves=moves)
    at_rest(page, CHARTS)
    assert 2 <= len(asked) < moves / 2
    assert flying["most"] == 1
    dragged = page.evaluate(DRAWN)
    page.mouse.up()
    page.wait_for_timeout(1500)
    assert page.evaluate(DRAWN) == dragged, "the newest draft was drawn in the end"


def test_an_answer_that_comes_after_the_release_changes_nothing(server, visitors) -> None:
    page = visitors().page
    open_page(page, server, activations.shown_at("duel"))
    held: list[Route] = []
    page.route("**/draw/**", lambda route: held.append(route))
    drag(page, "Logit z", 0.3, 0.6, moves=6)
    assert len(held) == 1
    page.mouse.move(*place(page, "Logit z", 0.9))
    page.mouse.up()
    page.wait_for_function(f"document.querySelector('{CHARTS}').dataset.drawn > 1")
    released = page.evaluate(DRAWN)
    for route in held:
        route.continue_()
    page.wait_for_timeout(500)
    assert page.evaluate(DRAWN) == released


@pytest.mark.parametrize(
    "settings", [MiniBatches(epochs=5), activations.shown_at("chain")], ids=["stage", "charts"]
)
def test_on_a_phone_the_picture_is_seen_while_one_drags_below_it(server, visitors, settings) -> None:
    page = visitors(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).page
    open_page(page, server, settings)
    root, label = (STAGE, "Epochs") if settings.page == "minibatches" else (CHARTS, "Input")
    top = place(page, label, 0.5)[1]
    plot = f"{root} .main" if root == STAGE else f"{root} .plot"
    box = page.locator(plot).first.bounding_box()
    assert box["y"] >= 40
    assert box["y"] + 150 < top
    seen = page.evaluate(
        f"(p => p.contains(document.elementFromPoint({box['x'] + 150}, {box['y'] + 120})))"
        f"(document.querySelector('{plot}'))"
    )
    assert seen, "nothing lies over the picture"
    title, share = (page.locator(f".st-key-page-head {part}").bounding_box() for part in ("h1", ".share"))
    assert abs(title["y"] - share["y"]) < 30
    assert no_sideways_scrolling(page)
