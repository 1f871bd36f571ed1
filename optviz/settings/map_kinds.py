"""The kinds of map: what each is made of, and which experiment stands behind a place on it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.optimizers import OPTIMIZERS, Optimizer, as_optimizer
from optviz.maps.axes import Axis, Progress, part_of
from optviz.maps.grids import Basins, StabilityMap, basins, stability_map
from optviz.maps.minima import with_minima
from optviz.maps.sweeps import NoiseBands, Sweep, learning_rate_sweep, noise_bands
from optviz.settings.experiment import Experiment
from optviz.settings.landscapes import domain_complaint
from optviz.settings.setups import Entrant
from optviz.words import Message, mark, tr

if TYPE_CHECKING:
    from optviz.settings.maps import MapSettings

Map = Sweep | StabilityMap | tuple[Basins, ...] | NoiseBands
Ends = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a stability map: a hyperparameter and its range."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of map.

    `question` is what it answers, `most` how many optimizers it shows, `fields` the names of the link that
    belong to it besides the objective, the optimizers, the steps and the schedule. `make` computes it from
    the settings, at most `resolution` values along a side, or seeds. `open_at` is the experiment behind the
    place (x, y) of a map: the nearest run that the map holds. `swept` are the hyperparameters that the map
    goes through, so that the entrants' own values do not count; `fineness` is the attribute that says how
    fine it is. `refusal` says in one sentence why there can be no such map, or returns None.
    """

    key: str
    name: Message
    question: Message
    most: int
    fields: tuple[str, ...]
    make: Callable[..., Map]
    open_at: Callable[..., Experiment]
    swept: Callable[["MapSettings"], frozenset[str]] = lambda settings: frozenset()
    fineness: str = "resolution"
    refusal: Callable[["MapSettings"], str | None] = lambda settings: None


def _chosen(m: "MapSettings") -> list[tuple[Optimizer, dict[str, float]]]:
    return [(e.row, dict(e.values)) for e in m.entrants]


def _make_sweep(m: "MapSettings", resolution: int, **how: Any) -> Sweep:
    rates = np.geomspace(*m.rates, resolution)
    return learning_rate_sweep(m.landscape(), _chosen(m), m.start, m.steps, rates, **how)


def _open_sweep(m: "MapSettings", made: Sweep, e: Experiment, x: float, y: float) -> Experiment:
    """The rate is that of all the optimizers that are compared."""
    rate = _nearest(made.rates, x, log=True)
    return replace(e, entrants=tuple(_with(entrant, lr=rate) for entrant in m.entrants))


def _make_stability(m: "MapSettings", resolution: int, **how: Any) -> StabilityMap:
    (optimizer, values), (x, y) = _chosen(m)[0], m.axes()
    landscape = m.landscape()
    return stability_map(
        landscape, optimizer, x, y, m.start, m.steps, values=values, resolution=resolution, **how
    )


def _open_stability(m: "MapSettings", made: StabilityMap, e: Experiment, x: float, y: float) -> Experiment:
    found = {
        made.x.name: _nearest(made.xs, x, log=made.x.log),
        made.y.name: _nearest(made.ys, y, log=made.y.log),
    }
    return replace(e, entrants=(_with(m.entrants[0], **found),))


def _refuse_sides(m: "MapSettings") -> str | None:
    if m.sides[0].name == m.sides[1].name:
        return tr("The two sides of the map must differ; both are {name}.", name=m.sides[0].name)
    optimizer = m.entrants[0].row
    return next(filter(None, (refuse_side(optimizer, side) for side in m.sides)), None)


def _make_basins(
    m: "MapSettings", resolution: int, progress: Progress | None = None, **how: Any
) -> tuple[Basins, ...]:
    chosen, made = _chosen(m), []
    landscape = with_minima(m.landscape(), m.domain)
    how |= {"domain": m.domain, "resolution": resolution}
    for i, (optimizer, values) in enumerate(chosen):
        part = part_of(progress, i / len(chosen), (i + 1) / len(chosen))
        made.append(basins(landscape, optimizer, m.steps, values=values, progress=part, **how))
    return tuple(made)


def _open_basins(m: "MapSettings", made: tuple[Basins, ...], e: Experiment, x: float, y: float) -> Experiment:
    """The start is that of all the optimizers that are compared."""
    return replace(e, start=tuple(_nearest(a, v) for a, v in zip(made[0].axes, (x, y), strict=False)))


def _make_noise(m: "MapSettings", resolution: int, **how: Any) -> NoiseBands:
    how |= {"noise": m.noise, "seeds": max(2, resolution), "seed": m.seed}
    return noise_bands(m.landscape(), _chosen(m), m.start, m.steps, **how)


def _open_noise(m: "MapSettings", made: NoiseBands, e: Experiment, x: float, y: float) -> Experiment:
    return replace(e, noise=m.noise, seed=m.seed)


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            key="sweep",
            name=mark("Learning rate"),
            question=mark("Which learning rate is best, and when is it too large?"),
            most=6,
            fields=("start", "rates", "resolution"),
            make=_make_sweep,
            open_at=_open_sweep,
            swept=lambda settings: frozenset({"lr"}),
            refusal=lambda m: refuse_side(OPTIMIZERS["gd"], Side("lr", *m.rates)),
        ),
        Kind(
            key="stability",
            name=mark("Stability"),
            question=mark("Which pairs of hyperparameters work together?"),
            most=1,
            fields=("start", "x", "y", "resolution"),
            make=_make_stability,
            open_at=_open_stability,
            swept=lambda settings: frozenset(side.name for side in settings.sides),
            refusal=_refuse_sides,
        ),
        Kind(
            key="basins",
            name=mark("Basins"),
            question=mark("Which start leads to which minimum?"),
            most=3,
            fields=("domain", "resolution"),
            make=_make_basins,
            open_at=_open_basins,
            refusal=lambda m: domain_complaint(m.domain),
        ),
        Kind(
            key="noise",
            name=mark("Noise bands"),
            question=mark("Luck or optimizer?"),
            most=6,
            fields=("start", "noise", "seeds", "seed"),
            make=_make_noise,
            open_at=_open_noise,
            fineness="seeds",
        ),
    )
}


def sides_of(optimizer: Optimizer | str) -> tuple[Side, Side]:
    """The sides that a stability map of an optimizer begins with: its rate, and what comes next."""
    first, second = as_optimizer(optimizer).hyperparameters[:2]
    return side_of(first), side_of(second)


def side_of(h: Hyperparameter) -> Side:
    """The range of a side that nobody has chosen: where something happens on the plots."""
    return Side(h.name, 0.01, h.high) if h.name == "lr" else Side(h.name, float(h.low), float(h.high))


def refuse_side(optimizer: Optimizer, side: Side) -> str | None:
    """Say in one sentence why a side cannot be that of a map, or return None if it can."""
    try:
        Axis.of(optimizer, side.name, side.low, side.high)
    except ValueError as error:
        return str(error)
    return None


def _with(entrant: Entrant, **values: float) -> Entrant:
    """The entrant with other values; whole numbers stay whole."""
    return entrant.having(**values)


def _nearest(values: np.ndarray, wanted: float, *, log: bool = False) -> float:
    if log:
        return float(values[np.abs(np.log(values) - np.log(max(wanted, 1e-300))).argmin()])
    return float(values[np.abs(values - wanted).argmin()])
