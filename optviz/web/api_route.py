"""The runs of an experiment as JSON or CSV, for notebooks: the parameters are those of its link.

    /api/v1/trajectories?v=1&objective=ravine&o1=gd_lr_0.1&...           JSON
    /api/v1/trajectories?format=csv&v=1&objective=ravine&o1=gd_lr_0.1    CSV

What the page would not use is refused here, with the page's own sentences.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from optviz.engine.trajectories import Trajectory
from optviz.figures.csv_text import csv_bytes
from optviz.figures.scenes import legend_name
from optviz.settings.experiment import Experiment, decode, encode
from optviz.web.trajectories.results import TRAJECTORIES
from optviz.web.work import Asker, BusyError, Work
from optviz.words import ENGLISH, join, speaking, tr

FORMATS = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
WORK = Work("api", threads=1, most=64, each=4)


class ApiError(ValueError):
    """A request that cannot be answered; the message is a sentence for people."""


async def trajectories(request: Request) -> Response:
    """The runs. 400 with sentences for what cannot be used, 429 for too many requests."""
    try:
        made, media_type = await WORK.do(Asker.of(request), lambda: _answer(dict(request.query_params)))
    except ApiError as error:
        return _refused(str(error), 400)
    except BusyError as error:
        return _refused(str(error), 429)
    headers = {"cache-control": "private, max-age=60"}
    if media_type == FORMATS["csv"]:
        headers["content-disposition"] = 'attachment; filename="optviz.csv"'
    return Response(made, media_type=media_type, headers=headers)


def _refused(sentence: str, status: int) -> Response:
    headers = {"cache-control": "no-store", **({"retry-after": "1"} if status == 429 else {})}
    return PlainTextResponse(sentence, status, headers=headers)


def _answer(query: Mapping[str, str]) -> tuple[bytes, str]:
    form = query.get("format", "json")
    if form not in FORMATS:
        raise ApiError(tr("The format must be json or csv."))
    experiment, notices = decode({name: text for name, text in query.items() if name != "format"})
    if notices:
        raise ApiError(join(*notices))
    runs = experiment.run()
    made = as_csv(experiment, runs) if form == "csv" else json.dumps(as_json(experiment, runs)).encode()
    return made, FORMATS[form]


def as_json(experiment: Experiment, runs: Sequence[Trajectory]) -> dict[str, Any]:
    """The experiment's link, its landscape, and every run: rows of points, values of f, and gradients.

    A number that is not finite is null.
    """
    objective = experiment.landscape()
    return {
        "link": encode(experiment),
        "landscape": {"name": objective.name, "formula": objective.formula, "minima": objective.minima},
        "runs": [
            {
                "optimizer": entrant.optimizer,
                "hyperparameters": dict(entrant.values),
                "outcome": {"kind": run.outcome.kind, "sentence": run.outcome.sentence},
                "points": _finite(run.points.tolist()),
                "values": _finite(run.values.tolist()),
                "gradients": _finite(run.gradients.tolist()),
            }
            for entrant, run in zip(experiment.racers, runs, strict=True)
        ],
    }


def _finite(numbers: Any) -> Any:
    if isinstance(numbers, list):
        return [_finite(each) for each in numbers]
    return numbers if math.isfinite(numbers) else None


def as_csv(experiment: Experiment, runs: Sequence[Trajectory]) -> bytes:
    """Every iterate of every run: optimizer, step, coordinates, f, gradient. It is English everywhere."""
    with speaking(ENGLISH):
        names = [legend_name(entrant) for entrant in experiment.racers]
    axes = ("x", "y")[: len(experiment.start)]
    rows = (
        [name, k, *t.points[k].tolist(), float(t.values[k]), *t.gradients[k].tolist()]
        for name, t in zip(names, runs, strict=True)
        for k in range(len(t.points))
    )
    return csv_bytes(["optimizer", "step", *axes, "f", *(f"df/d{a}" for a in axes)], rows)


route = Route(f"/{TRAJECTORIES}", trajectories)
