"""The stage without Streamlit: its layers, its live drafts, and what a person does on it."""

import statistics
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from optviz.settings.experiment import Entrant, Experiment, encode
from tests.browser.stage_page import StagePage, opened

pytestmark = pytest.mark.browser
STUB = (Path(__file__).parent / "stub_engine.js").read_text("utf-8")
GD = Experiment(entrants=(Entrant.of("gd", lr=0.1), Entrant.of("gd", lr=0.4)))
SIX = tuple(Entrant.of("gd", lr=rate) for rate in (0.1, 0.2, 0.3, 0.4, 0.45, 0.499))
CANVAS = "root.querySelector('.main-canvas').toDataURL()"


@pytest.fixture
def stage(browser: Browser) -> Iterator[StagePage]:
    with opened(browser) as page:
        yield page


LAYERS = """[main, ground].map(node => { const box = node.getBoundingClientRect();
    return ["xaxis", "yaxis"].flatMap((name, i) => { const axis = node._fullLayout[name];
    return [...axis.range, axis._length, axis._offset + (i ? box.top : box.left)] }) })"""


def aligned(stage: StagePage) -> bool:
    main, ground = stage.read(LAYERS)
    return main == pytest.approx(ground, abs=1e-6)


@pytest.mark.parametrize("objective", ["ravine", "rosenbrock", "himmelblau"])
def test_both_layers_lie_on_each_other_at_every_size_and_zoom(stage: StagePage, objective: str) -> None:
    stage.show(Experiment().on(objective))
    for width, height in ((1400, 900), (1920, 1080), (700, 900), (390, 844)):
        stage.page.set_viewport_size({"width": width, "height": height})
        stage.settle()
        assert aligned(stage), (width, height)
    stage.page.set_viewport_size({"width": 1200, "height": 800})
    stage.settle()
    before = stage.read("main._fullLayout.xaxis.range.slice()")
    box = stage.page.locator(".main").bounding_box()
    stage.page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.3 * box["height"])
    stage.page.mouse.down()
    stage.page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"], steps=6)
    stage.page.mouse.up()
    stage.settle()
    zoomed = stage.read("main._fullLayout.xaxis.range.slice()")
    assert zoomed != before
    assert aligned(stage)
    stage.page.set_viewport_size({"width": 1000, "height": 700})
    stage.settle()
    assert stage.read("main._fullLayout.xaxis.range.slice()") == pytest.approx(zoomed)
    assert aligned(stage)
    stage.page.get_by_role("button", name="Reset view").click()
    stage.settle()
    assert stage.read("main._fullLayout.xaxis.range.slice()") == pytest.approx(before)
    assert aligned(stage)
    expect(stage.page.locator(".reset")).to_be_hidden()


def test_a_zoom_and_the_ground_stay_while_paths_change(stage: StagePage) -> None:
    stage.show(GD)
    stage.read("Plotly.relayout(main, { 'xaxis.range': [-3, 1], 'yaxis.range': [-2, 2] })")
    stage.settle()
    drawn, zoomed = stage.read("ground.dataset.drawn"), stage.read("main._fullLayout.xaxis.range.slice()")
    stage.show(replace(GD, steps=80, start=(3.0, 1.0)))
    stage.settle()
    assert stage.read("main._fullLayout.xaxis.range.slice()") == pytest.approx(zoomed)
    assert stage.read("ground.dataset.drawn") == drawn, "the contour is not drawn again"


def test_a_drag_shows_many_pictures_moves_no_box_and_sends_one_start(stage: StagePage) -> None:
    stage.show(GD, engine=STUB)
    stage.page.evaluate("window.got = []; void optvizPages.get('test').on('commit', c => got.push(c))")
    boxes = "[main, loss, root].map(n => JSON.stringify(n.getBoundingClientRect()))"
    before, (x, y), (to_x, to_y) = stage.read(boxes), stage.pixel(-5, -2), stage.pixel(3, 4)
    stage.page.mouse.move(x, y)
    stage.page.mouse.down()
    pictures = set()
    for i in range(1, 16):
        stage.page.mouse.move(x + i / 15 * (to_x - x), y + i / 15 * (to_y - y))
        stage.page.evaluate(
            "new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))"
        )
        pictures.add(stage.read(CANVAS))
        assert stage.read(boxes) == before
    assert len(pictures) >= 12
    assert stage.page.evaluate("got") == []
    stage.page.mouse.up()
    stage.settle()
    (sent,) = stage.page.evaluate("got")
    assert [float(v) for v in sent["start"].split("_")] == pytest.approx([3, 4], abs=0.05)
    assert stage.page.evaluate("sent") == [], "the panel sends, not the stage"
    assert not stage.read("root.classList.contains('quick')"), "Plotly draws what has come to rest"
    assert stage.trace("start")["x"] == pytest.approx([3], abs=0.05)


