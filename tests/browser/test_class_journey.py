"""A class: a lecturer at a projector asks, students answer on their phones, and all go on to a live page."""

import pytest
from playwright.sync_api import expect

from optviz.lessons.networks import COURSE
from optviz.lessons.questions import QUESTIONS
from tests.browser.stage import Stage, no_sideways_scrolling

pytestmark = pytest.mark.browser
FIRST, SECOND = COURSE["gd-1d"], COURSE["gd-1d-too-small"]
PHONE = {"width": 390, "height": 844}


def test_a_class_predicts_sees_the_answer_and_goes_on(server, visitors) -> None:
    host = visitors().page
    host.goto(f"{server.url}/lessons?plan=step-size")
    host.get_by_role("button", name="Open the lesson").first.click(timeout=30_000)
    host.get_by_role("button", name="Ask a class").click(timeout=30_000)
    link = host.locator(".st-key-class-host code").inner_text(timeout=30_000)

    students = []
    for chosen in (0, 1):
        student = visitors(viewport=PHONE).page
        student.goto(link)
        choice = QUESTIONS["gd-1d"].choices[chosen]
        student.get_by_text(choice, exact=True).click(timeout=30_000)
        expect(student.get_by_text("Your answer is in")).to_be_visible(timeout=20_000)
        assert no_sideways_scrolling(student)
        students.append(student)
    expect(host.get_by_text("2 answers")).to_be_visible(timeout=20_000)
    expect(host.locator(".optviz-charts")).to_have_count(0)

    host.get_by_role("button", name="Reveal").click()
    expect(host.locator(".optviz-charts.ready").first).to_be_visible(timeout=30_000)
    for student in students:
        expect(student.get_by_text("Each step leaves")).to_be_visible(timeout=20_000)
    host.get_by_role("button", name="Next", exact=True).click()
    host.get_by_role("button", name="Ask this question").click(timeout=20_000)
    expect(students[0].get_by_role("heading", name=SECOND.title)).to_be_visible(timeout=20_000)

    host.get_by_role("button", name="End the class").click()
    expect(students[1].get_by_text("it may have ended")).to_be_visible(timeout=20_000)
    host.get_by_role("link", name="Open it on Trajectories").click(timeout=20_000)
    stage = Stage(host)
    stage.wait()
    expect(host.get_by_text(f"Part 2 · {SECOND.title}")).to_be_visible(timeout=20_000)


def marked(student, x: float, y: float) -> None:
    """Touch the contour at a place of its landscape."""
    student.locator(".optviz-charts.ready .plot .nsewdrag").first.wait_for(timeout=30_000)
    plot = student.locator(".optviz-charts .plot").first
    plot.scroll_into_view_if_needed()
    at = plot.evaluate(
        """(node, [x, y]) => {
          const { xaxis, yaxis } = node._fullLayout, box = node.getBoundingClientRect()
          return [box.left + xaxis._offset + xaxis.d2p(x), box.top + yaxis._offset + yaxis.d2p(y)]
        }""",
        [x, y],
    )
    student.touchscreen.tap(*at)


def test_a_class_marks_where_a_path_ends_and_sees_it(server, visitors) -> None:
    host = visitors().page
    host.goto(f"{server.url}/lessons?lesson=saddle")
    host.get_by_role("button", name="Ask a class for the place").click(timeout=30_000)
    link = host.locator(".st-key-class-host code").inner_text(timeout=30_000)

    touching = visitors(viewport=PHONE, has_touch=True, is_mobile=True).page
    touching.goto(link)
    marked(touching, 1.0, 0.0)
    expect(touching.get_by_text("Your mark is in")).to_be_visible(timeout=20_000)
    touching.wait_for_function("document.querySelector('.optviz-charts')?.dataset.drawn > 1")
    marked(touching, 0.2, 0.1)
    expect(touching.get_by_text("Your mark is in, at (0.")).to_be_visible(timeout=20_000)
    assert no_sideways_scrolling(touching)

    typing = visitors(viewport=PHONE).page
    typing.goto(link)
    typing.get_by_label("x", exact=True).fill("-1", timeout=30_000)
    typing.get_by_label("y", exact=True).fill("0")
    typing.keyboard.press("Enter")
    expect(typing.get_by_text("Your mark is in, at (−1, 0)")).to_be_visible(timeout=20_000)

    expect(host.get_by_text("2 marks")).to_be_visible(timeout=20_000)
    drawn = "document.querySelector('.st-key-class-host .plot')?.data?.map(t => t.mode ?? '').join(' ') ?? ''"
    assert "lines" not in host.evaluate(drawn)
    host.get_by_role("button", name="Reveal").click()
    expect(host.get_by_text("1 of 2 marks lie within 0.25")).to_be_visible(timeout=20_000)
    host.wait_for_function(f"({drawn}).includes('lines')")
    for student in (touching, typing):
        expect(student.get_by_text("It is still near the saddle")).to_be_visible(timeout=20_000)
    expect(typing.get_by_text("Your mark is 1.")).to_be_visible()


def test_a_teachers_link_fixes_and_hides_fields_and_says_what_to_do(server, visitors) -> None:
    teacher = visitors().page
    stage = Stage(teacher)
    teacher.goto(server.url)
    stage.wait()
    teacher.get_by_role("button", name="Share").click()
    teacher.get_by_text("For a class", exact=True).click()
    teacher.get_by_label("What to do or to look for").fill("Change only the rate.")
    teacher.locator("select[data-name=steps]").select_option("lock")
    teacher.locator("select[data-name=start]").select_option("hide")
    teacher.locator("select.lang").select_option("zh")
    assert "lang=zh" in teacher.locator("input.link").input_value()
    teacher.locator("select.lang").select_option("")
    link = teacher.locator("input.link").input_value()
    assert "lang=" not in link

    student = visitors().page
    student.goto(link)
    theirs = Stage(student)
    theirs.wait()
    expect(student.get_by_text("Change only the rate.")).to_be_visible(timeout=20_000)
    before = theirs.experiment()
    steps = student.get_by_role("slider", name="Steps")
    assert steps.evaluate("node => Boolean(node.closest('[inert]'))"), "it takes no keys and no clicks"
    expect(student.get_by_role("group", name="Start")).to_have_count(0)
    student.get_by_role("button", name="Reset", exact=False).first.click()
    theirs.until(lambda: "lock=steps" in student.url)
    assert theirs.experiment().steps == before.steps
