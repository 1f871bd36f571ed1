"""When the networks of a race are evaluated, and which losses are told as a loop would print them."""

from optviz.training.config import TrainingConfig

#: Where in its first epoch a racer is evaluated, and where in each one after it.
FIRST_EPOCH, LATER_EPOCHS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0), (0.5, 1.0)
#: The loss of every 100th step is told, in runs that have at most so many of them.
PRINTED_EVERY, MOST_PRINTED = 100, 100


def judging_steps(config: TrainingConfig) -> list[int]:
    """The steps after which each racer is evaluated: often at first, where the accuracy climbs."""
    places = [
        epoch + share for epoch in range(config.epochs) for share in (LATER_EPOCHS if epoch else FIRST_EPOCH)
    ]
    return sorted({max(1, round(place * config.steps_per_epoch)) for place in places})
