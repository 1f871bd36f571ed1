"""A question to a class: the host's panel beside a lesson, and what everybody else sees.

The host presses a button in a lesson. Students open the link of the class, or scan its code, and answer; the
host sees the answers come, and reveals. The page of the students follows from question to question.
"""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from optviz.engine.outcomes import number
from optviz.figures.style import Theme
from optviz.lessons.lesson import Lesson
from optviz.lessons.networks import COURSE
from optviz.lessons.place_questions import PLACE_QUESTIONS
from optviz.lessons.questions import QUESTIONS
from optviz.runs import classroom, scheduler
from optviz.runs.classroom import PLACE, Question
from optviz.runs.database import StoreUnavailableError
from optviz.runs.store import RunError, Store
from optviz.web.components.share import qr_code, share_button
from optviz.web.language import link as link_of_language
from optviz.web.lessons import marking
from optviz.web.markdown_escape import plain
from optviz.web.site import link_to
from optviz.web.visitors import network, owner
from optviz.words import join, mark, tr, trn

CLASS = "class"  # the name in a link
HOST_SECONDS, STUDENT_SECONDS = 2.0, 4.0  # between two looks at the answers
SAID = "class.said"
state = st.session_state


def hosted_question() -> Question | None:
    """The question that the visitor asks a class, None if they ask none or it cannot be known now."""
    try:
        code = classroom.hosted(_store(), owner())
        return classroom.look(_store(), code, owner()) if code else None
    except (RunError, StoreUnavailableError) as error:
        state[SAID] = tr("A class cannot be asked now: {why}", why=error)
        return None


def host_panel(lesson: Lesson, question: Question | None, theme: Theme) -> None:
    """Ask a class the lesson's question; for the host of a class also its code and answers."""
    if question:
        with st.container(border=True, key="class-host"):
            _hosting(question.code, lesson.key, theme)
        return
    with st.container(horizontal=True):
        st.button(
            tr("Ask a class"),
            key="class.ask",
            icon=":material/co_present:",
            help=tr("Students open a link and answer; you see the answers come, and reveal."),
            on_click=_do,
            args=(lambda: classroom.ask(_store(), owner(), lesson.key),),
        )
        if lesson.key in PLACE_QUESTIONS:
            st.button(
                tr("Ask a class for the place"),
                key="class.ask.place",
                icon=":material/add_location:",
                help=tr("Students mark where the path ends; you see the marks come, and reveal."),
                on_click=_do,
                args=(lambda: classroom.ask(_store(), owner(), lesson.key, PLACE),),
            )
    _refusal()


@st.fragment(run_every=HOST_SECONDS)
def _hosting(code: str, lesson: str, theme: Theme) -> None:
    try:
        question = classroom.look(_store(), code, owner())
    except (RunError, StoreUnavailableError) as error:
        st.warning(plain(str(error)))
        return
    link = f"{(st.context.url or '').split('?')[0]}?{urlencode({CLASS: code} | link_of_language())}"
    here, place = question.lesson == lesson, question.kind == PLACE and question.lesson in PLACE_QUESTIONS
    left, right = st.columns([0.72, 0.28])
    with left:
        told = tr("**Your class:** students open this link, or scan the code.")
        st.markdown(f"{told}  \n`{link}`")
        if here and place:
            st.markdown(f"#### {plain(tr(PLACE_QUESTIONS[lesson].asks))}")
            _marks(question, theme, others=question.marks)
        elif here:
            st.markdown(f"#### {plain(tr(QUESTIONS[lesson].asks))}")
            _bars(question)
        else:
            other = plain(tr(COURSE[question.lesson].title))
            st.markdown(tr("The class still has the question of “{title}”.", title=other))
    with right:
        st.html(qr_code(link, tr("QR code of the class"), 200))
    with st.container(horizontal=True):
        if not here or place:
            label = mark("Ask with choices") if here else mark("Ask this question")
            _button(label, lambda: classroom.ask(_store(), owner(), lesson))
        if lesson in PLACE_QUESTIONS and not (here and place):
            _button(mark("Ask for the place"), lambda: classroom.ask(_store(), owner(), lesson, PLACE))
        if not here:
            pass
        elif question.revealed:
            _button(mark("Hide the answer"), lambda: classroom.reveal(_store(), owner(), shown=False))
        else:
            _button(mark("Reveal"), lambda: classroom.reveal(_store(), owner()))
        _button(mark("Clear the answers"), lambda: classroom.clear(_store(), owner()))
        _button(mark("End the class"), lambda: classroom.end(_store(), owner()))
    _refusal()


def class_view(code: str, theme: Theme) -> None:
    """The page of a student: the open question, and after the reveal its answer and a way to the lesson."""
    _asked(code, theme)
    share_button()


