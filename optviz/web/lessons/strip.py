"""The lesson that a live page was opened from: what to notice and try, what was found, and the way on."""

from typing import Any

import streamlit as st

from optviz.lessons.discoveries import DISCOVERIES
from optviz.lessons.ways import Stop
from optviz.web.components import progress
from optviz.web.guide import Guide
from optviz.web.markdown_escape import plain
from optviz.web.site import link_to
from optviz.words import join, tr


def strip(guide: Guide, settings: Any) -> None:
    """Draw what a teacher asks, and the lesson of the guide above its live page; nothing if there is none."""
    place = st.container(key="lesson-strip", gap="small")  # always there: what stands below must not move
    if guide.prompt:
        place.info(plain(guide.prompt), icon=":material/school:")
    stop = Stop.read(guide.lesson)
    if stop is None:
        return
    lesson = stop.lesson
    with place:
        place_on_the_way = (
            tr("Part {number} · {title}", number=stop.number, title=plain(tr(lesson.title)))
            if stop.plan
            else tr("Lesson {number} · {title}", number=stop.number, title=plain(tr(lesson.title)))
        )
        notice = tr("**Notice:** {text}", text=plain(tr(lesson.notice)))
        tries = tr("**Try:** {text}", text=plain(tr(lesson.tries)))
        st.markdown(f"**{place_on_the_way}**  \n{notice}  \n{tries}")
        discovery = DISCOVERIES.get(lesson.key)
        if discovery and discovery.holds(settings):
            progress.note(found=lesson.key)
            found = join(tr("**You found it.**"), plain(tr(discovery.sentence)))
            st.markdown(f":green[:material/check_circle:] {found}")
        with st.container(horizontal=True, gap="small"):
            link_to("lessons", tr("Back to the lesson"), stop.link, icon=":material/arrow_back:")
            following = stop.near(1)
            if following:
                link_to("lessons", tr("Next lesson"), following.link, icon=":material/arrow_forward:")
