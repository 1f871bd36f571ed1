"""How the landscape is shown: each view on the stage, without Streamlit."""

import base64
import io
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence
from playwright.sync_api import Browser, Page, expect

from optviz.figures.landscapes import ground_figure, sample
from optviz.figures.style import LIGHT
from optviz.settings.experiment import Entrant, Experiment
from tests.browser.stage_page import StagePage, module, opened

pytestmark = pytest.mark.browser
STUB = (Path(__file__).parent / "stub_engine.js").read_text("utf-8")
GD = Experiment(entrants=(Entrant.of("gd", lr=0.1), Entrant.of("gd", lr=0.4)))


@pytest.fixture(scope="module")
def shared(browser: Browser) -> Iterator[StagePage]:
    with opened(browser) as page:
        page.show(GD, engine=STUB)
        page.page.evaluate("window.got = []; void optvizPages.get('test').on('commit', c => got.push(c))")
        yield page


@pytest.fixture
def stage(shared: StagePage) -> StagePage:
    """One page for all, as it takes seconds to open; each test shows what it needs."""
    shared.page.set_viewport_size({"width": 1400, "height": 900})
    shared.page.evaluate("got.length = sent.length = 0; optvizPages.get('test').giveUp()")
    return shared


def test_a_heat_map_has_the_colours_of_the_contour_without_its_lines(stage: StagePage) -> None:
    looks = """(t => ({ z: [...t.z[0]], colours: t.colorscale, coloring: t.contours.coloring,
        line: t.line.width, ends: [t.zmin, t.zmax], levels: t.contours,
        ticks: t.colorbar.tickvals }))(ground._fullData[0])"""
    stage.show(GD)
    contour = stage.read(looks)
    stage.show(replace(GD, view="heat"))
    stage.settle()
    heat = stage.read(looks)
    for same in ("z", "colours", "ticks"):
        assert heat[same] == contour[same]
    assert (contour["coloring"], heat["coloring"]) == ("fill", "heatmap")
    assert contour["line"] > 0
    assert heat["line"] == 0
    levels = contour["levels"]
    half = levels["size"] / 2
    assert heat["ends"] == pytest.approx([levels["start"] - half, levels["end"] + half])
    assert stage.read("ground.querySelectorAll('.cbfills, .cbfill').length") > 0, "a colour bar"
    assert len(stage.trace("Gradient descent (lr 0.1)")["x"]) == GD.steps + 1


@pytest.fixture(scope="module")
def scripts(browser: Browser) -> Iterator[Page]:
    """A blank page with the stage's functions."""
    page = browser.new_page()
    page.add_script_tag(content=module().replace("export default function (", "const part = function ("))
    yield page
    page.close()


def terrain_of(scripts: Page, experiment: Experiment) -> None:
    ground = ground_figure(experiment.landscape(), experiment.domain, LIGHT)
    scripts.evaluate("ground => { globalThis.terrain = terrainOf(ground) }", ground)


def test_the_heights_of_the_surface_are_those_of_the_contour(scripts: Page) -> None:
    experiment = Experiment().on("himmelblau")
    terrain_of(scripts, experiment)
    (xs, ys), values = sample(experiment.landscape(), experiment.domain)
    low, high = values.min(), values.max()
    for i, j in ((0, 0), (60, 60), (13, 97), (120, 120)):
        share = scripts.evaluate("at => shareAt(terrain, ...at)", [float(xs[i]), float(ys[j])])
        assert share == pytest.approx((values[j, i] - low) / (high - low), abs=1e-6)
    between = scripts.evaluate(
        "at => shareAt(terrain, ...at)", [float((xs[4] + xs[5]) / 2), float((ys[7] + ys[8]) / 2)]
    )
    corners = values[7:9, 4:6]
    assert between == pytest.approx((corners.mean() - low) / (high - low), abs=1e-6)
    assert scripts.evaluate("Number.isNaN(shareAt(terrain, 1e3, 0))"), "outside there is no surface"
    assert scripts.evaluate("terrain.sentence") == "Height and colour show f itself."


def test_where_levels_are_logarithmic_so_are_heights_and_it_is_said(scripts: Page) -> None:
    experiment = Experiment().on("rosenbrock")
    terrain_of(scripts, experiment)
    said = scripts.evaluate("terrain.sentence")
    assert said.startswith("Height and colour show the logarithm of f, as the contours do.")
    bottom = scripts.evaluate("10 ** terrain.low")
    assert f"lower than {bottom:.2g} is" in said
    f = experiment.landscape().value(np.array([-1.0, 2.0]))
    (xs, ys), _ = sample(experiment.landscape(), experiment.domain)
    at = [float(xs[np.abs(xs + 1).argmin()]), float(ys[np.abs(ys - 2).argmin()])]
    f = float(experiment.landscape().value(np.array(at)))
    low, high = scripts.evaluate("[terrain.low, terrain.high]")
    assert scripts.evaluate("at => shareAt(terrain, ...at)", at) == pytest.approx(
        (np.log10(f) - low) / (high - low), abs=1e-5
    )