@st.fragment(run_every=STUDENT_SECONDS)
def _asked(code: str, theme: Theme) -> None:
    try:
        question = classroom.look(_store(), code, owner())
    except (RunError, StoreUnavailableError) as error:
        st.warning(plain(str(error)))
        link_to("lessons", tr("All lessons"), {})
        return
    lesson = COURSE.get(question.lesson)
    known: Mapping[str, object] = PLACE_QUESTIONS if question.kind == PLACE else QUESTIONS
    if lesson is None or lesson.key not in known:  # asked by a newer optviz that shares the store
        st.warning(tr("This question is not known here."))
        return
    if question.kind == PLACE:
        _place_asked(question, lesson, theme)
        return
    asked = QUESTIONS[lesson.key]
    st.markdown(f"# {plain(tr(lesson.title))}\n{plain(tr(asked.asks))}")
    if question.revealed:
        if question.mine is not None:
            st.markdown(tr("Your answer: {choice}", choice=plain(tr(asked.choices[question.mine]))))
        _bars(question)
        link_to("lessons", tr("Open the lesson"), {"lesson": lesson.key})
        return
    key = f"class.answer.{code}.{lesson.key}"
    choices = [plain(tr(choice)) for choice in asked.choices]
    st.radio(
        tr("Your answer"),
        range(len(choices)),
        format_func=choices.__getitem__,
        index=question.mine,
        key=key,
        on_change=lambda: _do(
            lambda: classroom.answer(_store(), code, owner(), lesson.key, state[key], network())
        ),
    )
    _refusal()
    said = tr("Nobody sees who chose what.") if question.mine is None else tr("Your answer is in.")
    st.caption(join(said, tr("You can change it until it is revealed.")))


def _place_asked(question: Question, lesson: Lesson, theme: Theme) -> None:
    """What a student sees of a question for a place."""
    where, code = PLACE_QUESTIONS[lesson.key], question.code
    st.markdown(f"# {plain(tr(lesson.title))}\n{plain(tr(where.asks))}")
    if question.revealed:
        _marks(question, theme, others=question.marks)
        link_to("lessons", tr("Open the lesson"), {"lesson": lesson.key})
        return
    if question.placed is None:
        said = join(
            tr("Click or touch the picture where the path ends, or type x and y."),
            tr("Nobody sees who marked what."),
        )
    else:
        x, y = map(number, question.placed)
        said = join(tr("Your mark is in, at ({x}, {y}).", x=x, y=y), tr("You can move it until the reveal."))
    st.caption(said)
    _refusal()

    def take(at: marking.Place) -> None:
        _do(lambda: classroom.place(_store(), code, owner(), lesson.key, at, where.run.domain, network()))

    marking.contour(where, theme, key=f"class.place.{code}.{lesson.key}", mine=question.placed, take=take)


def _marks(question: Question, theme: Theme, others: Sequence[marking.Place]) -> None:
    """The marks of the class on the contour, and after the reveal the path and how many were near."""
    where = PLACE_QUESTIONS[question.lesson]
    key = f"class.marks.{question.code}.{question.lesson}"
    marking.contour(where, theme, key=key, others=others, mine=question.placed, shown=question.revealed)
    st.caption(trn("{count} mark", "{count} marks", question.answers))
    if question.revealed:
        marking.answer(where, question.placed, question.marks)


def _bars(question: Question) -> None:
    """How many chose what, and after the reveal which is right, and why."""
    asked = QUESTIONS[question.lesson]
    for place, choice in enumerate(asked.choices):
        count = question.counts[place]
        right = question.revealed and place == asked.right
        st.progress(
            count / question.answers if question.answers else 0.0,
            text=("**✓** " if right else "") + tr("{choice}: {count}", choice=plain(tr(choice)), count=count),
        )
    st.caption(trn("{count} answer", "{count} answers", question.answers))
    if question.revealed:
        right_one = tr("**{choice}.**", choice=plain(tr(asked.choices[asked.right])))
        st.markdown(join(right_one, plain(tr(asked.reason))))


def _button(label: str, does: Callable[[], object]) -> None:
    """What it does changes the whole page of the host, not this panel alone; `label` is a message."""
    if st.button(tr(label), key=f"class.{label}"):
        _do(does)
        st.rerun()


def _do(does: Callable[[], object]) -> None:
    """Do what was asked for; what the store refuses is said below."""
    try:
        does()
    except (RunError, StoreUnavailableError) as error:
        state[SAID] = str(error)


def _refusal() -> None:
    if said := state.pop(SAID, ""):
        st.warning(plain(said))


def _store() -> Store:
    return scheduler.current().store
