"""One lesson: goal, picture, notice, predict, try, the numbers to check, and the way to the next."""

import streamlit as st

from optviz.figures.style import Theme
from optviz.lessons.goals import GOALS
from optviz.lessons.lesson import Lesson, Verdict
from optviz.lessons.networks import CONFIGS, COURSE
from optviz.lessons.questions import QUESTIONS
from optviz.lessons.ways import Stop
from optviz.runs import scheduler
from optviz.runs.classroom import PLACE
from optviz.runs.database import StoreUnavailableError
from optviz.runs.history import accuracies
from optviz.runs.store import RunError
from optviz.web.components.charts import charts
from optviz.web.guide import FROM
from optviz.web.lessons import marking
from optviz.web.lessons.cards import show, show_class
from optviz.web.lessons.classroom import host_panel, hosted_question
from optviz.web.lessons.pictures import picture
from optviz.web.markdown_escape import plain
from optviz.web.site import PAGES, link_to
from optviz.web.tables import table
from optviz.web.visitors import owner
from optviz.words import join, language, mark, per_language, tr

NOTES = mark(
    "The course notes that this app grew from print some numbers. Here they stand beside those that the app "
    "computes, with what counts as agreement."
)


@per_language(256)
def verdicts(key: str) -> tuple[Verdict, ...]:
    """What became of the lesson's checks; they are always the same, so they are computed once."""
    return tuple(check.verdict() for check in COURSE[key].checks)


def single(stop: Stop, theme: Theme) -> None:
    """The whole lesson; of a quiz only what does not give the answer away, until it is answered.

    While its question waits for a class, only the answers of the class are shown beside it.
    """
    lesson = stop.lesson
    goal = tr("**Goal:** {text}", text=plain(tr(GOALS[lesson.key])))
    st.markdown(f"# {tr(lesson.title)}\n{goal}")
    question = hosted_question()
    asked = question is not None and question.lesson == lesson.key
    waiting = asked and question is not None and not question.revealed
    wide = asked and question is not None and question.kind == PLACE  # its marks need room
    if wide or (waiting and not lesson.quiz):
        host_panel(lesson, question, theme)
    if waiting and not lesson.quiz:  # on a projector the picture would give the answer away
        return
    left, right = st.columns([0.56, 0.44], gap="medium")
    with left:
        panels, legend = picture(lesson.key, theme)
        charts(
            panels,
            key=f"lesson.{lesson.key}",
            version=f"{lesson.key} {theme.dark} {language()}",
            legend=legend,
            least=300,
        )
        if not asked:
            marking.alone(lesson, theme)
    with right:
        if lesson.quiz:
            _code(lesson, 0)
            if waiting or not (asked or _predict(lesson)):
                host_panel(lesson, question, theme)
                return
        st.latex(tr(lesson.formula).replace(r"\\ ", r"\\[0.6em] "))
        st.markdown(plain(tr(lesson.idea)))
        st.markdown(tr("**Notice:** {text}", text=plain(tr(lesson.notice))))
        if not lesson.quiz and not asked:
            _predict(lesson)
        if not wide:
            host_panel(lesson, question, theme)
        st.markdown(tr("**Try:** {text}", text=plain(tr(lesson.tries))))
        # A link, not a button that switches pages: that would leave a false entry in the history.
        label = tr("Open it on {page}", page=tr(PAGES[lesson.page].title))
        link_to(lesson.page, label, {**lesson.link, FROM: stop.text})
    if lesson.quiz:
        _code(lesson, 1)
    elif lesson.codes:
        for column, place in zip(st.columns(len(lesson.codes)), range(len(lesson.codes)), strict=True):
            with column:
                _code(lesson, place)
    for erratum in lesson.errata:
        st.warning(join(tr("**A mistake of the course notes.**"), plain(tr(erratum))))
    with st.expander(tr("Check it yourself")):
        _numbers(lesson)
    if lesson.key in CONFIGS:
        _own_run(lesson)


def way(stop: Stop) -> None:
    """To the lesson before, the one after, and back to all."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if stop.plan:
            st.button(
                tr("The class"),
                key="lesson.class",
                on_click=show_class,
                args=(stop.plan.key,),
                icon=":material/list:",
            )
        else:
            st.button(
                tr("All lessons"), key="lesson.all", on_click=show, args=(None,), icon=":material/apps:"
            )
        for key, label, icon, far in (
            ("previous", tr("Previous"), ":material/arrow_back:", -1),
            ("next", tr("Next"), ":material/arrow_forward:", 1),
        ):
            near = stop.near(far)
            st.button(
                label,
                key=f"lesson.{key}",
                icon=icon,
                disabled=near is None,
                on_click=show,
                args=(near,),
            )
        st.caption(stop.said)


def onward(stop: Stop) -> None:
    """The next lesson by its title, below everything."""
    following = stop.near(1)
    if following:
        st.button(
            tr("Next: {title}", title=tr(following.lesson.title)),
            key="lesson.onward",
            icon=":material/arrow_forward:",
            on_click=show,
            args=(following,),
        )


def _predict(lesson: Lesson) -> bool:
    """The question, and the reason once it is answered. Returns whether it is."""
    question = QUESTIONS[lesson.key]
    choices = [plain(tr(choice)) for choice in question.choices]
    chosen = st.radio(
        tr("**Predict:** {question}", question=plain(tr(question.asks))),
        range(len(choices)),
        format_func=choices.__getitem__,
        index=None,
        key=f"predict.{lesson.key}",
    )
    if chosen is None:
        return False
    right = choices[question.right]
    said = tr("**Right.**") if chosen == question.right else tr("**No: {right}.**", right=right)
    st.markdown(join(said, plain(tr(question.reason))))
    return True


def _code(lesson: Lesson, place: int) -> None:
    if place < len(lesson.codes):
        code = lesson.codes[place]
        st.markdown(f"**{tr(code.title)}**")
        st.code(code.source, language="python", wrap_lines=True)


def _numbers(lesson: Lesson) -> None:
    """What is expected, what is computed, and whether both agree."""
    rows = []
    for check, verdict in zip(lesson.checks, verdicts(lesson.key), strict=True):
        said = {True: "✓", False: "✗", None: "—"}[verdict.agrees]
        terms = f" {verdict.terms}" if verdict.terms else ""
        rows.append(("", tr(check.what), (check.shown, verdict.values, said + terms)))
    sources = {check.source for check in lesson.checks if check.source}
    expected = tr("Printed in the notes") if lesson.covers else tr("Expected")
    computed = tr("Measured") if sources else tr("Computed")
    table((tr("What"), expected, computed, tr("Agrees")), rows, told=False)
    if lesson.covers:
        st.caption(tr(NOTES))
    for source in sources:
        st.caption(tr(source))


def _own_run(lesson: Lesson) -> None:
    """What the visitor's own training of this very network reached, if there was one."""
    try:
        runs = [r for r in scheduler.current().store.history(owner()) if r.config == CONFIGS[lesson.key]]
        reached = accuracies(runs[:1])
    except (RunError, StoreUnavailableError):
        return
    for run in runs[:1]:
        accuracy = reached.get(run.id)
        if accuracy is None:
            continue
        st.markdown(
            tr(
                "Your own run of this network is **{status}** at {accuracy} of the test images.",
                status=tr(run.status),
                accuracy=f"{accuracy:.2%}",
            )
        )
        link_to("train", tr("See your run"), {"run": run.id})
