"""What goes on inside a network while it trains, layer by layer; the training itself stays as it is.

Three things are measured, at steps that depend on the configuration alone: the lengths of weights, gradients
and steps; what the units compute for fixed images; and, where it is asked for, the sharpness of the loss.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import nn

from optviz.training.config import TrainingConfig
from optviz.training.events import Activity, Event, Lengths, Sharpness
from optviz.training.networks import LossFunction
from optviz.training.sharpness import MOST_PRODUCTS, hessian_product, largest_eigenvalue

#: How often in a run each of them is measured at most.
MOST_LENGTHS, MOST_ACTIVITIES, MOST_SHARPNESSES = 100, 40, 60
#: The steps that are measured lie closer together at first, where most happens.
CLOSER = 1.5
#: Test images that the units are shown, and bins of the histograms of what they compute.
ACTIVITY_IMAGES, BINS = 500, 32
#: Training images on which the sharpness is measured: all of the 8 × 8 digits.
SHARPNESS_IMAGES = 1500
#: The most arithmetic that it may add to the training of a network, in parameters times images.
MOST_SHARPNESS_WORK = 5e12


def spread(steps: int, most: int, closer: float = 1.0) -> frozenset[int]:
    """At most so many steps from 1 to the last one; above 1, `closer` puts more of them at the beginning."""
    if steps <= most:
        return frozenset(range(1, steps + 1))
    return frozenset(max(1, round(steps * (i / most) ** closer)) for i in range(1, most + 1))


def lengths_at(config: TrainingConfig) -> frozenset[int]:
    """The steps whose lengths are measured."""
    return spread(config.steps, MOST_LENGTHS, CLOSER)


def activity_at(config: TrainingConfig) -> frozenset[int]:
    """The steps after which the units are shown images: 0, and the ends of epochs."""
    epochs = spread(config.epochs, MOST_ACTIVITIES)
    return frozenset({0, *(epoch * config.steps_per_epoch for epoch in epochs)})


def sharpness_at(config: TrainingConfig) -> frozenset[int]:
    """The steps after which the sharpness is measured: none unless asked for, fewer for large networks."""
    each = config.parameters * min(SHARPNESS_IMAGES, config.images) * MOST_PRODUCTS
    count = min(MOST_SHARPNESSES, int(MOST_SHARPNESS_WORK / each))
    return frozenset({0, *spread(config.steps, count)}) if config.sharpness and count else frozenset()


class Inside:
    """Looks into one network: `step` around a step of training, `told` and `after` between steps.

    `shown` are the test images, `images` and `labels` the training set, all on the network's device.
    """

    def __init__(
        self,
        config: TrainingConfig,
        model: nn.Sequential,
        loss: LossFunction,
        shown: torch.Tensor,
        images: torch.Tensor,
        labels: torch.Tensor,
    ) -> None:
        self.model, self.loss = model, loss
        self.shown = shown[:ACTIVITY_IMAGES]
        self.images, self.labels = images[:SHARPNESS_IMAGES], labels[:SHARPNESS_IMAGES]
        self.weights = [layer.weight for layer in model if isinstance(layer, nn.Linear)]
        self.lengths_at, self.activity_at = lengths_at(config), activity_at(config)
        self.sharpness_at = sharpness_at(config)
        self.measured: list[tuple[int, torch.Tensor]] = []  # steps and lengths that are not told yet
        self.vector: torch.Tensor | None = None  # where the next power iteration begins

    def step(self, number: int, train: Callable[[], torch.Tensor]) -> torch.Tensor:
        """Take a step of training with `train`, which leaves its gradients; measure it; return its loss."""
        before = [weight.detach().clone() for weight in self.weights]
        loss = train()
        with torch.no_grad():
            gradients = [torch.zeros_like(w) if w.grad is None else w.grad for w in self.weights]
            steps = [weight - old for weight, old in zip(self.weights, before, strict=True)]
            lengths = [part.norm() for part in (*before, *gradients, *steps)]
        self.measured.append((number, torch.stack(lengths)))
        return loss

    def told(self) -> Iterator[Lengths]:
        """The lengths that are new, as far as they are finite numbers."""
        measured, self.measured = self.measured, []
        rows = [(step, lengths.tolist()) for step, lengths in measured]
        rows = [(step, lengths) for step, lengths in rows if all(map(math.isfinite, lengths))]
        if rows:
            n = len(self.weights)
            weights, gradients, updates = (
                tuple(tuple(_short(length) for length in lengths[at : at + n]) for _, lengths in rows)
                for at in (0, n, 2 * n)
            )
            yield Lengths(rows[-1][0], tuple(step for step, _ in rows), weights, gradients, updates)

    def stops_at(self, step: int) -> bool:
        """Whether something is measured after this step."""
        return step in self.sharpness_at or step in self.activity_at

    def after(self, step: int) -> Iterator[Event]:
        """What is measured after this step, if it is a finite number."""
        found: list[Activity | Sharpness | None] = []
        if step in self.activity_at:
            found.append(self.activity(step))
        if step in self.sharpness_at:
            found.append(self.sharpness(step))
        yield from (event for event in found if event)

    @torch.inference_mode()
    def activity(self, step: int) -> Activity | None:
        """Histograms of what the units compute for the test images, and which of them always say the same."""
        z = self.shown
        computed: list[torch.Tensor] = []
        constant: list[int] = []
        self.model.eval()
        for layer in self.model:
            z = layer(z)
            if isinstance(layer, nn.Linear):
                computed.append(z)
            elif len(constant) < len(computed):  # the activation; a dropout that follows changes nothing
                constant.append(int((z.amax(dim=0) == z.amin(dim=0)).sum()))
        self.model.train()
        if not all(bool(each.isfinite().all()) for each in computed):
            return None
        ranges = [(float(each.min()), float(each.max())) for each in computed]
        counts = [
            torch.histc(each, BINS, low, high) for each, (low, high) in zip(computed, ranges, strict=True)
        ]
        return Activity(
            step,
            len(self.shown),
            tuple((_short(low), _short(high)) for low, high in ranges),
            tuple(tuple(int(count) for count in each.tolist()) for each in counts),
            tuple(constant),
        )

    def sharpness(self, step: int) -> Sharpness | None:
        """The largest eigenvalue of the Hessian; the iteration begins where the last one ended."""
        if self.vector is None:
            size = sum(parameter.numel() for parameter in self.model.parameters())
            self.vector = torch.randn(size, generator=torch.Generator().manual_seed(0)).to(self.images.device)
        product = hessian_product(self.model, self.loss, self.images, self.labels)
        found = largest_eigenvalue(product, self.vector)
        if not math.isfinite(found.value) or not math.isfinite(found.residual):
            return None
        self.vector = found.vector
        return Sharpness(step, found.value, found.residual, found.products, len(self.images))


def _short(number: float) -> float:
    """Six digits: more than a curve shows, and half of the text."""
    return float(f"{number:.6g}")
