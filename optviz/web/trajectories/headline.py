"""One statement above the results: who arrives first, who comes after, and who does not."""

from collections.abc import Sequence

from optviz.engine.outcomes import number
from optviz.engine.trajectories import Trajectory
from optviz.figures.rate_words import rate_terms
from optviz.figures.scenes import short_names
from optviz.settings.experiment import OWN_RATES, Experiment
from optviz.words import join, listed, mark, tr, trn

#: What is said of runs that do not arrive: of one, and of several.
Fate = tuple[str, str]
DIVERGED = mark("{who} diverges."), mark("{who} diverge.")
AT_A_MINIMUM = mark("{who} rests at a minimum."), mark("{who} rest at a minimum.")
WAITING = mark("{who} is not there after {steps}."), mark("{who} are not there after {steps}.")
FATES: dict[str, Fate] = {
    "diverged": DIVERGED,
    "diverging": DIVERGED,
    "falling": (mark("{who} falls without end."), mark("{who} fall without end.")),
    "saddle": (mark("{who} is stuck at a saddle."), mark("{who} are stuck at a saddle.")),
    "minimum": (mark("{who} rests at another minimum."), mark("{who} rest at another minimum.")),
    "valley": (mark("{who} rests in a valley of minima."), mark("{who} rest in a valley of minima.")),
    "flat": (mark("{who} rests where f is flat."), mark("{who} rest where f is flat.")),
    "hopping": (mark("{who} hops between two points."), mark("{who} hop between two points.")),
    "hovering": (mark("{who} hovers at the noise floor."), mark("{who} hover at the noise floor.")),
    "wandering": (mark("{who} wanders and does not settle."), mark("{who} wander and do not settle.")),
    "pole": (mark("{who} jumps over a pole."), mark("{who} jump over a pole.")),
    "undefined": (
        mark("{who} leaves the part where f has values."),
        mark("{who} leave the part where f has values."),
    ),
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
    steps = trn("{count} step", "{count} steps", experiment.steps)
    if objective.group == "unbounded":
        sentences.append(tr("There is no minimum to arrive at: f has no lower bound."))
    elif not arrived and len(runs) > 1:
        sentences.append(tr("None arrives at a known minimum within {steps}.", steps=steps))
    rest: dict[Fate, list[str]] = {}
    for name, t in runs:
        fate = FATES.get(t.outcome.kind, WAITING)
        if t.outcome.kind == "minimum" and not known:
            fate = AT_A_MINIMUM
        if t.outcome.kind != "converged" and (arrived or len(runs) == 1 or fate != WAITING):
            rest.setdefault(fate, []).append(name)
    for (one, several), who in rest.items():
        sentences.append(tr(one if len(who) == 1 else several, who=_list(who), steps=steps))
    return _with_terms(experiment, join(*sentences))


def _with_terms(experiment: Experiment, said: str) -> str:
    """The statement behind the rates that are compared, where the cards do not set them."""
    terms = rate_terms(experiment) if experiment.rates != OWN_RATES else ""
    return (
        tr("{terms}: {sentences}", terms=f"{terms[0].upper()}{terms[1:]}", sentences=said) if terms else said
    )


def _order(arrived: Sequence[tuple[int, str]], *, alone: bool) -> str:
    """Who is first, and who follows at which step."""
    first = arrived[0][0]
    leaders = [name for step, name in arrived if step == first]
    said = {"who": _list(leaders), "step": first}
    if alone:
        return tr("{who} arrives at step {step}.", **said)
    later = [tr("{name} at {step}", name=name, step=step) for step, name in arrived if step > first]
    if later:
        said["later"] = _list(later)
    if len(leaders) == 1:
        if later:
            return tr("{who} arrives first, at step {step}; then {later}.", **said)
        return tr("{who} arrives first, at step {step}.", **said)
    if len(leaders) == 2:
        if later:
            return tr("{who} arrive first, both at step {step}; then {later}.", **said)
        return tr("{who} arrive first, both at step {step}.", **said)
    if later:
        return tr("{who} arrive first, all at step {step}; then {later}.", **said)
    return tr("{who} arrive first, all at step {step}.", **said)


def _lowest(arrived: Sequence[tuple[str, float]]) -> list[str]:
    """Who found the lowest minimum, where the minima that were reached are not equally low."""
    depths = [depth for _, depth in arrived]
    if not depths or max(depths) - min(depths) <= SAME * (1 + abs(min(depths))):
        return []
    low = min(depths)
    best = [name for name, depth in arrived if depth - low <= SAME * (1 + abs(low))]
    said = {"who": _list(best), "value": number(low)}
    if len(best) == 1:
        return [tr("{who} ends lowest, at f = {value}.", **said)]
    return [tr("{who} end lowest, at f = {value}.", **said)]


def _list(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return tr("{names} and {last}", names=listed(names[:-1]), last=names[-1])
