"""A step that cannot be recorded as a CUDA graph is done eagerly, and says so."""

import pytest
import torch

from optviz.training.config import TrainingConfig
from optviz.training.events import Activity, Finished, Notice, Progress
from optviz.training.graphs import WARM_UP, GraphedStep
from optviz.training.loop import Trainer, train

CPU = torch.device("cpu")
CONFIG = TrainingConfig("digits", (16,), epochs=1, dropout=(0.1,))
without_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
with_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


@without_cuda
def test_when_recording_fails_every_batch_is_still_trained_once():
    trained = []

    def step(batch):
        trained.append(batch.tolist())
        return batch.float().mean()

    graphed = GraphedStep(step, 2, torch.Generator())
    batches = [torch.tensor([i, i + 1]) for i in range(0, 2 * WARM_UP + 6, 2)] + [torch.tensor([99])]
    losses = [graphed(batch).item() for batch in batches]
    assert trained == [batch.tolist() for batch in batches]
    assert losses == [batch.float().mean().item() for batch in batches]
    assert "could not be recorded" in graphed.failure


@without_cuda
def test_the_run_goes_on_as_on_the_cpu_and_a_notice_says_why(digits):
    usual, recorded = Trainer(CONFIG, digits, CPU), Trainer(CONFIG, digits, CPU)
    recorded.graphed = recorded.train_batch = GraphedStep(
        recorded.train_on, CONFIG.batch_size, recorded.generator
    )
    for trainer in (usual, recorded):
        trainer.inside.lengths_at = frozenset()  # a step that is measured is never done as a graph
    expected = [e.losses for e in usual.train_for(60) if isinstance(e, Progress)]
    events = list(recorded.train_for(60))
    assert [e.losses for e in events if isinstance(e, Progress)] == expected
    assert [type(e) for e in events if not isinstance(e, Activity)] == [Progress, Notice]


@with_cuda
@pytest.mark.parametrize("optimizer", ["gd", "momentum", "rmsprop", "adam"])
@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_a_recorded_run_has_the_losses_of_the_cpu(optimizer, schedule, digits):
    config = TrainingConfig("digits", (64,), optimizer=optimizer, schedule=schedule, epochs=5)
    on_cpu, on_cuda = (list(train(config, digits, device)) for device in ("cpu", "cuda"))
    assert not [event for event in on_cuda if isinstance(event, Notice)]
    cpu, cuda = (
        torch.tensor([loss for e in events if isinstance(e, Progress) for _, loss in e.losses])
        for events in (on_cpu, on_cuda)
    )
    assert torch.allclose(cpu, cuda, rtol=0.02, atol=0.005)


@with_cuda
def test_dropout_draws_new_masks_in_a_recorded_step(digits):
    trainer = Trainer(TrainingConfig("digits", (64,), dropout=(0.5,)), digits, torch.device("cuda"))
    list(trainer.train_for(60))
    states = {trainer.generator.get_state().sum().item()}
    list(trainer.train_for(60))
    states.add(trainer.generator.get_state().sum().item())
    assert len(states) == 2
    assert isinstance(list(train(TrainingConfig(epochs=1), digits, "cuda"))[-1], Finished)
