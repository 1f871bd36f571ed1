"""Downloads for a run: weights, history, configuration, and a PyTorch script."""

import csv
import gc
import io
import json
from collections.abc import Callable
from functools import cache
from types import ModuleType

import streamlit as st

from optviz.runs import scheduler
from optviz.runs.history import History
from optviz.training.config import TrainingConfig, encode
from optviz.training.events import Evaluation, Progress
from optviz.web.train.run_words import name_of

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
    """Four buttons; a file is made when its button is pressed."""
    run = history.run
    with st.container(horizontal=True, gap="small", key="run-downloads"):
        _button(
            "Weights",
            lambda: weights(run.id),
            f"{run.id}.safetensors",
            "application/octet-stream",
            disabled=history.checkpoint is None,
            help="The last checkpoint's weights as safetensors, with the names of the network's state_dict.",
        )
        _button("History", lambda: as_csv(history), f"{run.id}.csv", "text/csv")
        _button("Configuration", lambda: as_json(history), f"{run.id}.json", "application/json")
        _button("PyTorch script", lambda: script(run.config), f"{run.id}.py", "text/x-python")


def _button(
    label: str, make: Callable[[], bytes], name: str, mime: str, disabled: bool = False, help: str = ""
) -> None:
    st.download_button(
        label,
        make,
        file_name=f"optviz-{name}",
        mime=mime,
        key=f"download.{label}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        disabled=disabled,
        help=help or None,
    )


def weights(run_id: str) -> bytes:
    """The weights of the last checkpoint as a safetensors file."""
    saved = scheduler.current().store.checkpoint(run_id)
    if saved is None:
        raise LookupError(f"Run {run_id} has no checkpoint yet.")
    return _with_torch("checkpoints").weights(saved.data)


def as_csv(history: History) -> bytes:
    """A row for each progress and each evaluation, in order; values that were not measured are empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for event in history.events:
        if isinstance(event, Progress):
            values = (event.loss, event.lr, event.images_per_second, event.elapsed)
            writer.writerow(dict(zip(COLUMNS, (event.step, event.epoch, *values), strict=False)))
        elif isinstance(event, Evaluation):
            judged = (event.test_loss, event.test_accuracy, event.train_accuracy)
            row = dict(zip(COLUMNS[-3:], judged, strict=True))
            writer.writerow({"step": event.step, "epoch": event.epoch, **row})
    return out.getvalue().encode()


def as_json(history: History) -> bytes:
    """The configuration under the names of the link, with the run's name, status and test accuracy."""
    run = history.run
    about = {"name": name_of(run), "run": run.id, "status": run.status, "test_accuracy": history.accuracy}
    return json.dumps({**about, "configuration": encode(run.config)}, indent=2, ensure_ascii=False).encode()


def script(config: TrainingConfig) -> bytes:
    """A PyTorch script that trains the same network without optviz."""
    return _with_torch("snippet").script(config).encode()


@cache
def _with_torch(module: str) -> ModuleType:
    """A module that needs torch, imported only when somebody asks for what it makes."""
    from importlib import import_module

    loaded = import_module(f"optviz.training.{module}")
    gc.collect()
    gc.freeze()  # thousands of objects that stay: later collections can skip them
    return loaded
