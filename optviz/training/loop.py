"""The training loop: a generator that trains a network and yields events.

To stop training, stop asking for the next event. The data set is one tensor on the device; an epoch is a
permutation of it, cut into batches. Losses stay on the device, too. They are read a few times a second
only, because reading one makes the processor wait until the device has done all its work.
"""

import hashlib
import math
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

import torch

from optviz.engine.schedules import SCHEDULES
from optviz.training import checkpoints, stored_words, weight_path
from optviz.training.answering import Answerer, Asked
from optviz.training.config import TrainingConfig
from optviz.training.datasets import Dataset
from optviz.training.devices import device_name, pick_device
from optviz.training.evaluation import accuracy, confusion, first_layer, logits_of, samples
from optviz.training.events import (
    Checkpoint,
    Diverged,
    Evaluation,
    Event,
    Finished,
    Notice,
    Progress,
    Snapshot,
    Started,
)
from optviz.training.graphs import GraphedStep
from optviz.training.inside import Inside
from optviz.training.judging import MOST_PRINTED, PRINTED_EVERY
from optviz.training.networks import (
    TrainingError,
    build,
    build_optimizer,
    can_be_captured,
    loss_function,
    optimizer_class,
)
from optviz.training.proofs import batch_order, weights_hash
from optviz.training.step_optimizer import StepOptimizer
from optviz.training.stored_words import stored
from optviz.words import tr

#: What to do next: go on, write a checkpoint and go on, or write a checkpoint and end.
Wish = Literal["run", "checkpoint", "stop"]

#: The most losses kept on the device before they are read.
MOST_UNREAD = 8192
#: The most points of the curve of single losses in a whole run.
CURVE_POINTS = 1000
#: Training images on which the training accuracy is measured.
TRAIN_IMAGES = 2000
#: Seconds between two events with samples and weights; those of the last epoch always come.
PICTURES_EVERY = 1.0


def train(
    config: TrainingConfig,
    dataset: Dataset,
    device: str = "auto",
    resume: bytes | None = None,
    *,
    every: float = 0.25,
    checkpoint_every: float = 10.0,
    control: Callable[[], Wish] | None = None,
    path: bool = False,
    asked: Asked | None = None,
) -> Iterator[Event]:
    """Train the network of `config` and yield events.

    First `Started`. Then `Progress` every `every` seconds and at the end of each epoch, where `Evaluation`,
    `Samples` and `FirstLayer` follow. A `Checkpoint` comes every `checkpoint_every` seconds and after the
    last step. The last event is `Finished`, or `Diverged` when the loss is no longer finite.

    `control` is called after each `Progress`. When it returns "checkpoint", one follows at once; when it
    returns "stop", a checkpoint is the last event. With `path` there are a few `Snapshot`s of the weights,
    with `asked` there are `Answers` to the drawings that it gives.
    `resume` is the data of a `Checkpoint`: on the CPU, with as many threads, the run goes on bit by bit as if
    it had never stopped.

    Raises:
        CheckpointError: when `resume` is damaged or of another configuration.
        TrainingError: when the device is not there, or the data set is another one.
    """
    trainer = Trainer(config, dataset, pick_device(device))
    trainer.noted = frozenset(weight_path.places(config)) if path else frozenset()
    answerer = Answerer(config, trainer.model, trainer.device, asked) if asked else None
    initial_weights = weights_hash(trainer.model)
    if resume is not None:
        trainer.restore(resume)
    yield Started(
        trainer.device.type,
        device_name(trainer.device),
        config.parameters,
        config.steps,
        config.epochs * config.images,
        initial_weights,
        resumed_at=trainer.step,
    )
    if trainer.begins:
        for event in trainer.first_sight():
            yield event
            if isinstance(event, Diverged):
                return

    saved_at = pictured_at = time.perf_counter()
    while trainer.step < config.steps:
        for event in trainer.train_for(every):
            yield event
            if isinstance(event, Diverged):
                return

        last = trainer.step == config.steps
        if answerer:
            yield from answerer.answer(trainer.step, last)
        if trainer.step % config.steps_per_epoch == 0:
            yield (judgement := trainer.evaluate())
            if isinstance(judgement, Diverged):
                return
            if last or time.perf_counter() - pictured_at >= PICTURES_EVERY:
                yield from trainer.pictures()
                pictured_at = time.perf_counter()

        wish = control() if control else "run"
        if last or wish != "run" or time.perf_counter() - saved_at >= checkpoint_every:
            yield Checkpoint(trainer.step, trainer.save())
            saved_at = time.perf_counter()
        if wish == "stop" and not last:
            return

    if trainer.test_accuracy is None:  # resumed after its last step
        yield trainer.evaluate()
    yield Finished(trainer.step, trainer.elapsed, trainer.test_accuracy or 0.0, weights_hash(trainer.model))


