"""A training step as a CUDA graph: launched as a whole, not kernel by kernel.

A step of a small network is dozens of kernels of a few microseconds each; launching them one by one takes
longer than running them. A graph is recorded once, for batches of one size, and then replayed.
"""

from collections.abc import Callable

import torch

from optviz.training.stored_words import NOT_RECORDED, stored

#: Takes the indices of a batch, does one step of training and returns the loss.
Step = Callable[[torch.Tensor], torch.Tensor]

#: Steps done eagerly before the recording, so that every buffer exists.
WARM_UP = 3


class GraphedStep:
    """`step`, recorded at the first batches of `size` images and replayed from then on.

    Batches of another size go through `step` itself. So do all batches when the recording fails; `failure`
    then says so in a sentence. `step` must set all gradients to None before its backward pass, so that the
    recorded one writes new ones. `generator` is the one that `step` draws from.
    """

    def __init__(self, step: Step, size: int, generator: torch.Generator) -> None:
        self.step = step
        self.size = size
        self.generator = generator
        self.failure = ""
        self.warmed = 0
        self.graph: torch.cuda.CUDAGraph | None = None
        self.batch = torch.empty(0)
        self.loss = torch.empty(0)

    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        """One step on a batch of indices; returns its loss as a tensor that no later step overwrites."""
        if self.failure or len(batch) != self.size:
            return self.step(batch)
        if self.warmed < WARM_UP:
            self.warmed += 1
            return self._on_side_stream(batch)
        if self.graph is None:
            try:
                self._record(batch)
            except RuntimeError as error:
                self.graph = None
                self.failure = stored(NOT_RECORDED, why=str(error).splitlines()[0])
                return self.step(batch)
        assert self.graph is not None
        self.batch.copy_(batch)
        self.graph.replay()
        return self.loss.clone()

    def _on_side_stream(self, batch: torch.Tensor) -> torch.Tensor:
        """One eager step on a separate stream, which torch requires before a recording."""
        if not batch.is_cuda:
            return self.step(batch)
        here = torch.cuda.current_stream()
        aside = torch.cuda.Stream()
        aside.wait_stream(here)
        with torch.cuda.stream(aside):
            loss = self.step(batch)
        here.wait_stream(aside)
        loss.record_stream(here)
        return loss

    def _record(self, batch: torch.Tensor) -> None:
        """Record one step without doing it: nothing runs until the graph is replayed."""
        self.batch = batch.clone()
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self.generator)
        with torch.cuda.graph(graph):
            self.loss = self.step(self.batch)
        self.graph = graph
