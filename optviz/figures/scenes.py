"""The whole stage of an experiment: landscape with paths, loss beside it, and what the player needs."""

from collections.abc import Container, Sequence

import numpy as np

from optviz.engine.javascript import optimizer_source
from optviz.engine.noise import gaussian_noise
from optviz.engine.outcomes import number, point
from optviz.engine.own_optimizer import own_optimizer
from optviz.engine.step_explanations import explanation_source
from optviz.engine.trajectories import Trajectory
from optviz.figures.landscapes import curve, frame, ground_figure, ground_key, minima, sample
from optviz.figures.losses import hovers, loss
from optviz.figures.paths import run, start_edge, start_marker
from optviz.figures.plotly_dicts import fixed, packed
from optviz.figures.rate_words import rate_terms
from optviz.figures.scene_types import Ground, Live, Main, OwnSources, Scene
from optviz.figures.style import Theme, styles
from optviz.settings.experiment import BEST_RATES, GRADIENT_AXIS, VIEWS, Entrant, Experiment, encode
from optviz.settings.rule_link import packed as packed_text
from optviz.words import join, listed, per_language, tr

BESIDE = 78  # px at the right of the picture for the colour bar
EDGE = 18  # px there without one
FLAT_VIEWS = ("contour", "multiples")  # those that a curve has too


def legend_name(entrant: Entrant, without: Container[str] = ()) -> str:
    """The optimizer with its own hyperparameters, but for the advanced ones and those of `without`."""
    optimizer = entrant.row
    advanced = {h.name for h in optimizer.hyperparameters if h.advanced}
    shown = [(name, v) for name, v in entrant.values if name not in advanced and name not in without]
    values = ", ".join(f"{name} {number(v)}" for name, v in shown)
    return f"{tr(optimizer.name)} ({values})" if values else tr(optimizer.name)


def short_names(entrants: Sequence[Entrant]) -> list[str]:
    """For each entrant the optimizer, and where it stands there more than once what sets it apart.

    Where all have the same optimizer, only what sets them apart.
    """
    found = []
    several = len({entrant.row.name for entrant in entrants}) > 1
    for entrant in entrants:
        alike = [
            dict(e.values) for e in entrants if (e.optimizer, e.text) == (entrant.optimizer, entrant.text)
        ]
        apart = [
            f"{name} {number(v)}" for name, v in entrant.values if any(other[name] != v for other in alike)
        ]
        named = several or not apart
        found.append(", ".join([*([tr(entrant.row.name)] if named else []), *apart]))
    return found


def scene(
    experiment: Experiment,
    trajectories: Sequence[Trajectory],
    theme: Theme,
    *,
    ground_url: str | None = None,
    engine: str = "",
) -> Scene:
    """What the stage shows of an experiment and its trajectories, one for each entrant.

    `ground_url` is where the browser fetches the contour (the JSON of `ground_figure`); without it the
    contour is part of the scene. `engine` is the JavaScript source of a typed landscape, so that the
    browser can compute on it.
    """
    objective = experiment.landscape()
    drawn = styles(experiment.entrants, theme)
    labels, hover = short_names(experiment.racers), hovers()[experiment.across]
    view = f"{objective.formula} {experiment.domain}"
    formula = f"f({'x, y' if objective.dimension == 2 else 'x'}) = {objective.formula}"
    return {
        "title": tr("{name}: {formula}", name=tr(objective.name), formula=formula),
        "main": _main(experiment, view, theme),
        "ground": _ground(experiment, ground_url, theme),
        "loss": loss(objective, experiment.steps, experiment.log_loss, view, theme, experiment.across),
        "side": None,
        "runs": [
            run(f"o{i}", legend_name(entrant), label, t.points, t.values, style, theme, hover, _several(t))
            for i, (entrant, label, t, style) in enumerate(
                zip(experiment.racers, labels, trajectories, drawn, strict=True), 1
            )
        ],
        "followers": [],
        "domain": [list(interval) for interval in experiment.domain],
        "start": list(experiment.start),
        "steps": experiment.steps,
        "unit": "step",
        "per": 1,
        "live": _live(experiment, engine),
        "budget": _budget(experiment, trajectories),
        "alt": describe(experiment, trajectories),
        "dark": theme.dark,
        "picture": picture(experiment),
    }


def picture(experiment: Experiment) -> str:
    """Which view is drawn: a landscape of one variable is a curve, whichever of its surfaces is asked for."""
    flat = experiment.landscape().dimension == 1
    return "contour" if flat and experiment.view not in FLAT_VIEWS else experiment.view


