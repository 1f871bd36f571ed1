"""One statement above the results: who arrives first, who comes after, and who does not."""

from collections.abc import Sequence

from optviz.engine.outcomes import number
from optviz.engine.trajectories import Trajectory
from optviz.figures.rate_words import rate_terms
from optviz.figures.scenes import short_names
from optviz.settings.experiment import OWN_RATES, Experiment

#: What is said of runs that do not arrive: of one, and of several.
FATES = {
    "diverged": ("diverges", "diverge"),
    "diverging": ("diverges", "diverge"),
    "falling": ("falls without end", "fall without end"),
    "saddle": ("is stuck at a saddle", "are stuck at a saddle"),
    "minimum": ("rests at another minimum", "rest at another minimum"),
    "valley": ("rests in a valley of minima", "rest in a valley of minima"),
    "flat": ("rests where f is flat", "rest where f is flat"),
    "hopping": ("hops between two points", "hop between two points"),
    "hovering": ("hovers at the noise floor", "hover at the noise floor"),
    "wandering": ("wanders and does not settle", "wander and do not settle"),
    "pole": ("jumps over a pole", "jump over a pole"),
    "undefined": ("leaves the part where f has values", "leave the part where f has values"),
}
SAME = 1e-6  # share by which two values of f may differ and count as the same


def headline(experiment: Experiment, trajectories: Sequence[Trajectory]) -> str:
    """The statement, in one to three sentences of plain text."""
    names = short_names(experiment.racers)
    runs = list(zip(names, trajectories, strict=True))
    arrived = sorted(
        ((t.outcome.step, name, t) for name, t in runs if t.outcome.kind == "converged"),
        key=lambda row: row[0],
    )
    sentences = [_order([(step, name) for step, name, _ in arrived], alone=len(runs) == 1)] if arrived else []
    objective = experiment.landscape()
    known = bool(objective.minima)
    if known:
        depths = objective.value(objective.minima).tolist()
        sentences += _lowest([(name, depths[t.outcome.minimum]) for _, name, t in arrived])
    if objective.group == "unbounded":
        sentences.append("There is no minimum to arrive at: f has no lower bound.")
    elif not arrived and len(runs) > 1:
        sentences.append(f"None arrives at a known minimum within {_steps(experiment.steps)}.")
    waiting = [f"{verb} after {_steps(experiment.steps)}" for verb in ("is not there", "are not there")]
    rest: dict[tuple[str, str], list[str]] = {}
    for name, t in runs:
        if t.outcome.kind == "minimum" and not known:
            fate = ("rests at a minimum", "rest at a minimum")
        else:
            fate = FATES.get(t.outcome.kind, (waiting[0], waiting[1]))
        if t.outcome.kind != "converged" and (arrived or len(runs) == 1 or fate[0] != waiting[0]):
            rest.setdefault(fate, []).append(name)
    sentences += [f"{_list(who)} {one if len(who) == 1 else all_}." for (one, all_), who in rest.items()]
    return f"{_terms(experiment)}{' '.join(sentences)}"


def _terms(experiment: Experiment) -> str:
    """Which rates are compared, where the cards do not set them."""
    terms = rate_terms(experiment) if experiment.rates != OWN_RATES else ""
    return f"{terms[0].upper()}{terms[1:]}: " if terms else ""


def _order(arrived: Sequence[tuple[int, str]], *, alone: bool) -> str:
    """Who is first, and who follows at which step."""
    first = arrived[0][0]
    leaders = [name for step, name in arrived if step == first]
    if alone:
        return f"{leaders[0]} arrives at step {first}."
    if len(leaders) > 1:
        both = "both" if len(leaders) == 2 else "all"
        said = f"{_list(leaders)} arrive first, {both} at step {first}"
    else:
        said = f"{leaders[0]} arrives first, at step {first}"
    later = [f"{name} at {step}" for step, name in arrived if step > first]
    return f"{said}; then {_list(later)}." if later else f"{said}."


def _lowest(arrived: Sequence[tuple[str, float]]) -> list[str]:
    """Who found the lowest minimum, where the minima that were reached are not equally low."""
    depths = [depth for _, depth in arrived]
    if not depths or max(depths) - min(depths) <= SAME * (1 + abs(min(depths))):
        return []
    low = min(depths)
    best = [name for name, depth in arrived if depth - low <= SAME * (1 + abs(low))]
    return [f"{_list(best)} {'ends' if len(best) == 1 else 'end'} lowest, at f = {number(low)}."]


def _steps(count: int) -> str:
    return f"{count:,} step{'s' * (count > 1)}"


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
