"""Ready-made comparisons for the first minute, each with a claim that a test holds it to."""

from dataclasses import dataclass, replace
from typing import Any

from optviz.settings.experiment import Entrant, Experiment, encode
from optviz.settings.link import fields_of
from optviz.settings.setups import MOST_ENTRANTS
from optviz.words import Message, tr


@dataclass(frozen=True, slots=True)
class Preset:
    """An experiment with a name, and a sentence that says what to see in it."""

    key: str
    name: Message
    about: Message
    experiment: Experiment


def _rates(*rates: float) -> tuple[Entrant, ...]:
    return tuple(Entrant.of("gd", lr=rate) for rate in rates)


NOISY = replace(
    Experiment().on("bowl"),
    entrants=(Entrant.of("gd", lr=0.2), Entrant.of("momentum", lr=0.05, momentum=0.8)),
    steps=300,
    noise=2.0,
)
#: Two neurons that should say 0 and begin at 0.82 and at 0.98: σ(1.5) and σ(4). As weight and bias get the
#: same gradient, w + b moves with twice their rate of 0.15; so one coordinate stands for each neuron.
NEURONS = replace(
    Experiment().on("formula", "1/2*(1/(1+exp(-x)))^2 + 1/2*(1/(1+exp(-y)))^2"),
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    start=(1.5, 4.0),
    entrants=_rates(0.3),
    steps=300,
)
PRESETS: tuple[Preset, ...] = (
    Preset(
        "ravine",
        "Momentum against Adam",
        "Gradient descent, momentum and Adam all arrive, momentum first.",
        Experiment(),
    ),
    Preset(
        "too-large",
        "Too large a rate",
        "Rates below, at and above the stable limit 0.5: one arrives, one hops for ever, one diverges.",
        replace(Experiment(), entrants=_rates(0.4, 0.5, 0.55), steps=150),
    ),
    Preset(
        "too-small",
        "Too small a rate",
        "A tenth of the rate takes ten times the steps.",
        replace(Experiment(), entrants=_rates(0.4, 0.04), steps=1100),
    ),
    Preset(
        "saddle",
        "Escape the saddle",
        "All three start beside a saddle and leave it; plain descent takes longest to do so.",
        replace(
            Experiment().on("quartic-saddle"),
            entrants=(
                Entrant.of("gd", lr=0.05),
                Entrant.of("momentum", lr=0.05, momentum=0.8),
                Entrant.of("adam", lr=0.05),
            ),
            steps=250,
        ),
    ),
    Preset(
        "local-minimum",
        "Out of a local minimum",
        "Momentum rolls through the shallow hole into the deep one; plain descent stays.",
        replace(
            Experiment().told_on("two-gaussians"),
            entrants=(Entrant.of("gd", lr=0.02), Entrant.of("momentum", lr=0.04, momentum=0.8)),
        ),
    ),
    Preset(
        "valley",
        "Rosenbrock: a long curved valley",
        "Only Adam arrives within 1,000 steps.",
        Experiment().told_on("rosenbrock"),
    ),
    Preset(
        "two-starts",
        "Two neurons, squared error",
        "Both should say 0. The one that begins at 0.82 (x) is soon right; the one at 0.98 (y) hardly moves.",
        NEURONS,
    ),
    Preset(
        "two-starts-entropy",
        "Two neurons, cross entropy",
        "The same two starts and rate: now the one that is more wrong moves faster.",
        replace(
            NEURONS.on("formula", "log(1+exp(x)) + log(1+exp(y))"),
            domain=NEURONS.domain,
            start=NEURONS.start,
            entrants=NEURONS.entrants,
            steps=NEURONS.steps,
        ),
    ),
    Preset(
        "noise",
        "Noise: a constant rate never rests",
        "Under noise a constant rate keeps both in motion around the minimum.",
        NOISY,
    ),
    Preset(
        "noise-fading",
        "Noise: steps that fade",
        "The same noise with a cosine schedule: both end much nearer to the minimum.",
        replace(NOISY, schedule="cosine", schedule_values=(("floor", 0.0),)),
    ),
)


def preset_fields() -> list[dict[str, Any]]:
    """The presets, as a field that sets all the others."""
    later = [row.name for row in fields_of(Experiment) if getattr(row, "unsaid", None)]
    free = dict.fromkeys(["formula", *later, *(f"o{i}" for i in range(1, MOST_ENTRANTS + 1))])
    options = [
        {
            "key": preset.key,
            "name": tr(preset.name),
            "help": tr(preset.about),
            "group": "",
            "values": {**free, **encode(preset.experiment)},
        }
        for preset in PRESETS
    ]
    return [{"name": "preset", "kind": "presets", "label": tr("Show me"), "help": "", "options": options}]
