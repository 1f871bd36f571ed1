"""A race: several optimizers train the same network, side by side in one generator of events.

Every network begins with the same weights and gets the same batches in the same order, so that nothing but
the optimizers differs. The one that is furthest behind goes next, for a moment at a time: so they keep level
in steps, on any number of cores, and each has its own clock.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from optviz.training import checkpoints, weight_path
from optviz.training.answering import Answerer, Asked
from optviz.training.config import TrainingConfig
from optviz.training.datasets import Dataset
from optviz.training.devices import device_name, pick_device
from optviz.training.events import Checkpoint, Diverged, Event, Finished, Started, from_json, to_json
from optviz.training.judging import judging_steps
from optviz.training.loop import PICTURES_EVERY, OnDevice, Trainer, Wish
from optviz.training.proofs import weights_hash


class Racer:
    """One network of the race, with its place; `ended` is the event that ended it, or None."""

    def __init__(self, place: int, trainer: Trainer, asked: Asked | None = None) -> None:
        self.place = place
        self.trainer = trainer
        self.ended: Finished | Diverged | None = None
        self.initial_weights = weights_hash(trainer.model)
        self.steps = judging_steps(trainer.config)
        self.pictured_at = 0.0
        self.answerer = Answerer(trainer.config, trainer.model, trainer.device, asked) if asked else None

    def start(self) -> Iterator[Event]:
        """What is told before its first step, or when it goes on."""
        trainer = self.trainer
        yield Started(
            trainer.device.type,
            device_name(trainer.device),
            trainer.config.parameters,
            trainer.config.steps,
            trainer.config.epochs * trainer.config.images,
            self.initial_weights,
            resumed_at=trainer.step,
        )
        if trainer.begins:
            yield from trainer.first_sight()

    def advance(self, seconds: float) -> Iterator[Event]:
        """Train for some seconds, or until it is to be evaluated, and tell what came of it."""
        trainer, config = self.trainer, self.trainer.config
        if trainer.step < config.steps:
            until = next(step for step in self.steps if step > trainer.step)
            yield from trainer.train_for(seconds, until)
        if self.answerer:
            yield from self.answerer.answer(trainer.step, trainer.step == config.steps)
        if trainer.step in self.steps or trainer.test_accuracy is None:
            yield trainer.evaluate()
            now, last = time.perf_counter(), trainer.step == config.steps
            if last or now - self.pictured_at >= PICTURES_EVERY:
                yield from trainer.pictures()
                self.pictured_at = now
        if trainer.step == config.steps:
            accuracy = trainer.test_accuracy or 0.0
            yield Finished(trainer.step, trainer.elapsed, accuracy, weights_hash(trainer.model))

    def tell(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events with its place in them, up to the one that ends it."""
        for event in events:
            named = event if isinstance(event, Checkpoint) else replace(event, racer=self.place)
            if isinstance(named, Finished | Diverged):
                self.ended = named
            yield named
            if self.ended:
                return


def race(
    config: TrainingConfig,
    dataset: Dataset,
    device: str = "auto",
    resume: bytes | None = None,
    *,
    every: float = 0.125,
    checkpoint_every: float = 10.0,
    control: Callable[[], Wish] | None = None,
    path: bool = False,
    asked: Asked | None = None,
) -> Iterator[Event]:
    """Train the networks of `config` and its rivals side by side, and yield the events of all of them.

    Each racer has the events of `train`, with its place in `racer`, and more evaluations; the checkpoints
    hold all of them. One that diverges ends there, and the others go on. Each trains for `every` seconds at a
    time. `checkpoint_every`, `control`, `path`, `asked`, `resume` and the errors are those of `train`.
    """
    place = pick_device(device)
    data = OnDevice(dataset, place)
    racers = [
        Racer(i, Trainer(config.alone(i), dataset, place, data), asked) for i in range(len(config.entrants))
    ]
    for racer in racers:
        racer.trainer.noted = frozenset(weight_path.places(config)) if path else frozenset()
        racer.trainer.precise = weight_path.precise(config)
    if resume is not None:
        restore(racers, resume, config)
    for racer in racers:
        if racer.ended:  # before this race was resumed; told again, so that whoever counts them has all
            yield racer.ended
        else:
            yield from racer.tell(racer.start())
    saved_at = time.perf_counter()
    while running := [racer for racer in racers if racer.ended is None]:
        racer = min(running, key=lambda each: each.trainer.step)
        ending = False
        for event in racer.tell(racer.advance(every)):
            # The last event of all follows the last checkpoint.
            ending = racer.ended is event and len(running) == 1
            if ending:
                yield Checkpoint(racers[0].trainer.step, save(racers, config))
            yield event
        if ending:
            return
        wish = control() if control else "run"
        if wish != "run" or time.perf_counter() - saved_at >= checkpoint_every:
            yield Checkpoint(racers[0].trainer.step, save(racers, config))
            saved_at = time.perf_counter()
        if wish == "stop":
            return


def save(racers: list[Racer], config: TrainingConfig) -> bytes:
    """All racers as one checkpoint."""
    endings = {str(racer.place): to_json(racer.ended) for racer in racers if racer.ended}
    return checkpoints.pack_race([racer.trainer.save() for racer in racers], config, endings)


def restore(racers: list[Racer], data: bytes, config: TrainingConfig) -> None:
    """Bring all racers to where `save` was called; raises CheckpointError."""
    parts, endings = checkpoints.unpack_race(data, config)
    for racer, part in zip(racers, parts, strict=True):
        racer.trainer.restore(part)
        if str(racer.place) in endings:
            ended = from_json(endings[str(racer.place)])
            assert isinstance(ended, Finished | Diverged)
            racer.ended = ended
