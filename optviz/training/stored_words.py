"""What workers say of a run: English in the store, and said anew in the language of whoever reads it.

A stored sentence is what its message was filled with, so the message can be found again and filled anew.
"""

import re

from optviz.words import ENGLISH, join, language, mark, speaking, tr

#: A loss that is no finite number: first the longer messages, as a shorter one may fit as well.
LOSS_AFTER = mark("The loss is {loss} at step {step} (it was {before} just before).")
LOSS = mark("The loss is {loss} at step {step}.")
TEST_LOSS_AFTER = mark("The test loss is {loss} after step {step} (it was {before} just before).")
TEST_LOSS = mark("The test loss is {loss} after step {step}.")
RATE = mark("Most often the learning rate is too large; here it is {rate}.")
BROKEN_AT_ZERO = mark(
    "At step {step} {name} made {count} of {every} weights infinite or not a number; at {still} of these the "
    "gradient was exactly zero."
)
BROKEN = mark("At step {step} {name} made {count} of {every} weights infinite or not a number.")
THE_RULE = mark("the rule")
NOT_RECORDED = mark(
    "The training step could not be recorded as a CUDA graph, so its kernels are launched one by one, which "
    "is slower: {why}"
)
DOWNLOADING = mark("Downloading {name}: {done} of {total} MB.")
LOADING = mark("Loading {name}.")
FOLLOWING = mark("Following the paths of the weights.")
LEFT_OUT = mark("While the store was away, {count} events were left out.")
ALL_DIVERGED = mark("All racers diverged; each lane says when and why.")
OTHER_VERSION = mark("This run was configured by another version of optviz.")
MEMORY = mark("There is not enough memory for this network with this batch size; make one of them smaller.")
TRAINING_FAILED = mark("The training failed with {kind}: {error}")
COMPUTATION_FAILED = mark("The computation failed with {kind}: {error}")
NOT_BEGUN = mark("The worker could not begin this run ({kind}: {error}).")
RUN_LOST = mark("The worker that trained this run was lost. Resume goes on from its last checkpoint.")
JOB_LOST = mark("The worker that computed this was lost {count} times. Ask again to try once more.")
ONE_THREAD = mark("{processor} CPU, {count} thread")
THREADS = mark("{processor} CPU, {count} threads")
NO_SCHEDULER = mark("The Dask scheduler at {address} does not answer; runs wait in the queue until it does.")
NO_WORKER = mark("No worker is connected to the Dask scheduler at {address}; runs wait.")

MESSAGES = (
    *(LOSS_AFTER, LOSS, TEST_LOSS_AFTER, TEST_LOSS, RATE, BROKEN_AT_ZERO, BROKEN, NOT_RECORDED, DOWNLOADING),
    *(LOADING, FOLLOWING, LEFT_OUT, ALL_DIVERGED, OTHER_VERSION, MEMORY, TRAINING_FAILED, COMPUTATION_FAILED),
    *(NOT_BEGUN, RUN_LOST, JOB_LOST, NO_SCHEDULER, NO_WORKER, ONE_THREAD, THREADS),
)


def _pattern(message: str) -> re.Pattern[str]:
    """What fits what `message` was filled with, at the beginning of a text; a last value takes all of it."""
    parts = re.split(r"\{(\w+)\}", message)
    ends = not parts[-1]
    fitting = "".join(re.escape(part) if i % 2 == 0 else f"(?P<{part}>.+?)" for i, part in enumerate(parts))
    return re.compile(fitting + ("$" if ends else r"(?:\s|$)"), re.DOTALL)


PATTERNS = {message: _pattern(message) for message in MESSAGES}


def stored(message: str, **values: object) -> str:
    """The message filled, as it is stored: in English, whoever asked for the run."""
    with speaking(ENGLISH):
        return tr(message, **values)


def retold(said: str) -> str:
    """Stored sentences in the language of this context; what no message fits stays as it is."""
    if language() == ENGLISH:
        return said
    told, rest = [], said
    while rest:
        message = next((m for m, pattern in PATTERNS.items() if pattern.match(rest)), None)
        if message is None:
            told.append(tr(rest))
            break
        found = PATTERNS[message].match(rest)
        assert found is not None
        told.append(tr(message, **{name: tr(value) for name, value in found.groupdict().items()}))
        rest = rest[found.end() :]
    return join(*told)
