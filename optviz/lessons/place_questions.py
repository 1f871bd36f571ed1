"""Questions that ask where a path ends, by the lesson's key; they are answered by a mark on the contour.

Each run is on the landscape of its lesson, with an optimizer of its lesson, but is not the one that the
lesson's picture shows.
"""

from dataclasses import replace

from optviz.lessons.experiments import runs_in_ravine
from optviz.lessons.lesson import Where
from optviz.lessons.places import SADDLE, VALLEY
from optviz.settings.setups import Entrant

PLACE_QUESTIONS: dict[str, Where] = {
    "gd-ravine": Where(
        "The rate is 0.49 in place of 0.4. Where is the run after 20 steps?",
        runs_in_ravine(Entrant.of("gd", lr=0.49)),
        0.5,
        "Along y each step crosses the floor and leaves 96 %, so 44 % of the height is left after 20 steps. "
        "Along x each step leaves 90.2 %, and 13 % of the way is left.",
    ),
    "saddle": Where(
        "Without noise, the run starts 0.01 to the right of the ridge. Where is it after 30 steps?",
        replace(SADDLE, start=(0.01, 1.8), steps=30),
        0.25,
        "It is still near the saddle, because a step makes x at most 1.1 times as large. After 100 steps it "
        "is in the right minimum.",
    ),
    "valley": Where(
        "Descent starts at (0, 1.5), high above the floor. Where is it after 100 steps?",
        replace(VALLEY, start=(0.0, 1.5), steps=100, entrants=VALLEY.entrants[:1]),
        0.25,
        "Five steps bring f from 226 to 2.3. The floor hardly falls, so the next 95 steps bring it only "
        "to 0.47.",
    ),
}
