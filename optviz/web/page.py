"""A page of settings: the address bar, the widgets and the picture say the same thing at all times.

As on the Trajectories page, for pages whose settings are a flat value made of fields. A new address fills
the widgets, the widgets make the settings, and those are written to the address. This reads only
`st.session_state`, where Streamlit has put what the person changed, so that the picture can be drawn before
the widgets are.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError
from optviz.settings import fields as page_settings
from optviz.settings.fields import Complaint, Field, OneOf, Rows, Several
from optviz.web.address import is_news, write
from optviz.web.hyperparameter_widgets import adjust, exact, held
from optviz.web.markdown_escape import plain

state = st.session_state
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class SettingsPage(Generic[S]):
    """A page: the prefix of its keys, its fields, its settings, and which fields do not go together."""

    key: str
    fields: Sequence[Field]
    settings: Callable[..., S]
    unfit: Callable[[S], list[Complaint]] = lambda _: []

    def read(self) -> S:
        """What the address and the widgets say, written back to the address."""
        link = st.query_params.to_dict()
        if self._name("settings") not in state or is_news(link, state.get(self._name("link"))):
            settings, notices = page_settings.decode(self.fields, self.settings, link, self.unfit)
            self._fill(settings)
            state[self._name("settings")], state[self._name("notices")] = settings, notices
        last: S = state[self._name("settings")]
        settings = self._edited(last)
        if settings != last:
            state[self._name("notices")] = []
        state[self._name("settings")] = settings
        state[self._name("link")] = page_settings.encode(self.fields, settings)
        if link != state[self._name("link")]:
            write(state[self._name("link")])
        return settings

    @property
    def link(self) -> dict[str, str]:
        """The parameters of the present address."""
        return state[self._name("link")]

    def show_notices(self) -> None:
        """Name what the link said and could not be used, until something is changed."""
        notices = [plain(notice) for notice in state[self._name("notices")]]
        if notices:
            st.warning(notices[0] if len(notices) == 1 else "\n".join(f"- {n}" for n in notices))

    def widget(self, name: str, label: str = "", *, help: str = "") -> None:
        """Draw the widget of one field, and under it why what it holds is refused."""
        field = next(f for f in self.fields if f.name == name)
        key = self._name(name)
        value = getattr(state[self._name("settings")], name)
        if isinstance(field, Hyperparameter):
            draw = exact if field.high > 1e6 else adjust
            held(key, value)
            draw(field, key, label=label)
        elif isinstance(field, OneOf):
            st.segmented_control(
                label or name,
                list(field.choices),
                key=held(key, value),
                format_func=field.choices.__getitem__,
                required=True,
                label_visibility="visible" if label else "collapsed",
            )
        elif isinstance(field, Several):
            st.multiselect(
                label, list(field.choices), key=held(key, list(value)), format_func=field.choices.__getitem__
            )
        elif isinstance(field, Rows):
            draw_text = st.text_input if field.single else st.text_area
            draw_text(label, key=held(key, _typed(field, value)), help=help or None)
        refusal = state[self._name("refused")].get(name)
        if refusal:
            said = refusal.removeprefix(f"{name}: ")  # it stands under the field: which one is plain to see
            st.error(f"{plain(said[:1].upper() + said[1:])} The picture stays as it was.")

    def put(self, values: Mapping[str, Any]) -> None:
        """Set some fields, as a button's callback does."""
        for field in self.fields:
            if field.name in values:
                state[self._name(field.name)] = _typed(field, values[field.name])

    def _name(self, part: str) -> str:
        return f"{self.key}.{part}"

    def _fill(self, settings: S) -> None:
        self.put({f.name: getattr(settings, f.name) for f in self.fields})

    def _edited(self, last: S) -> S:
        """The settings that the widgets say; what is refused stays as it was in `last`."""
        refused: dict[str, str] = {}
        values = {}
        for field in self.fields:
            before = getattr(last, field.name)
            key = self._name(field.name)
            try:
                # Streamlit drops the value of a widget that is off the page: then the last one stands.
                values[field.name] = _understood(field, state[key]) if key in state else before
            except HyperparameterError as error:
                refused[field.name], values[field.name] = str(error), before
        settings = self.settings(**values)
        for names, sentence in self.unfit(settings):
            back = {name: getattr(last, name) for name in names}
            # Shown at the last of the fields that do not go together, unless one has a complaint already.
            if not any(name in refused for name in names):
                refused[names[-1]] = sentence
            settings = dataclasses.replace(settings, **back)  # type: ignore[type-var]
        state[self._name("refused")] = refused
        return settings


def _typed(field: Field, value: Any) -> Any:
    """The value as its widget holds it."""
    if isinstance(field, Rows):
        return field.show(value) if field.single else field.show(value).replace("; ", "\n")
    return list(value) if isinstance(field, Several) else value


def _understood(field: Field, held_value: Any) -> Any:
    """What a widget holds, as a value of the field; raises HyperparameterError."""
    if isinstance(field, Rows):
        return field.parse(held_value)
    if isinstance(field, Several):
        if not held_value:
            raise HyperparameterError("Choose at least one.")
        return tuple(held_value)
    if isinstance(field, Hyperparameter):
        return field.validate(held_value)
    return field.parse(held_value)
