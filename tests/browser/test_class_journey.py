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