def test_where_f_is_not_finite_the_surface_has_a_gap_and_paths_break(scripts: Page) -> None:
    gap = Experiment(objective="formula", formula="log(x) + y**2", domain=((-1.0, 2.0), (-1.0, 1.0)))
    terrain_of(scripts, gap)
    assert scripts.evaluate("Number.isNaN(shareAt(terrain, -0.5, 0.3))")
    assert scripts.evaluate("Number.isFinite(shareAt(terrain, 1.5, 0.3))")
    spots = scripts.evaluate(
        """draped([1.5, -0.5], [0.3, 0.3], (x, y) => Number.isNaN(shareAt(terrain, x, y)) ? null : [x, y],
        { left: -1, right: 2, top: -1, bottom: 1 }, [0.025, 0.02])"""
    )
    placed = [spot for spot in spots if spot]
    assert len(placed) > 40, "a long step follows the surface in pieces"
    assert min(x for x, _ in placed) > 0
    assert spots[-1] is None


def test_a_pixel_of_the_surface_is_the_place_that_is_drawn_there(scripts: Page) -> None:
    """What is clicked is what is seen, from every side; and a hill hides what is behind it."""
    terrain_of(scripts, Experiment().on("himmelblau"))
    apart = scripts.evaluate(
        """() => {
        const apart = []
        for (const [turn, tilt] of [[0.55, 0.72], [2.4, 0.4], [-1.8, 1.2], [4, 1.5707]]) {
          const camera = { turn, tilt, near: 1 }
          const frame = { width: 300, height: 260, x: 150, y: 130, scale: 90 }
          const relief = new Relief(frame)
          relief.draw(terrain, camera, [1, 1])
          const project = projection(camera, frame)
          const [[x0, x1], [y0, y1]] = terrain.axes.map(axis => [axis[0], axis.at(-1)])
          for (let px = 20; px < 280; px += 13) for (let py = 20; py < 240; py += 11) {
            const depth = relief.depthAt(px, py)
            if (!Number.isFinite(depth)) continue
            const [u, v] = unprojected(camera, frame, px, py, depth)
            const share = shareAt(terrain, x0 + (u + 1) / 2 * (x1 - x0), y0 + (v + 1) / 2 * (y1 - y0))
            if (Number.isNaN(share)) continue // beyond the rim by a rounding
            const [qx, qy, there] = project(u, v, share * HEIGHT)
            apart.push(Math.hypot(qx - px, qy - py))
            if (relief.hides(qx, qy, there)) apart.push(1e6)
            if (!relief.hides(qx, qy, there + 0.1)) apart.push(1e6)
          } }
        return apart }"""
    )
    assert len(apart) > 500
    assert max(apart) < 1.0


CANVAS = "root.querySelector('.main-canvas').toDataURL()"


def test_the_surface_follows_a_draft_and_the_player_and_its_camera_stays(stage: StagePage) -> None:
    stage.show(replace(GD, view="surface"))
    stage.settle()
    expect(stage.page.locator(".scaling")).to_contain_text("show f itself")
    expect(stage.page.locator(".main-canvas")).to_have_accessible_name(
        stage.data(replace(GD, view="surface"))["alt"]
    )
    first = stage.read(CANVAS)
    box = stage.page.locator(".main-canvas").bounding_box()
    stage.page.mouse.move(box["x"] + 12, box["y"] + box["height"] - 12)
    stage.page.mouse.down()
    stage.page.mouse.move(box["x"] + 150, box["y"] + box["height"] - 60, steps=4)
    stage.page.mouse.up()
    stage.page.wait_for_timeout(300)
    stage.settle()
    turned = stage.read(CANVAS)
    assert turned != first
    assert stage.page.evaluate("sent") == []
    stage.draft(start="3_1")
    stage.page.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))")
    assert stage.read(CANVAS) != turned, "the paths follow"
    stage.page.evaluate("optvizPages.get('test').giveUp()")
    stage.settle()
    assert stage.read(CANVAS) == turned, "and the camera is where it was"
    stage.page.locator(".scrub").fill("3")
    stage.settle()
    assert stage.read(CANVAS) != turned
    stage.show(replace(GD, view="surface", start=(1.0, 1.0)))
    stage.page.locator(".scrub").fill(str(GD.steps))
    stage.show(replace(GD, view="surface"))
    stage.settle()
    assert stage.read(CANVAS) == turned, "a change of settings leaves it too"
    stage.page.get_by_role("button", name="Reset view").click()
    stage.settle()
    assert stage.read(CANVAS) == first


