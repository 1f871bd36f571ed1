"""Downloads for a run: weights, history, configuration, and a PyTorch script."""

import gc
import json
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType

import streamlit as st

from optviz.figures.csv_text import csv_bytes
from optviz.figures.scenes import legend_name
from optviz.runs import scheduler
from optviz.runs.history import History, Lane
from optviz.training.config import TrainingConfig, encode
from optviz.training.events import Evaluation, Progress
from optviz.web.train.run_words import name_of
from optviz.words import ENGLISH, speaking, tr

COLUMNS = (
    "step",
    "epoch",
    "loss",
    "learning_rate",
    "images_per_second",
    "seconds",
    "test_loss",
    "test_accuracy",
    "train_accuracy",
)


def downloads(history: History) -> None:
    """Four buttons; what they give is made when they are pressed. In a race one says of whom."""
    run, place = history.run, 0
    names = [legend_name(entrant) for entrant in run.config.entrants]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="run-downloads"):
        if len(names) > 1:
            place = st.selectbox(
                tr("Weights and script of"),
                range(len(names)),
                format_func=lambda place: names[place],
                key=f"download.of.{run.id}",
                width=320,
            )
        of = f"-{place + 1}" if place else ""
        _button(
            "weights",
            tr("Weights"),
            lambda: weights(run.id, place),
            f"{run.id}{of}.safetensors",
            "application/octet-stream",
            disabled=history.checkpoint is None,
            help=tr(
                "The last checkpoint's weights as safetensors, with the names of the network's state_dict."
            ),
        )
        _button("history", tr("History"), lambda: as_csv(history), f"{run.id}.csv", "text/csv")
        name = f"{run.id}.json"
        _button("configuration", tr("Configuration"), lambda: as_json(history), name, "application/json")
        _button(
            "script",
            tr("PyTorch script"),
            lambda: script(run.config.alone(place)),
            f"{run.id}{of}.py",
            "text/x-python",
        )


def _button(
    key: str,
    label: str,
    make: Callable[[], bytes],
    name: str,
    mime: str,
    disabled: bool = False,
    help: str = "",
) -> None:
    st.download_button(
        label,
        make,
        file_name=f"optviz-{name}",
        mime=mime,
        key=f"download.{key}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        disabled=disabled,
        help=help or None,
    )


def weights(run_id: str, place: int = 0) -> bytes:
    """The weights of the last checkpoint as a safetensors file, of the network at this place in a race."""
    saved = scheduler.current().store.checkpoint(run_id)
    if saved is None:
        raise LookupError(f"Run {run_id} has no checkpoint yet.")
    return _with_torch("checkpoints").weights(saved.data, place)


def as_csv(history: History) -> bytes:
    """A row for each progress and each evaluation, in order; what was not measured is empty. In English.

    In a race each row begins with its optimizer, and the rows of one stand together.
    """
    entrants = history.run.config.entrants
    if len(entrants) == 1:
        return csv_bytes(COLUMNS, _rows(history))
    with speaking(ENGLISH):
        names = [legend_name(entrant) for entrant in entrants]
    named = ([name, *row] for name, lane in zip(names, history.lanes, strict=True) for row in _rows(lane))
    return csv_bytes(("optimizer", *COLUMNS), named)


def _rows(lane: Lane) -> Iterator[list[float | None]]:
    for e in lane.events:
        if isinstance(e, Progress):
            yield [e.step, e.epoch, e.loss, e.lr, e.images_per_second, e.elapsed, None, None, None]
        elif isinstance(e, Evaluation):
            missing = [None] * 4
            yield [e.step, e.epoch, *missing, e.test_loss, e.test_accuracy, e.train_accuracy]


def as_json(history: History) -> bytes:
    """The configuration under the keys of the link, with the run's name and what it came to."""
    run = history.run
    with speaking(ENGLISH):
        name = name_of(run)
    about = {"name": name, "run": run.id, "status": run.status, "test_accuracy": history.best}
    return json.dumps({**about, "configuration": encode(run.config)}, indent=2, ensure_ascii=False).encode()


def script(config: TrainingConfig) -> bytes:
    """A PyTorch script that trains the same network without optviz."""
    return _with_torch("snippet").script(config).encode()


@cache
def _with_torch(module: str) -> ModuleType:
    """A module that needs torch, loaded when somebody asks for what it makes and not before."""
    from importlib import import_module

    loaded = import_module(f"optviz.training.{module}")
    gc.collect()
    gc.freeze()  # thousands of objects that stay: no later collection need look at them
    return loaded