def test_what_is_drawn_live_is_what_the_server_sends_then(stage: StagePage) -> None:
    stage.show(GD, engine=STUB)
    moved = replace(GD, start=(2.5, 1.25), steps=70)
    stage.draft(start="2.5_1.25", steps="70")
    stage.page.evaluate("optvizPages.get('test').commit({ start: '2.5_1.25', steps: '70' })")
    stage.settle()
    lines = "[main, loss].map(n => n.data.map(t => [t.name, [...t.x, ...t.y].filter(Number.isFinite)]))"
    mine, ranges = stage.read(lines), stage.read("loss._fullLayout.yaxis.range.slice()")
    stage.show(moved)
    stage.settle()
    for figure, other in zip(mine, stage.read(lines), strict=True):
        for (name, numbers), (name_then, numbers_then) in zip(figure, other, strict=True):
            assert name == name_then
            assert numbers == pytest.approx(numbers_then, rel=1e-5, abs=1e-5)
    assert ranges == pytest.approx(stage.read("loss._fullLayout.yaxis.range.slice()"), abs=1e-4)
    assert stage.page.locator(".note").inner_text() == ""


def test_a_burst_of_drafts_is_one_frame(stage: StagePage) -> None:
    stage.show(GD, engine=STUB)
    stage.page.evaluate(
        "() => { for (let i = 1; i <= 100; i++) optvizPages.get('test').draft({ start: `${i / 25}_1` }) }"
    )
    stage.settle()
    assert stage.page.evaluate("optvizEngine.calls.simulated") == 2, "two runs, once"
    stage.page.evaluate("optvizPages.get('test').commit({ start: '4_1' })")
    stage.settle()
    assert stage.trace("start")["x"] == [4], "the newest draft is shown"


def test_frames_are_dropped_and_never_queued(stage: StagePage) -> None:
    stage.show(GD, engine=STUB)
    stage.page.evaluate("optvizEngine.calls.wait = 25")
    at_the_end = stage.page.evaluate(
        """async () => { for (let i = 1; i <= 100; i++) {
            optvizPages.get("test").draft({ start: `${i / 25}_1` })
            await new Promise(done => setTimeout(done, 2)) }
            return optvizEngine.calls.simulated }"""
    )
    assert 2 <= at_the_end < 200, "two runs for each frame that was drawn, not for each of 100 drafts"
    stage.page.wait_for_timeout(1500)
    left = stage.page.evaluate("optvizEngine.calls.simulated") - at_the_end
    assert left <= 2, "at most the newest draft was left to draw"


def test_only_the_runs_that_changed_are_computed(stage: StagePage) -> None:
    stage.show(GD, engine=STUB)
    stage.page.evaluate("optvizEngine.calls.simulated = 0")
    for rate in ("0.2", "0.3", "0.35"):
        stage.draft(o2=f"gd_lr_{rate}")
        stage.settle()
    assert stage.page.evaluate("optvizEngine.calls.simulated") == 3


