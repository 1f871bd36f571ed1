"""When the networks of a race are evaluated."""

from optviz.training.config import TrainingConfig

#: Where in its first epoch a racer is evaluated, and where in each one after it.
FIRST_EPOCH, LATER_EPOCHS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0), (0.5, 1.0)


def judging_steps(config: TrainingConfig) -> list[int]:
    """The steps after which each racer is evaluated: often at first, where the accuracy climbs."""
    places = [
        epoch + share for epoch in range(config.epochs) for share in (LATER_EPOCHS if epoch else FIRST_EPOCH)
    ]
    return sorted({max(1, round(place * config.steps_per_epoch)) for place in places})
