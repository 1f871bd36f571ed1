"""Which learning rates an experiment compares, in words: for the figure, the headline and the table."""

from optviz.engine.outcomes import number
from optviz.engine.text import plain_number
from optviz.settings.experiment import BEST_RATES, SAME_RATE, Experiment


def rate_terms(experiment: Experiment) -> str:
    """Such as “each at its own best rate of 61 tried”; "" for one optimizer with the rate on its card."""
    several = len(experiment.entrants) > 1
    if experiment.rates == SAME_RATE:
        return f"{'same rate' if several else 'rate'} {number(experiment.rate)}"
    if experiment.rates != BEST_RATES:
        return "own rates" if several else ""
    searches = [experiment.search(entrant) for entrant in experiment.entrants]
    tried = sorted({len(search.rates) for search in searches})
    each = "each at its own" if several else "at its"
    said = f"{each} best rate of {' or '.join(map(str, tried))} tried"
    without = sum(search.best is None for search in searches)
    if not without:
        return said
    kept = "keeps its own rate" if without == 1 else "keep their own rates"
    return f"{said} ({without} of {len(searches)} {kept}: none is better)"


def rate_sentences(experiment: Experiment) -> dict[str, str]:
    """For each card, by its name in the link, what it says of a rate that it does not set itself."""
    if experiment.rates == SAME_RATE:
        said = f"At the rate for all, {plain_number(experiment.rate)}."
        return {f"o{i}": said for i in range(1, len(experiment.entrants) + 1)}
    if experiment.rates != BEST_RATES:
        return {}
    found = {}
    for i, entrant in enumerate(experiment.entrants, 1):
        shown = dict(experiment.racers[i - 1].values)["lr"]
        search = experiment.search(entrant)
        which = "own" if search.best is None else "best"
        said = search_sentence(experiment, i)
        found[f"o{i}"] = f"Shown at its {which} rate {plain_number(shown)}. {said}"
    return found


def search_sentence(experiment: Experiment, place: int) -> str:
    """What was tried for the optimizer at `place`, counted from 1, and what came of it."""
    search = experiment.search(experiment.entrants[place - 1])
    unbounded = experiment.landscape().group == "unbounded"
    return search.sentence(noisy=experiment.noise > 0, unbounded=unbounded)