class OnDevice:
    """A data set as tensors on a device, pixels from 0 to 1; networks that race share it."""

    def __init__(self, dataset: Dataset, device: torch.device) -> None:
        white = dataset.info.white
        self.images = torch.tensor(dataset.train_images, device=device).float().div_(white)
        self.labels = torch.tensor(dataset.train_labels, device=device)
        self.test_images = torch.tensor(dataset.test_images, device=device).float().div_(white)
        self.test_labels = torch.tensor(dataset.test_labels, device=device)


class Trainer:
    """A network in training: all that changes during `train`, and the steps that change it.

    `data` is the data set on the device, if it is there already.
    """

    def __init__(
        self, config: TrainingConfig, dataset: Dataset, device: torch.device, data: "OnDevice | None" = None
    ) -> None:
        if dataset.info.key != config.dataset:
            raise TrainingError(
                tr(
                    "The run is for {wanted}, but the data set is {found}.",
                    wanted=config.dataset,
                    found=dataset.info.key,
                )
            )
        self.config = config
        self.shape = dataset.info.shape
        self.device = device
        data = data or OnDevice(dataset, device)
        self.images, self.labels = data.images, data.labels
        self.test_images, self.test_labels = data.test_images, data.test_labels

        self.generator = torch.Generator(device).manual_seed(config.seed)
        self.model = build(config, device, self.generator)
        self.optimizer = build_optimizer(config, self.model, device)
        self.loss = loss_function(config)
        self.inside = Inside(config, self.model, self.loss, self.test_images, self.images, self.labels)
        self.schedule = SCHEDULES[config.schedule]
        self.schedule_values = dict(config.schedule_values)
        self.full_rate = dict(config.optimizer_values)["lr"]
        self.rate = self.full_rate
        self.graphed = self._graphed() if device.type == "cuda" else None
        self.train_batch = self.graphed or self.train_on

        self.step, self.begins = 0, True  # until it is taken up again
        self.elapsed = self.trained = 0.0
        self.noted: frozenset[int] = frozenset()  # steps after which the weights are kept for the path
        self.precise = weight_path.precise(config)
        self.snapshots: list[Snapshot] = []
        self.orders_hash = ""  # of the batches of the epochs before `order_of`
        self.order = torch.empty(0, dtype=torch.int64)  # of the images in epoch `order_of`
        self.order_of = -1
        self.last_loss = math.nan
        self.test_logits: torch.Tensor | None = None
        self.test_accuracy: float | None = None

    def train_for(self, seconds: float, until: int | None = None) -> Iterator[Event]:
        """Train until `seconds` have passed, step `until` is done or the epoch ends, and tell of it."""
        since, before = time.perf_counter(), self.step
        losses: list[torch.Tensor] = []
        for batch in self.batches():
            self.set_learning_rate()
            self.step += 1
            if (
                self.step in self.inside.lengths_at
            ):  # not as a graph: a short batch leaves gradients of its own
                losses.append(self.inside.step(self.step, partial(self.train_on, batch)))
            else:
                losses.append(self.train_batch(batch))
            if self.step in self.noted:
                self.note_weights()
            if self.step == until or len(losses) == MOST_UNREAD or self.inside.stops_at(self.step):
                break
            if time.perf_counter() - since >= seconds:
                break
        read = torch.stack(losses).tolist()  # the one place where the processor waits for the device
        took = time.perf_counter() - since
        self.elapsed += took
        self.trained += took
        yield from self.inside.told()
        yield from self._tell(before, read, took)
        noted, self.snapshots = self.snapshots, []
        yield from noted
        yield from self.look_inside()

    def look_inside(self) -> Iterator[Event]:
        """What is measured of the network after this step; the time for it is not that of training."""
        since = time.perf_counter()
        seen = list(self.inside.after(self.step))
        self.elapsed += time.perf_counter() - since
        yield from seen

    def first_sight(self) -> Iterator[Event]:
        """What is told of the network before its first step, of a fork before its own first one."""
        if self.noted:
            self.note_weights()
            yield self.snapshots.pop()
        yield self.evaluate()
        yield from self.pictures()
        yield from self.look_inside()

    def note_weights(self) -> None:
        """Keep the weights of this step for the path, to be told soon."""
        written = weight_path.written(self.model, self.precise)
        self.snapshots.append(Snapshot(self.step, written))

    def batches(self) -> Iterator[torch.Tensor]:
        """The batches of this epoch that are still to come, each as indices of training images."""
        epoch, done = divmod(self.step, self.config.steps_per_epoch)
        if self.order_of != epoch:
            if self.order_of >= 0:
                self.orders_hash = self.order_hash()
            self._take_order(epoch)
        size = self.config.batch_size
        for start in range(done * size, len(self.order), size):
            yield self.order[start : start + size]

    def _take_order(self, epoch: int) -> None:
        self.order = batch_order(self.config.seed, epoch, len(self.images)).to(self.device)
        self.order_of = epoch

    def order_hash(self) -> str:
        """A hash of all batches so far in their order: of the hash of earlier epochs and of this one."""
        taken = (self.step - max(self.order_of, 0) * self.config.steps_per_epoch) * self.config.batch_size
        digest = hashlib.sha256(self.orders_hash.encode())
        digest.update(self.order[:taken].cpu().numpy().tobytes())
        return digest.hexdigest()

    def train_on(self, batch: torch.Tensor) -> torch.Tensor:
        """One step of training on the images with these indices; returns their mean loss."""
        images, labels = self.images.index_select(0, batch), self.labels.index_select(0, batch)
        self.optimizer.zero_grad()
        logits = self.model(images)
        loss = self.loss(logits, labels)
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def _tell(self, before: int, losses: list[float], took: float) -> Iterator[Event]:
        """Progress over the steps after `before`, and Diverged when a loss is not finite."""
        first = before + 1
        good = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))
        stride = -(-self.config.steps // CURVE_POINTS)
        printed = self.config.steps <= MOST_PRINTED * PRINTED_EVERY
        if good:
            step = first + good - 1
            self.last_loss = losses[good - 1]
            yield Progress(
                step=step,
                epoch=step / self.config.steps_per_epoch,
                loss=math.fsum(losses[:good]) / good,
                lr=self.rate,
                images_per_second=self._images_between(before, before + len(losses)) / took,
                elapsed=self.elapsed,
                losses=tuple(
                    (k, loss)
                    for k, loss in enumerate(losses[:good], start=first)
                    if (k - 1) % stride == 0 or (printed and k % PRINTED_EVERY == 0)
                ),
                trained=self.trained,
            )
        if good < len(losses):
            at = first + good
            messages = stored_words.LOSS, stored_words.LOSS_AFTER
            yield self._diverged(at, at - 1, losses[good], messages)
        if self.graphed and self.graphed.failure:
            yield Notice(self.step, self.graphed.failure)
            self.graphed, self.train_batch = None, self.train_on

    def evaluate(self) -> Evaluation | Diverged:
        """Measure the network on the whole test set, and on the first TRAIN_IMAGES training images."""
        since = time.perf_counter()
        self.test_logits = logits_of(self.model, self.test_images)
        seen = logits_of(self.model, self.images[:TRAIN_IMAGES])
        test_loss = self.loss(self.test_logits, self.test_labels).item()
        self.test_accuracy = accuracy(self.test_logits, self.test_labels)
        evaluation = Evaluation(
            self.step,
            self.step / self.config.steps_per_epoch,
            test_loss,
            self.test_accuracy,
            confusion(self.test_logits, self.test_labels),
            accuracy(seen, self.labels[:TRAIN_IMAGES]),
            len(seen),
            self.trained,
            self.order_hash()[:16],
        )
        self.elapsed += time.perf_counter() - since
        if not math.isfinite(test_loss):
            messages = stored_words.TEST_LOSS, stored_words.TEST_LOSS_AFTER
            return self._diverged(self.step, self.step, test_loss, messages)
        return evaluation

    def pictures(self) -> Iterator[Event]:
        """Predictions for a few test images, from the last `evaluate`, and the first layer's weights."""
        if self.test_logits is not None:
            yield samples(self.config, self.step, self.test_logits, self.test_labels)
        yield first_layer(self.model, self.step, self.shape)

    def save(self) -> bytes:
        """All that `restore` needs to go on from here."""
        return checkpoints.pack(
            checkpoints.Saved(
                self.config,
                self.step,
                self.elapsed,
                self.device.type,
                self.generator.get_state(),
                self.model.state_dict(),
                self.optimizer.state_dict()["state"],
                self.trained,
                self.orders_hash,
            )
        )

    def restore(self, data: bytes) -> None:
        """Go back, or ahead, to where `save` was called; raises CheckpointError."""
        saved = checkpoints.unpack(data, self.config)
        groups = self.optimizer.state_dict()["param_groups"]
        try:
            self.model.load_state_dict(saved.model)
            self.optimizer.load_state_dict({"state": saved.optimizer, "param_groups": groups})
            if saved.device == self.device.type:
                self.generator.set_state(saved.random)
            else:  # another kind of generator: new dropout masks, other than those of the first steps
                self.generator.manual_seed(self.config.seed + saved.step)
        except (RuntimeError, TypeError, ValueError) as error:
            raise checkpoints.CheckpointError(tr("This checkpoint does not fit its own network.")) from error
        self.step, self.elapsed, self.trained = saved.step, saved.elapsed, saved.trained
        self.orders_hash, self.begins = saved.order_hash, saved.forked or saved.step == 0
        if self.step:
            self._take_order((self.step - 1) // self.config.steps_per_epoch)

    def _graphed(self) -> GraphedStep | None:
        """The step as a CUDA graph for whole batches, if the optimizer allows it."""
        if not can_be_captured(optimizer_class(self.config)):
            return None
        return GraphedStep(self.train_on, min(self.config.batch_size, len(self.images)), self.generator)

    def set_learning_rate(self) -> None:
        """Give the optimizer the schedule's learning rate for the next step."""
        rate = self.full_rate * self.schedule.factor(self.step, self.config.steps, **self.schedule_values)
        if rate == self.rate:
            return
        self.rate = rate
        for group in self.optimizer.param_groups:
            if isinstance(group["lr"], torch.Tensor):  # a captured step uses this very tensor
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def _diverged(self, step: int, after: int, loss: float, messages: tuple[str, str]) -> Diverged:
        """The event that ends a run, and why: of a loss with the weights of `after` steps.

        The second of the `messages` also names the loss before.
        """
        known = math.isfinite(self.last_loss)
        what = stored(messages[known], loss=loss, step=f"{step:,}", before=f"{self.last_loss:.4g}")
        broken = self.optimizer.broken if isinstance(self.optimizer, StepOptimizer) else None
        why = stored(stored_words.RATE, rate=f"{self.full_rate:g}")
        if broken and broken[0] <= after:  # else the weights broke because the loss had
            why = broken[1]
        return Diverged(step, f"{what} {why}")

    def _images_between(self, start: int, end: int) -> int:
        """Images trained on after step `start` up to step `end`; an epoch's last batch may be short."""

        def until(step: int) -> int:
            epochs, batches = divmod(step, self.config.steps_per_epoch)
            return epochs * self.config.images + batches * self.config.batch_size

        return until(end) - until(start)
