"""A question for a place: marking it on the contour or in two fields, and what comes after the reveal."""

from collections.abc import Callable, Sequence

import streamlit as st

from optviz.engine.outcomes import number
from optviz.figures.style import Theme
from optviz.lessons.lesson import Lesson, Where
from optviz.lessons.place_picture import Place, place_picture
from optviz.lessons.place_questions import PLACE_QUESTIONS
from optviz.runs.classroom import inside_picture
from optviz.runs.store import RunError
from optviz.settings.experiment import encode
from optviz.web.components.charts import charts
from optviz.web.markdown_escape import plain
from optviz.web.site import link_to
from optviz.words import join, tr, trn

state = st.session_state


def contour(
    where: Where,
    theme: Theme,
    *,
    key: str,
    others: Sequence[Place] = (),
    mine: Place | None = None,
    shown: bool = False,
    take: Callable[[Place], None] | None = None,
) -> None:
    """The picture with its marks. With `take`, a place can be marked: by a click, a touch, or two numbers."""
    panels, legend = place_picture(where, theme, others=others, mine=mine, shown=shown)
    picked = charts(
        panels,
        key=f"{key}.contour",
        version=f"{key} {hash(tuple(others))} {mine} {shown} {theme.dark}",
        legend=legend,
        pickable=take is not None,
        least=280,
    )
    if take is None:
        return
    names = (f"{key}.x", f"{key}.y")
    if picked:
        for name, value in zip(names, (picked.x, picked.y), strict=True):
            state[name] = round(value, 3)
        take((picked.x, picked.y))
        st.rerun()
    with st.form(f"{key}.form", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = [
            st.number_input(label, value=None, step=0.1, format="%.3f", key=name, width=168)
            for label, name in zip("xy", names, strict=True)
        ]
        if st.form_submit_button(tr("Mark this place")):
            take(tuple(typed))  # type: ignore[arg-type]  # what is no place is refused with a sentence
            st.rerun()


def alone(lesson: Lesson, theme: Theme) -> None:
    """The question for a place of a lesson, if it has one, for somebody on their own."""
    where = PLACE_QUESTIONS.get(lesson.key)
    if where is None:
        return
    key = f"place.{lesson.key}"
    st.markdown(tr("**Mark the place:** {question}", question=plain(tr(where.asks))))
    mine = state.get(f"{key}.mark")
    if mine is None:
        st.caption(tr("Click or touch the picture, or type x and y. Then the path is shown."))
    contour(where, theme, key=key, mine=mine, shown=mine is not None, take=None if mine else _own(where, key))
    if said := state.pop(f"{key}.said", ""):
        st.warning(plain(said))
    if mine is not None:
        answer(where, mine)


def answer(where: Where, mine: Place | None, marks: Sequence[Place] = ()) -> None:
    """After the reveal: how far the mark was, how many were near, the reason, and the way to the run."""
    x, y = map(number, where.end)
    said = [tr("The path ends at ({x}, {y}).", x=x, y=y)]
    if mine is not None:
        said.append(tr("Your mark is {distance} away.", distance=number(where.distance(mine))))
    if marks:
        near = sum(where.distance(mark) <= where.within for mark in marks)
        told = trn(
            "{near} of {count} mark lies within {distance} of it.",
            "{near} of {count} marks lie within {distance} of it.",
            len(marks),
            near=near,
            distance=f"{where.within:g}",
        )
        said.append(told)
    st.markdown(f"**{join(*said)}**  \n{plain(tr(where.reason))}")
    link_to("trajectories", tr("See this run live"), encode(where.run))


def _own(where: Where, key: str) -> Callable[[Place], None]:
    def take(at: Place) -> None:
        try:
            inside_picture(at, where.run.domain)
        except RunError as error:
            state[f"{key}.said"] = str(error)
        else:
            state[f"{key}.mark"] = at

    return take