def test_a_click_on_the_surface_sets_the_start_there(stage: StagePage) -> None:
    stage.show(replace(GD, view="surface"))
    box = stage.page.locator(".main-canvas").bounding_box()
    stage.page.mouse.click(box["x"] + 0.55 * box["width"], box["y"] + 0.5 * box["height"])
    stage.page.wait_for_timeout(450)
    (sent,) = stage.page.evaluate("got")
    x, y = (float(v) for v in sent["start"].split("_"))
    assert -6 < x < 6
    assert -6 < y < 6


def test_small_multiples_show_one_run_each_and_fold_on_a_phone(stage: StagePage) -> None:
    six = replace(GD, entrants=tuple(Entrant.of("gd", lr=r) for r in (0.05, 0.1, 0.2, 0.3, 0.4, 0.45)))
    stage.show(replace(six, view="multiples"))
    stage.settle()
    wide = stage.read(CANVAS)
    stage.draft(start="3_1")
    stage.page.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))")
    assert stage.read(CANVAS) != wide
    stage.page.set_viewport_size({"width": 390, "height": 844})
    stage.settle()
    size = stage.read("[root.querySelector('.main-canvas').offsetWidth, main.parentNode.offsetHeight]")
    assert size[0] <= 390
    assert size[1] >= 3 * 130, "three rows of two"
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    ("count", "width", "height", "columns"),
    [(6, 374, 560, 2), (6, 820, 560, 3), (1, 374, 360, 1), (2, 800, 500, 2), (4, 700, 700, 2)],
)
def test_as_many_small_pictures_stand_side_by_side_as_make_them_large(
    scripts: Page, count: int, width: int, height: int, columns: int
) -> None:
    size = {"width": width, "height": height}
    assert scripts.evaluate("([n, size]) => columnsFor(n, size, 1, 1)", [count, size]) == columns


def test_small_pictures_have_the_same_axes_and_lie_apart(scripts: Page) -> None:
    planes = scripts.evaluate(
        """smallPictures([1, 2, 3, 4, 5].map(i => ({ slot: `o${i}`, label: "" })),
        { width: 380, height: 560 }, { x: [-6, 6], y: [-3, 3] }, true, 1)
        .map(({ plane }) => ({ ...plane, at: plane.place(6, 3) }))"""
    )
    assert len({(round(p["width"], 6), round(p["height"], 6), *p["at"]) for p in planes}) == 1
    assert planes[0]["width"] == pytest.approx(2 * planes[0]["height"])
    for a, b in ((a, b) for i, a in enumerate(planes) for b in planes[:i]):
        assert (
            a["left"] >= b["left"] + b["width"]
            or b["left"] >= a["left"] + a["width"]
            or a["top"] >= b["top"] + b["height"]
        )


def test_fitting_shows_where_the_paths_are_and_leaves_out_what_is_far(scripts: Page) -> None:
    fitted = """([xs, ys], domain) => fittedTo(xs.map((x, i) => ({ points: [x, ys[i]] })), domain)"""
    near = [[-5.0, 1.0, 0.2], [0.5, 0.6, 0.7]]
    far = [[0.0, 1e9, 1e30], [0.0, 0.0, 0.0]]
    both = scripts.evaluate(
        f"([runs, domain]) => ({fitted})(runs, domain)",
        [[[near[0], far[0]], [near[1], far[1]]], [[-6, 6], [-6, 6]]],
    )
    assert both["left"] == [1]
    (x_low, x_high), (y_low, y_high) = both["domain"]
    assert x_low < -5 < 1 < x_high < 1.7
    assert y_low < 0.5 < 0.7 < y_high
    assert (x_high - x_low) / (y_high - y_low) < 3.2, (
        "scales stay equal, so that a step looks as long as it is"
    )
    alone = scripts.evaluate(
        f"([runs, domain]) => ({fitted})(runs, domain)", [[[far[0]], [far[1]]], [[-6, 6]] * 2]
    )
    assert alone["domain"] is None
    curve = scripts.evaluate("fittedTo([{ points: [[2, 2, 2]] }], [[-6, 6]])")["domain"]
    assert curve[0][0] < 2 < curve[0][1], "what does not move has a part around it"


