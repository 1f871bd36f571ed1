"""An experiment as one Plotly figure, for a notebook."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from optviz.engine.trajectories import Trajectory
from optviz.figures.landscapes import landscape
from optviz.figures.plotly_dicts import Trace
from optviz.figures.scenes import scene
from optviz.figures.style import DARK, LIGHT
from optviz.settings.experiment import GRADIENT_AXIS, Experiment, encode

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

WIDTH, HEIGHT = 1000, 520  # px
FAR = 1e4  # in widths of the picture: a line is drawn no farther out, browsers cannot
MOST_MARKED = 200  # steps up to which every iterate gets its own marker


def show(experiment: Experiment, *, dark: bool = False) -> "Figure":
    """The paths of all entrants on their landscape, with the loss beside them: what Trajectories shows.

    The title names the landscape and the budget; `figure.layout.meta["link"]` holds the parameters of the
    link that opens the experiment. Needs Plotly, which is imported here.
    """
    from plotly.graph_objects import Figure

    theme = DARK if dark else LIGHT
    runs = experiment.run()
    drawn = scene(experiment, runs, theme)
    ground, layout = landscape(experiment.landscape(), experiment.domain, theme)
    traces: list[Trace] = [{**trace, "showlegend": False} for trace in ground]
    for trace in traces:
        if trace["type"] == "contour":
            trace["colorbar"] = {**trace["colorbar"], "x": 0.585}
    loss, lowest = drawn["loss"], drawn["loss"]["lowest"]
    reached = min(float(run.values.min()) for run in runs)
    floor = min(reached, math.inf if lowest is None else lowest) if loss["log"] else 0.0
    titles = loss["titles"]
    title = titles["plain"] if not loss["log"] else titles["reached"] if lowest is None else titles["known"]
    farthest = 1
    for said, run in zip(drawn["runs"], runs, strict=True):
        x, y = _drawn(run, experiment)
        group = {"legendgroup": said["slot"], "name": said["name"]}
        mode = "lines+markers" if run.steps <= MOST_MARKED else "lines"
        path = {**said["path"], "x": x, "y": y, "customdata": run.values, "mode": mode}
        hover = said["loss"]["hovertemplate"].replace("%{meta}", title)
        above = run.values - floor
        heights = np.where(above > 0, above, np.nan) if loss["log"] else above
        spent = run.gradients_asked if loss["across"] == GRADIENT_AXIS else np.arange(run.steps + 1)
        farthest = max(farthest, int(spent[-1]))
        line = {**said["loss"], "x": spent, "y": heights, "hovertemplate": hover}
        beside = {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
        traces += [{**path, **group}, {**line, **group, **beside}]
    ring = drawn["main"]["start"]
    place = [[v] for v in (*experiment.start, float(runs[0].values[0]))[:2]]
    traces.append({**ring, "x": place[0], "y": place[1], "showlegend": False, "hoverinfo": "skip"})
    across, up = (
        loss["layout"]["xaxis"] | {"range": [0, max(farthest, experiment.steps)]},
        {**loss["layout"]["yaxis"], **_range(runs, floor, log=loss["log"])},
    )
    whole = {
        **layout,
        "width": WIDTH,
        "height": HEIGHT,
        "paper_bgcolor": theme.ground,
        "margin": {"l": 62, "r": 20, "t": 84, "b": 84},
        "title": {"text": f"{drawn['title']}<br><sub>{drawn['budget']}</sub>", "x": 0.01},
        "showlegend": True,
        "legend": {"orientation": "h", "y": -0.16},
        "meta": {"link": encode(experiment)},
        "xaxis": {**layout["xaxis"], "domain": [0, 0.575]},
        "xaxis2": {**across, "domain": [0.72, 1], "anchor": "y2", "automargin": True},
        "yaxis2": {**up, "anchor": "x2", "title": {**up["title"], "text": title}, "automargin": True},
    }
    return Figure(data=traces, layout=whole)


def _range(runs: Sequence[Trajectory], floor: float, *, log: bool) -> dict[str, Any]:
    """Where a diverging run would flatten all others, it leaves the picture of the loss through the top."""
    heights = np.concatenate([run.values for run in runs]) - floor
    ceiling = abs(float(runs[0].values[0]) - floor) * (1e6 if log else 3)
    if not 0 < ceiling < heights.max():
        return {}
    low = float(heights[heights > 0].min() if log else heights.min())
    return {"range": [math.log10(low), math.log10(ceiling)] if log else [low, ceiling]}


def _drawn(run: Trajectory, experiment: Experiment) -> tuple[np.ndarray, np.ndarray]:
    """(x, y), or (x, f(x)), with gaps where no screen reaches."""
    domain = np.array(experiment.domain)
    far = FAR * float((domain[:, 1] - domain[:, 0]).max()) + float(np.abs(domain).max())
    shown = (np.abs(run.points) <= far).all(axis=1)
    places = run.points if run.points.shape[1] == 2 else np.stack([run.points[:, 0], run.values], axis=1)
    x, y = np.where(shown[:, None], places, np.nan).T
    return x, y
