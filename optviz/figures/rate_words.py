"""Which learning rates an experiment compares, in words: for the figure, the headline and the table."""

from optviz.engine.outcomes import number
from optviz.engine.text import plain_number
from optviz.settings.experiment import BEST_RATES, SAME_RATE, Experiment
from optviz.words import join, tr


def rate_terms(experiment: Experiment) -> str:
    """Such as “each at its own best rate of 61 tried”; "" for one optimizer with the rate on its card."""
    several = len(experiment.entrants) > 1
    if experiment.rates == SAME_RATE:
        rate = number(experiment.rate)
        return tr("same rate {rate}", rate=rate) if several else tr("rate {rate}", rate=rate)
    if experiment.rates != BEST_RATES:
        return tr("own rates") if several else ""
    searches = [experiment.search(entrant) for entrant in experiment.entrants]
    tried = tr(" or ").join(map(str, sorted({len(search.rates) for search in searches})))
    if several:
        said = tr("each at its own best rate of {tried} tried", tried=tried)
    else:
        said = tr("at its best rate of {tried} tried", tried=tried)
    without = sum(search.best is None for search in searches)
    if not without:
        return said
    kept = {"terms": said, "count": without, "all": len(searches)}
    if without == 1:
        return tr("{terms} ({count} of {all} keeps its own rate: none is better)", **kept)
    return tr("{terms} ({count} of {all} keep their own rates: none is better)", **kept)


def rate_sentences(experiment: Experiment) -> dict[str, str]:
    """For each card, by its name in the link, what it says of a rate that it does not set itself."""
    if experiment.rates == SAME_RATE:
        said = tr("At the rate for all, {rate}.", rate=plain_number(experiment.rate))
        return {f"o{i}": said for i in range(1, len(experiment.entrants) + 1)}
    if experiment.rates != BEST_RATES:
        return {}
    found = {}
    for i, entrant in enumerate(experiment.entrants, 1):
        rate = plain_number(dict(experiment.racers[i - 1].values)["lr"])
        if experiment.search(entrant).best is None:
            said = tr("Shown at its own rate {rate}.", rate=rate)
        else:
            said = tr("Shown at its best rate {rate}.", rate=rate)
        found[f"o{i}"] = join(said, search_sentence(experiment, i))
    return found


def search_sentence(experiment: Experiment, place: int) -> str:
    """What was tried for the optimizer at `place`, counted from 1, and what came of it."""
    search = experiment.search(experiment.entrants[place - 1])
    unbounded = experiment.landscape().group == "unbounded"
    return search.sentence(noisy=experiment.noise > 0, unbounded=unbounded)