def test_the_fit_button_sets_the_part_that_is_shown_and_takes_it_back(stage: StagePage) -> None:
    stage.show(GD)
    expect(stage.page.locator(".fit")).to_be_hidden()
    offer = "(data, fit) => show({ ...data, fit })"
    stage.page.evaluate(f"([data, fit]) => ({offer})(data, fit)", [stage.data(GD), "paths"])
    stage.page.get_by_role("button", name="Fit to the paths").click()
    stage.settle()
    stage.page.evaluate(f"([data, fit]) => ({offer})(data, fit)", [stage.data(GD), "domain"])
    stage.page.get_by_role("button", name="Whole landscape").click()
    stage.drawn += 2
    fitted, whole = stage.page.evaluate("got")
    numbers = [float(v) for v in fitted["domain"].split("_")]
    points = np.concatenate([run.points for run in GD.run()])
    assert numbers[0] < points[:, 0].min() < points[:, 0].max() < numbers[1] < 2
    assert numbers[2] < points[:, 1].min() < points[:, 1].max() < numbers[3]
    assert whole == {"domain": None}


def test_a_name_lies_on_no_star_and_on_no_other_name(stage: StagePage) -> None:
    six = tuple(Entrant.of("gd", lr=rate) for rate in (0.1, 0.2, 0.3, 0.4, 0.45, 0.499))
    stage.show(replace(GD, entrants=six, steps=60))
    stage.settle()
    boxes = """[...main.querySelectorAll('.textpoint text')].map(n => { const b = n.getBoundingClientRect()
        const lead = n.textContent.startsWith('\u2002') ? 6 : 0
        const end = n.textContent.endsWith('\u2002') ? 6 : 0
        return [b.left + lead, b.top, b.right - end, b.bottom] })"""
    names = stage.read(boxes)
    assert names, "some name has room"
    star = stage.pixel(0, 0)
    for left, top, right, bottom in names:
        assert not (left < star[0] + 8 and right > star[0] - 8 and top < star[1] + 6 and bottom > star[1] - 6)
    for i, a in enumerate(names):
        for b in names[:i]:
            assert a[2] <= b[0] + 2 or b[2] <= a[0] + 2 or a[3] <= b[1] + 4 or b[3] <= a[1] + 4


FILM = """async stops => new Promise(resolve => {
    const told = [], ending = new AbortController()
    optvizPages.get("test").tell("film", {
      signal: ending.signal,
      progress: share => { told.push(share); if (stops && told.length === stops) { ending.abort()
        setTimeout(() => resolve({ told, film: "" }), 400) } },
      failed: sentence => resolve({ told, failed: sentence }),
      done: async film => { const bytes = new Uint8Array(await film.arrayBuffer())
        const text = Array.from(bytes, b => String.fromCharCode(b)).join("")
        resolve({ told, type: film.type, film: btoa(text) }) },
    }) })"""


def frames_of(film: str) -> list[np.ndarray]:
    with Image.open(io.BytesIO(base64.b64decode(film))) as image:
        return [np.asarray(frame.convert("RGB"), dtype=int) for frame in ImageSequence.Iterator(image)]


@pytest.mark.parametrize("view", ["contour", "surface"])
def test_an_animation_has_a_picture_for_each_step_and_says_where_it_opens(
    stage: StagePage, view: str
) -> None:
    short = replace(GD, steps=4, view=view)
    stage.show(short)
    stage.settle()
    made = stage.page.evaluate(FILM, 0)
    assert made["type"] == "image/webp"
    assert made["told"][-1] == 1
    with Image.open(io.BytesIO(base64.b64decode(made["film"]))) as image:
        assert image.n_frames == short.steps + 1
        assert image.info["loop"] == 0
        assert f"<dc:source>{stage.page.url}</dc:source>" in image.info["xmp"].decode()
        durations = []
        for frame in ImageSequence.Iterator(image):
            frame.load()
            durations.append(frame.info["duration"])
    assert durations == [400] * short.steps + [1500]
    pictures = frames_of(made["film"])
    differing = [int((a != b).any(axis=2).sum()) for a, b in itertools.pairwise(pictures)]
    assert min(differing) > 50, "every step moves something"
    whole = pictures[0].shape[0] * pictures[0].shape[1]
    assert max(differing) < 0.1 * whole, "and leaves the rest"