def _main(experiment: Experiment, view: str, theme: Theme) -> Main:
    objective = experiment.landscape()
    flat = objective.dimension == 1
    return {
        "layout": fixed(frame(objective, experiment.domain, theme), right=EDGE if flat else BESIDE),
        "view": view,
        "curve": curve(objective, experiment.domain, theme) if flat else None,
        "minima": minima(objective, theme),
        "start": start_marker(theme),
        "startEdge": start_edge(theme),
    }


def _ground(experiment: Experiment, url: str | None, theme: Theme) -> Ground | None:
    """In one variable there is none: the curve is cheap and belongs to the picture."""
    objective = experiment.landscape()
    if objective.dimension == 1:
        return None
    key = ground_key(objective, experiment.domain, theme)
    if url is not None:
        return {"key": key, "url": url}
    return {"key": key, "figure": ground_figure(objective, experiment.domain, theme)}


def _live(experiment: Experiment, engine: str) -> Live:
    draws = None
    if experiment.noise:
        draws = packed(gaussian_noise(experiment.seed, experiment.steps, len(experiment.start)), "f8")
    own = {packed_text(e.text): _own_sources(e.text) for e in experiment.entrants if e.text}
    found = experiment.racers if experiment.rates == BEST_RATES else ()
    rates = {f"o{i}": dict(entrant.values)["lr"] for i, entrant in enumerate(found, 1)}
    return {"link": encode(experiment), "engine": engine, "draws": draws, "own": own, "rates": rates}


def _several(trajectory: Trajectory) -> np.ndarray | None:
    """How many gradients were taken up to each point, None where it is one a step."""
    asked = trajectory.gradients_asked
    return None if (asked == np.arange(len(asked))).all() else asked


@per_language(64)
def _own_sources(text: str) -> OwnSources:
    row = own_optimizer(text)
    return {"step": optimizer_source(row), "explained": explanation_source(row)}


def _budget(experiment: Experiment, trajectories: Sequence[Trajectory]) -> str:
    """On which terms the optimizers are compared, and what the grey part of a landscape is."""
    whole = all(t.steps == experiment.steps for t in trajectories)
    start = tr("Same start {place}", place=point(trajectories[0].points[0]))
    said = {"terms": listed(filter(None, [start, rate_terms(experiment)])), "count": experiment.steps}
    if all(t.gradients_asked[-1] == t.steps and not t.values_asked[-1] for t in trajectories):
        parts = [
            tr("{terms}, {count} gradient evaluations each.", **said)
            if whole
            else tr("{terms}, {count} gradient evaluations each, fewer where a run broke off.", **said)
        ]
    else:
        names = short_names(experiment.racers)
        asked = tr("; ").join(map(_asked, names, trajectories))
        parts = [
            tr("{terms}, {count} steps each.", **said)
            if whole
            else tr("{terms}, {count} steps each, fewer where a run broke off.", **said),
            tr("Gradient evaluations: {asked}.", asked=asked),
        ]
    if experiment.across == GRADIENT_AXIS:
        parts.append(tr("The loss is drawn against gradient evaluations, not against steps."))
    if experiment.noise:
        noise = {"noise": number(experiment.noise), "seed": experiment.seed}
        parts.append(tr("Same noise: σ = {noise}, seed {seed}.", **noise))
    return join(*parts, gap_sentence(experiment))


def gap_sentence(experiment: Experiment) -> str:
    """What the gap of a curve or surface, or the grey part of a ground is, "" where there is none."""
    objective = experiment.landscape()
    _, values = sample(objective, experiment.domain)
    if np.isfinite(values).all():
        return ""
    if objective.dimension == 1 or picture(experiment) == "surface":
        return tr("f has no finite value in the gap.")
    return tr("f has no finite value where the ground is grey.")


def _asked(name: str, trajectory: Trajectory) -> str:
    """What one run took: its gradients, and values of f where it asked for them."""
    gradients, values = int(trajectory.gradients_asked[-1]), int(trajectory.values_asked[-1])
    if not values:
        return f"{name} {gradients}"
    said = {"name": name, "gradients": gradients, "values": values}
    return tr("{name} {gradients} and {values} values of f", **said)


def describe(experiment: Experiment, trajectories: Sequence[Trajectory]) -> str:
    """What the picture shows, in words: who got where, in how many steps."""
    objective = experiment.landscape()
    words = VIEWS[experiment.view][1]
    parts = [
        tr(
            "{picture} of {landscape}, paths from {place}.",
            picture=tr("Curve") if objective.dimension == 1 else tr(words),
            landscape=tr(objective.name),
            place=point(trajectories[0].points[0]),
        )
    ]
    for entrant, trajectory in zip(experiment.racers, trajectories, strict=True):
        sentence = trajectory.outcome.sentence
        parts.append(tr("{name}: {sentence}", name=legend_name(entrant), sentence=sentence))
    return join(*parts)
