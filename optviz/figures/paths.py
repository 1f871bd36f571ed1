"""Trajectories on their landscape: path, head, and an arrow where one leaves the picture."""

from typing import Any

import numpy as np

from optviz.engine.outcomes import number, point
from optviz.engine.trajectories import Trajectory
from optviz.figures.plotly_dicts import Trace, packed
from optviz.figures.style import Style, Theme

MOST_MARKED = 200  # steps up to which every iterate gets its own marker
REACH = 1e4  # in widths of the picture: lines are drawn no farther out, browsers cannot

Domain = tuple[tuple[float, float], ...]


def drawn(trajectory: Trajectory, domain: Domain) -> tuple[np.ndarray, np.ndarray]:
    """What is drawn: (x, y) in 2D and (x, f(x)) in 1D, with gaps where no screen reaches."""
    points = trajectory.points
    x, y = points[:, 0], (trajectory.values if points.shape[1] == 1 else points[:, 1])
    width = max(high - low for low, high in domain)
    far = (np.abs(points) > REACH * width + np.abs(np.array(domain)).max()).any(axis=1)
    return np.where(far, np.nan, x), np.where(far, np.nan, y)


def path(name: str, trajectory: Trajectory, style: Style, domain: Domain, theme: Theme) -> list[Trace]:
    """The line with its iterates, and the head that the stage moves along it."""
    x, y = drawn(trajectory, domain)
    marked = trajectory.steps <= MOST_MARKED
    template = "step %{pointNumber}<br>x = %{x:.5g}<br>" + (
        "f = %{y:.5g}" if len(domain) == 1 else "y = %{y:.5g}"
    )
    line = {
        "type": "scatter",
        "mode": "lines+markers" if marked else "lines",
        "name": name,
        "x": packed(x),
        "y": packed(y),
        "line": {"color": style.color, "width": 2.2, "dash": style.dash},
        "marker": {"size": 4.5, "color": style.color},
        "hovertemplate": f"{name}<br>{template}<extra></extra>",
    }
    head = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [float(x[-1])] if np.isfinite(x[-1]) else [None],
        "y": [float(y[-1])] if np.isfinite(y[-1]) else [None],
        "marker": {
            "size": 12,
            "symbol": style.marker,
            "color": style.color,
            "line": {"color": theme.halo, "width": 1.8},
        },
        "hoverinfo": "skip",
    }
    return [line, head]


def start_marker(trajectory: Trajectory, theme: Theme) -> Trace:
    """The start, a ring that can be dragged."""
    first = trajectory.points[0]
    y = trajectory.values[0] if len(first) == 1 else first[1]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "start",
        "x": [float(first[0])],
        "y": [float(y)],
        "marker": {
            "size": 16,
            "symbol": "circle-open",
            "color": theme.ink,
            "line": {"color": theme.ink, "width": 3},
        },
        "hovertemplate": "start (drag it, or click anywhere)<extra></extra>",
    }


def exit_arrow(trajectory: Trajectory, style: Style, domain: Domain, theme: Theme) -> dict[str, Any] | None:
    """An arrow at the edge where the path first leaves the picture, with the iterate that it leads to."""
    points, box = trajectory.points, np.array(domain)
    outside: np.ndarray = np.any((points < box[:, 0]) | (points > box[:, 1]), axis=1)
    if outside[0] or not outside.any():
        return None
    k = int(np.argmax(outside))
    inside, leaving = points[k - 1], points[k]
    with np.errstate(all="ignore"):
        shares = np.where(leaving > inside, box[:, 1] - inside, box[:, 0] - inside) / (leaving - inside)
    edge = inside + float(np.nanmin(np.where(leaving == inside, np.inf, shares))) * (leaving - inside)
    direction = (leaving - inside) / (box[:, 1] - box[:, 0])
    direction = direction / (np.linalg.norm(direction) or 1.0)
    # In 1D the edge is left or right, and the height is that of the last iterate in the picture.
    up = 0.0 if len(edge) == 1 else float(direction[1])
    y = float(trajectory.values[k - 1]) if len(edge) == 1 else float(edge[1])
    value = number(float(leaving[0])) if len(leaving) == 1 else point(leaving)
    return {
        "x": float(edge[0]),
        "y": y,
        "ax": -34 * float(direction[0]),
        "ay": 34 * up,
        "text": f"step {k}: {value}",
        "showarrow": True,
        "arrowhead": 2,
        "arrowwidth": 2,
        "arrowcolor": style.color,
        "font": {"color": theme.ink, "size": 11},
        "bgcolor": theme.ground,
        "bordercolor": style.color,
        "borderpad": 2,
        "opacity": 0.92,
    }