def test_noise_is_the_servers(stage: StagePage) -> None:
    noisy = replace(GD, noise=0.5, seed=7)
    stage.show(noisy, engine=STUB)
    stage.page.evaluate("optvizPages.get('test').commit({ noise: '0.25' })")
    stage.draft(noise="0.25")
    stage.page.evaluate("optvizPages.get('test').commit({ noise: '0.25' })")
    stage.settle()
    run = replace(noisy, noise=0.25).run()[0]
    name = stage.read("main.data[0].name")
    assert stage.trace(name)["x"] == pytest.approx(run.points[:, 0].tolist(), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("draft", [{"steps": "900"}, {"seed": "8"}], ids=["more draws", "other draws"])
def test_what_cannot_be_computed_here_moves_only_the_ring(stage: StagePage, draft: dict[str, str]) -> None:
    stage.show(replace(GD, noise=0.5, seed=7), engine=STUB)
    name = stage.read("main.data[0].name")
    before = stage.trace(name)
    stage.draft(start="1_1", **draft)
    stage.page.evaluate("optvizPages.get('test').tell('settled', { given: {} })")
    stage.settle()
    assert stage.page.evaluate("optvizEngine.calls.simulated") == 0
    assert stage.trace(name) == before


def test_without_an_engine_the_ring_follows_and_the_paths_stay(stage: StagePage) -> None:
    stage.show(GD)
    name = stage.read("main.data[0].name")
    before = stage.trace(name)
    stage.page.evaluate("optvizPages.get('test').draft({ start: '1_1' })")
    stage.page.evaluate("optvizPages.get('test').commit({ start: '1_1' })")
    stage.settle()
    assert stage.trace("start")["x"] == [1]
    assert stage.trace(name) == before


def test_escape_gives_up_the_draft(stage: StagePage) -> None:
    stage.show(GD, engine=STUB)
    stage.page.evaluate("window.got = []; void optvizPages.get('test').on('commit', c => got.push(c))")
    name = stage.read("main.data[0].name")
    before = stage.trace(name)
    stage.page.mouse.move(*stage.pixel(-5, -2))
    stage.page.mouse.down()
    stage.page.mouse.move(*stage.pixel(1, 1), steps=5)
    stage.page.keyboard.press("Escape")
    stage.page.mouse.up()
    stage.settle()
    assert stage.page.evaluate("got") == []
    assert stage.trace(name) == before
    assert stage.trace("start")["x"] == [-5]


def test_a_path_that_ends_elsewhere_on_the_server_is_called_chaotic(stage: StagePage) -> None:
    stage.show(GD, engine=STUB)
    stage.page.evaluate(
        """() => { const { simulate } = optvizEngine
        optvizEngine.simulate = setup => { const made = simulate(setup)
          if (setup.values.lr === 0.4) made.points[0][made.points[0].length - 1] += 0.5
          return made } }"""
    )
    stage.draft(start="2_1")
    stage.page.evaluate("optvizPages.get('test').commit({ start: '2_1' })")
    stage.settle()
    stage.show(replace(GD, start=(2.0, 1.0)))
    stage.settle()
    note = stage.page.locator(".note").inner_text()
    assert note.startswith("This path is chaotic: lr 0.4.")
    stage.draft(start="2_2")
    stage.settle()
    assert stage.page.locator(".note").inner_text() == "", "it is said once"


def test_the_player_keeps_its_place_through_a_drag(stage: StagePage) -> None:
    stage.show(GD, engine=STUB)
    stage.page.locator(".scrub").fill("7")
    stage.draft(start="1_1", steps="60")
    stage.settle()
    assert stage.read("root.dataset.frame") == "7"
    assert stage.page.locator(".readout").inner_text() == "step 7 of 60"
    stage.page.evaluate("optvizPages.get('test').commit({ start: '1_1', steps: '60' })")
    stage.settle()
    name = stage.read("main.data[0].name")
    assert len(stage.trace(name)["x"]) == 8


def test_playing_moves_no_axis_and_draws_the_future_faintly(stage: StagePage) -> None:
    stage.show(GD)
    ranges = "[loss, main].flatMap(n => [...n._fullLayout.xaxis.range, ...n._fullLayout.yaxis.range])"
    before = stage.read(ranges)
    for step in ("0", "3", "25"):
        stage.page.locator(".scrub").fill(step)
        stage.settle()
        assert stage.read(ranges) == before
    ahead = stage.read("loss.data.filter(t => t.opacity < 0.5).map(t => [t.visible, t.y.length])")
    assert ahead == [[True, GD.steps + 1]] * 2
    stage.page.locator(".play").click()
    stage.page.wait_for_timeout(400)
    assert stage.read(ranges) == before
    stage.page.locator(".play").click()
    stage.settle()
    step = int(stage.read("root.dataset.frame"))
    assert len(stage.trace(stage.read("main.data[0].name"))["x"]) == step + 1


def test_a_click_sets_the_start_and_a_double_click_only_resets_the_view(stage: StagePage) -> None:
    stage.show(GD)
    stage.page.evaluate("window.got = []; void optvizPages.get('test').on('commit', c => got.push(c))")
    stage.read("Plotly.relayout(main, { 'xaxis.range': [-3, 1], 'yaxis.range': [-2, 2] })")
    stage.settle()
    stage.page.mouse.dblclick(*stage.pixel(-1, 1))
    stage.page.wait_for_timeout(450)
    assert stage.page.evaluate("got") == []
    assert stage.read("main._fullLayout.xaxis.range.slice()") == pytest.approx([-6, 6])
    stage.page.mouse.click(*stage.pixel(-1, 1))
    stage.page.wait_for_timeout(450)
    (sent,) = stage.page.evaluate("got")
    assert [float(v) for v in sent["start"].split("_")] == pytest.approx([-1, 1], abs=0.05)


def test_the_legend_hides_shows_and_isolates(stage: StagePage) -> None:
    stage.show(replace(GD, entrants=SIX))
    items = stage.page.locator(".legend button")
    pressed = "[...root.querySelectorAll('.legend button')].map(b => b.ariaPressed === 'true')"
    items.nth(1).click()
    assert stage.read(pressed) == [True, False, True, True, True, True]
    stage.settle()
    assert stage.trace("Gradient descent (lr 0.2)")["visible"] is False
    items.nth(1).click()
    items.nth(3).dblclick()
    assert stage.read(pressed) == [False, False, False, True, False, False]
    items.nth(3).dblclick()
    assert all(stage.read(pressed))


def test_a_start_outside_the_view_is_pointed_at_and_can_be_shown(stage: StagePage) -> None:
    stage.show(replace(GD, start=(9.0, 2.0)))
    assert stage.trace("start", 0)["visible"] is True, "the arrow at the border"
    assert stage.trace("start", 0)["x"] == [6]
    assert stage.trace("start", 1)["visible"] is False, "the ring"
    stage.page.get_by_role("button", name="Show the start").click()
    stage.settle()
    assert stage.trace("start", 1)["visible"] is True
    assert stage.read("main._fullLayout.xaxis.range[1]") > 9
    expect(stage.page.locator(".find")).to_be_hidden()
    assert aligned(stage)


def test_a_run_that_leaves_has_an_arrow_at_the_border_with_its_step(stage: StagePage) -> None:
    leaving = Experiment(entrants=(Entrant.of("gd", lr=0.6),), steps=20)
    stage.show(leaving)
    exit_ = stage.read(
        "(t => [t.x[0], t.y[0], t.text[0]])(main.data.find(t => t.text?.[0]?.includes('leaves')))"
    )
    points = leaving.run()[0].points
    step = next(k for k, point in enumerate(points) if abs(point).max() > 6)
    assert abs(exit_[1]) == pytest.approx(6)
    assert exit_[2].startswith(f"leaves the picture at step {step}, to (")
    path = stage.read("(t => Math.max(...t.y.map(Math.abs)))(main.data[0])")
    assert path == pytest.approx(abs(points[:, 1]).max(), rel=1e-5), "no iterate is moved into the picture"


def loss_range(stage: StagePage) -> list[float]:
    return stage.read("loss._fullLayout.yaxis.range.slice()")


@pytest.mark.parametrize("log", [True, False])
def test_a_diverging_run_leaves_through_the_top_and_flattens_no_other(stage: StagePage, log: bool) -> None:
    both = (Entrant.of("gd", lr=9.0), Entrant.of("gd", lr=0.1))
    stage.show(Experiment(entrants=both, steps=200, log_loss=log))
    stage.settle()
    low, high = loss_range(stage)
    assert high - low < (30 if log else 100)
    assert stage.read("Math.max(...loss.data[0].y.filter(Number.isFinite))") > 1e200


def test_the_loss_axis_is_cut_where_only_rounding_is_left_and_says_so(stage: StagePage) -> None:
    stage.show(Experiment(entrants=(Entrant.of("gd", lr=0.4),), steps=2000))
    assert loss_range(stage)[0] == pytest.approx(-16)
    assert "cut at" in stage.read("loss._fullLayout.yaxis.title.text")
    stage.show(GD)
    assert "cut" not in stage.read("loss._fullLayout.yaxis.title.text")


def test_a_download_holds_both_layers_a_legend_and_a_title(stage: StagePage) -> None:
    stage.show(replace(GD, entrants=SIX))
    stage.page.evaluate("Plotly.downloadImage = (...given) => { window.saved = given }")
    stage.page.locator("[data-title='Download as PNG']").dispatch_event("click")
    stage.page.wait_for_function("Boolean(window.saved)")
    figure, options = stage.page.evaluate("saved.map(part => JSON.parse(JSON.stringify(part)))")
    assert options["format"] == "png"
    kinds = [trace["type"] for trace in figure["data"]]
    assert kinds[0] == "contour"
    assert [t["name"] for t in figure["data"] if t["showlegend"]] == [f"Gradient descent (lr {e:g})" for e in
        (0.1, 0.2, 0.3, 0.4, 0.45, 0.499)]  # fmt: skip
    assert "Ravine" in figure["layout"]["title"]["text"]
    assert "0.1*x**2" in figure["layout"]["title"]["text"]
    assert stage.page.evaluate("Plotly.toImage(saved[0], { format: 'svg' })").startswith("data:image/svg")


def test_500_drafts_leave_nothing_behind(stage: StagePage) -> None:
    stage.show(GD, engine=STUB)
    client = stage.page.context.new_cdp_session(stage.page)
    client.send("Performance.enable")

    def held() -> tuple[float, float]:
        client.send("HeapProfiler.collectGarbage")
        found = {m["name"]: m["value"] for m in client.send("Performance.getMetrics")["metrics"]}
        return found["JSHeapUsedSize"], found["Nodes"]

    drafts = """async n => { for (let i = 0; i < n; i++) {
        optvizPages.get("test").draft(
          { start: `${i / 100}_${Math.sin(i)}`, o1: `gd_lr_${0.1 + (i % 30) / 100}` })
        await new Promise(requestAnimationFrame) }
        optvizPages.get("test").giveUp(); await new Promise(done => setTimeout(done, 300)) }"""
    stage.page.evaluate(drafts, 60)
    heap, nodes = held()
    stage.page.evaluate(drafts, 500)
    heap_then, nodes_then = held()
    assert nodes_then <= nodes + 50
    assert heap_then <= heap + 1.5e6


@pytest.mark.parametrize(("steps", "limit"), [(200, 50), (2000, 100)])
def test_a_frame_of_a_draft_is_quick(stage: StagePage, steps: int, limit: float) -> None:
    stage.show(Experiment(entrants=SIX, steps=steps), engine=STUB)
    spent = stage.page.evaluate(
        """async () => { const spent = []
        const note = entry => { if (entry.name === "optviz-draft") spent.push(entry.duration) }
        new PerformanceObserver(list => list.getEntries().forEach(note)).observe({ entryTypes: ["measure"] })
        for (let i = 0; i < 100; i++) {
          optvizPages.get("test").draft({ start: `${-5 + i / 10}_${-2 + i / 20}` })
          await new Promise(requestAnimationFrame); await new Promise(requestAnimationFrame) }
        await new Promise(done => setTimeout(done, 100)); return spent }"""
    )
    assert len(spent) >= 90
    # The median: in the slowest frames whatever else the machine does would be measured too.
    median, slow = statistics.median(spent), statistics.quantiles(spent, n=20)[-1]
    print(f"{steps} steps: median {median:.1f} ms, p95 {slow:.1f} ms")
    assert median <= limit


def test_it_is_named_for_a_screen_reader_and_play_comes_before_the_toolbar(stage: StagePage) -> None:
    stage.show(GD)
    expect(stage.page.locator(".optviz-stage")).to_have_role("group")
    expect(stage.page.locator(".main")).to_have_accessible_name(stage.data(GD)["alt"])
    stage.page.locator(".optviz-stage").focus()
    names = []
    for _ in range(6):
        stage.page.keyboard.press("Tab")
        names.append(stage.page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert "Play" in names


def test_on_a_projector_the_picture_uses_the_room_and_letters_are_larger(stage: StagePage) -> None:
    stage.show(GD)
    small = stage.read("main._fullLayout.font.size")
    stage.page.set_viewport_size({"width": 1920, "height": 1080})
    stage.settle()
    assert stage.read("main._fullLayout.height") > 800
    assert stage.read("main._fullLayout.font.size") > 1.3 * small - 1


def test_encoded_values_are_what_the_draft_keys_read(stage: StagePage) -> None:
    """A draft that says the same numbers in other letters is the server's own run."""
    stage.show(GD, engine=STUB)
    assert encode(GD)["o1"] == "gd_lr_0.1"
    stage.draft(o1="gd_lr_0.10", start="-5_-2")
    stage.settle()
    assert stage.page.evaluate("optvizEngine.calls.simulated") == 0