def test_what_is_laid_over_a_picture_gives_the_next_one_again(stage: StagePage) -> None:
    """The decoded pictures are, pixel by pixel, those that were drawn."""
    stage.show(replace(GD, steps=3))
    stage.settle()
    stage.page.evaluate(
        """() => { window.drawn = []; const kind = CanvasRenderingContext2D.prototype, { getImageData } = kind
        kind.getImageData = function (...given) {
          window.drawn.push(this.canvas.toDataURL("image/png")); return getImageData.apply(this, given) }
        window.mend = () => { kind.getImageData = getImageData } }"""
    )
    pictures = frames_of(stage.page.evaluate(FILM, 0)["film"])
    drawn = stage.page.evaluate("mend(), drawn")
    assert len(pictures) == len(drawn) == 4
    for picture, url in zip(pictures, drawn, strict=True):
        with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as image:
            assert (np.asarray(image.convert("RGB"), dtype=int) == picture).all()


def test_an_animation_can_be_ended_and_ends_when_the_experiment_changes(stage: StagePage) -> None:
    stage.show(GD)
    stage.settle()
    ended = stage.page.evaluate(FILM, 2)
    assert ended["film"] == ""
    assert len(ended["told"]) <= 3
    made = stage.page.evaluate(
        f"(() => {{ const made = ({FILM})(0); setTimeout(() => optvizPages.get('test').draft("
        "{ start: '1_1' }), 300); return made })()"
    )
    assert made["failed"].startswith("The experiment or the window has changed")


def test_a_browser_that_writes_no_webp_is_told_so(stage: StagePage) -> None:
    stage.show(replace(GD, steps=3))
    stage.settle()
    stage.page.evaluate(
        """() => { const kind = HTMLCanvasElement.prototype, { toBlob } = kind
        kind.toBlob = done => done(new Blob([new Uint8Array(40)]))
        window.mend = () => { kind.toBlob = toBlob } }"""
    )
    said = stage.page.evaluate(FILM, 0)["failed"]
    stage.page.evaluate("mend()")
    assert said == "The animation could not be made: This browser cannot write WebP pictures."


@pytest.mark.parametrize("steps", [1, 2, 89, 90, 91, 2000])
def test_an_animation_shows_first_and_last_step_and_lasts_some_seconds(scripts: Page, steps: int) -> None:
    frames = scripts.evaluate("filmFrames", steps)
    shown = [frame["frame"] for frame in frames]
    assert (shown[0], shown[-1]) == (0, steps)
    assert shown == sorted(set(shown)), "each once, in order"
    assert len(frames) <= 91
    assert sum(frame["duration"] for frame in frames) < 8500


@pytest.mark.parametrize("view", ["surface", "multiples"])
def test_a_path_says_its_numbers_under_the_mouse(stage: StagePage, view: str) -> None:
    shown = replace(GD, view=view)
    stage.show(shown)
    stage.settle()
    tip = stage.page.locator(".tip")
    expect(tip).to_be_hidden()
    box = stage.page.locator(".main-canvas").bounding_box()
    said = ""
    middle = box["width"] / 2 if view == "surface" else 0
    columns = sorted(
        range(20, int(box["width"]) - 20, 18), key=lambda x: abs(x - middle)
    )  # a path lies there
    for across, down in itertools.product(columns, range(20, int(box["height"]) - 20, 18)):
        stage.page.mouse.move(box["x"] + across, box["y"] + down)
        stage.page.evaluate(
            "new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))"
        )
        if tip.is_visible():
            said = tip.inner_text().replace("−", "-")
            break
    name, step, *numbers = said.split("\n")
    (run,) = (
        t
        for t, entrant in zip(shown.run(), shown.entrants, strict=True)
        if f"{dict(entrant.values)['lr']:g}" in name
    )
    k = int(step.removeprefix("step "))
    known = [*run.points[k], run.values[k]]
    assert [float(number.split(" = ")[1]) for number in numbers] == pytest.approx(known, rel=1e-4, abs=1e-9)
    stage.page.mouse.move(box["x"] + 2, box["y"] - 30)
    expect(tip).to_be_hidden()


@pytest.mark.parametrize("view", ["surface", "multiples"])
def test_every_view_can_be_saved(stage: StagePage, view: str) -> None:
    stage.show(GD)
    saves = stage.page.get_by_role("group", name="Download the picture")
    expect(saves).to_be_hidden()  # Plotly's own buttons do it
    stage.show(replace(GD, view=view))
    stage.settle()
    with stage.page.expect_download() as saved:
        saves.get_by_role("button", name="Download as PNG").click()
    picture = Image.open(saved.value.path())
    assert picture.width > 1400
    colours = picture.convert("RGB").resize((60, 60)).getcolors(3600)
    assert len(colours) > 40, "it holds the landscape"
    with stage.page.expect_download() as saved:
        saves.get_by_role("button", name="Download as SVG").click()
    text = Path(saved.value.path()).read_text("utf-8")
    assert "data:image/png" in text
    assert GD.landscape().name in text
