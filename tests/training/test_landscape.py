"""The plane through the weights and the loss on it are those of plain arithmetic."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from optviz.training import weight_path
from optviz.training.checkpoints import flat_weights
from optviz.training.config import TrainingConfig
from optviz.training.evaluation import logits_of
from optviz.training.events import Checkpoint, Snapshot
from optviz.training.loop import OnDevice, Trainer, train
from optviz.training.losses import LOSSES
from optviz.training.plane import SIDE, Plane, axes_around, axis_through_zero, principal_plane, random_plane
from optviz.training.race import race
from optviz.training.rivals import rival
from optviz.training.surface import Surface

CPU = torch.device("cpu")
CONFIG = TrainingConfig("digits", (16, 12), epochs=3, dropout=(0.2, 0.0))
rng = np.random.default_rng(0)


@pytest.fixture(scope="module")
def events(digits):
    return list(train(CONFIG, digits, "cpu", path=True))


@pytest.fixture(scope="module")
def path(events):
    """The weights that were noted on the way, shape (n, parameters)."""
    return np.array([weight_path.read(e.data, CONFIG) for e in events if isinstance(e, Snapshot)])


@pytest.fixture(scope="module")
def surface(digits):
    data = OnDevice(digits, CPU)
    return Surface(CONFIG, data.images[:500], data.labels[:500])


def test_the_weights_are_noted_where_the_plan_says_from_the_first_to_the_last(events):
    steps = [e.step for e in events if isinstance(e, Snapshot)]
    assert steps == weight_path.places(CONFIG)
    assert (steps[0], steps[-1]) == (0, CONFIG.steps)
    gaps = np.diff(steps)
    assert gaps[:5].mean() < gaps[-5:].mean(), "closer together at first"


def test_the_last_noted_weights_are_those_of_the_checkpoint(events, path):
    saved = [e for e in events if isinstance(e, Checkpoint)][-1]
    assert np.array_equal(path[-1], flat_weights(saved.data, CONFIG))


def test_a_run_without_a_path_notes_nothing_and_learns_the_same(digits, events):
    plain = list(train(CONFIG, digits, "cpu"))
    assert not [e for e in plain if isinstance(e, Snapshot)]
    assert plain[-1].weights_hash == events[-1].weights_hash


def test_every_racer_has_its_own_path_from_the_same_weights(digits):
    config = TrainingConfig("digits", (16,), epochs=1, rivals=(rival("gd"),))
    noted = [e for e in race(config, digits, "cpu", path=True) if isinstance(e, Snapshot)]
    first = [e.data for e in noted if e.step == 0]
    last = [e.data for e in noted if e.step == config.steps]
    assert len(first) == len(last) == 2
    assert first[0] == first[1]
    assert last[0] != last[1]


def test_large_networks_are_noted_with_two_bytes_and_the_largest_not_at_all():
    notes = TrainingConfig("mnist", (512, 512), batch_size=100, epochs=10)
    assert not weight_path.precise(notes)
    assert 2 * notes.parameters * len(weight_path.places(notes)) <= weight_path.MOST_BYTES
    assert len(weight_path.places(notes)) == 35
    assert weight_path.precise(CONFIG)
    assert weight_path.places(TrainingConfig("mnist", (2048,) * 6, epochs=1)) == []


def test_two_bytes_keep_a_weight_to_eleven_binary_digits():
    model = torch.nn.Linear(30, 20)
    exact = weight_path.written(model, True)
    config = TrainingConfig("digits", (), epochs=1)
    rough = torch.frombuffer(bytearray(weight_path.written(model, False)), dtype=torch.float16).float()
    fine = torch.frombuffer(bytearray(exact), dtype=torch.float32)
    assert ((rough - fine).abs() <= fine.abs() * 2.0**-11 + 2.0**-25).all()
    with pytest.raises(ValueError, match="not the weights"):
        weight_path.read(exact, config)


def test_the_components_are_those_of_scikit_learn(path):
    plane = principal_plane(path, path[-1])
    found = PCA(n_components=4, svd_solver="full").fit(path.astype(float))
    assert plane.explained[:4] == pytest.approx(found.explained_variance_ratio_, rel=1e-5)
    for axis, theirs in zip((plane.first, plane.second), found.components_, strict=False):
        assert abs(axis @ theirs) == pytest.approx(1, abs=1e-6)
    points, theirs = plane.project(path), found.transform(path)[:, :2]
    theirs = theirs - theirs[-1]
    signs = np.sign((points * theirs).sum(axis=0))
    assert points == pytest.approx(theirs * signs, abs=1e-4)


def test_the_components_are_those_of_a_plain_singular_value_decomposition():
    rows = rng.standard_normal((9, 40)).astype(np.float32)
    plane = principal_plane(rows, rows[3])
    _, singular, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    assert plane.explained[:8] == pytest.approx((singular**2 / (singular**2).sum())[:8], rel=1e-5)
    assert abs(plane.first @ axes[0]) == pytest.approx(1, abs=1e-5)
    assert abs(plane.second @ axes[1]) == pytest.approx(1, abs=1e-5)
    assert plane.project(rows)[3] == pytest.approx([0, 0], abs=1e-6)


def test_a_path_along_a_line_spans_no_plane():
    line = np.outer(np.arange(5), np.ones(7)).astype(np.float32)
    with pytest.raises(ValueError, match="along a line"):
        principal_plane(line, line[0])
    with pytest.raises(ValueError, match="along a line"):
        principal_plane(line[:2], line[0])


def test_random_directions_are_as_long_as_the_weights_into_each_unit(path):
    centre, shapes = path[-1], weight_path.shapes(CONFIG)
    plane = random_plane(centre, shapes, seed=5)
    at = 0
    for shape in shapes:
        size = int(np.prod(shape))
        for direction in (plane.first, plane.second):
            part, own = direction[at : at + size].reshape(shape), centre[at : at + size].reshape(shape)
            if len(shape) == 1:
                assert not part.any(), "biases are not moved"
            else:
                assert np.linalg.norm(part, axis=1) == pytest.approx(np.linalg.norm(own, axis=1), rel=1e-5)
        at += size
    assert np.array_equal(plane.first, random_plane(centre, shapes, seed=5).first)
    assert not np.array_equal(plane.first, random_plane(centre, shapes, seed=6).first)


def test_a_point_is_projected_to_the_nearest_one_also_where_directions_are_oblique():
    centre = rng.standard_normal(6).astype(np.float32)
    first = np.array([1, 0, 0, 0, 0, 0], dtype=np.float32)
    plane = Plane(centre, first, first + np.array([0, 1, 0, 0, 0, 0], dtype=np.float32))
    found = plane.project((plane.at(2.0, -3.0) + np.float32([0, 0, 7, 0, 0, 0]))[None])
    assert found == pytest.approx(np.array([[2.0, -3.0]]), abs=1e-5)


def test_the_centre_has_the_true_loss_of_the_network(digits, events, path, surface):
    saved = [e for e in events if isinstance(e, Checkpoint)][-1]
    trainer = Trainer(CONFIG, digits, CPU)
    trainer.restore(saved.data)
    true = trainer.loss(logits_of(trainer.model, trainer.images[:500]), trainer.labels[:500]).item()
    assert surface.at(path[-1]) == pytest.approx(true, abs=1e-6)
    plane = principal_plane(path, path[-1])
    x, y = axes_around(plane.project(path))
    values = list(surface.on(plane, x, y))[-1].values
    i, j = y.tolist().index(0), x.tolist().index(0)
    assert values[i, j] == pytest.approx(true, abs=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", [(), (7,), (9, 8, 7)])
def test_every_point_has_the_loss_of_the_network_with_those_weights(digits, loss, hidden):
    config = TrainingConfig("digits", hidden, "tanh", loss)
    data = OnDevice(digits, CPU)
    surface = Surface(config, data.images[:300], data.labels[:300])
    trainer = Trainer(config, digits, CPU)
    centre = np.concatenate([p.detach().reshape(-1).numpy() for p in trainer.model.parameters()])
    plane = random_plane(centre, weight_path.shapes(config), 1)
    x = np.array([-0.7, 0.0, 1.3])
    stages = list(surface.on(plane, x, x))
    for i, j in np.ndindex(3, 3):
        flat = torch.tensor(plane.at(x[j], x[i]))
        torch.nn.utils.vector_to_parameters(flat, trainer.model.parameters())
        true = trainer.loss(logits_of(trainer.model, data.images[:300]), data.labels[:300]).item()
        assert stages[-1].values[i, j] == pytest.approx(true, rel=1e-5)


def test_it_is_coarse_first_and_every_stage_keeps_what_is_known(path, surface):
    plane = principal_plane(path, path[-1])
    known, strides = 0, []
    x = np.linspace(-1, 1, 9)
    for stage in surface.on(plane, x, x):
        values = stage.values
        assert np.isfinite(values).sum() == stage.done >= known
        known = stage.done
        if stage.stride and stage.stride not in strides:
            strides.append(stage.stride)
            assert np.isfinite(values[:: stage.stride, :: stage.stride]).all()
    assert strides == [4, 2, 1]
    assert known == 81


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_an_axis_reaches_both_ends_and_has_zero_on_its_coarsest_grid(low, extent):
    low, high = min(low, 0.0), max(low + extent, 0.0)
    axis = axis_through_zero(low, high)
    assert len(axis) == SIDE
    assert axis[0] <= low + 1e-9 * extent
    assert axis[-1] >= high - 1e-9 * extent
    assert 0 in axis[::4]


def test_a_path_that_hardly_leaves_a_line_still_has_a_plane_to_look_at():
    x, y = axes_around(np.array([[0.0, 0.0], [10.0, 0.001]]))
    assert x[0] < 0 < 10 < x[-1]
    assert 0.4 < y[-1] - y[0] < 2


def test_cores_that_work_by_themselves_find_what_one_core_finds(path, digits):
    data = OnDevice(digits, CPU)
    plane, axis = principal_plane(path, path[-1]), axis_through_zero(-1.0, 1.0)
    found = []
    for cores in (1, 2):
        before = torch.get_num_threads()
        torch.set_num_threads(cores)
        surface = Surface(CONFIG, data.images, data.labels)
        found.append(next(s.values for s in surface.on(plane, axis, axis) if s.stride == 4)[::4, ::4])
        assert torch.get_num_threads() == cores
        torch.set_num_threads(before)
    assert found[1] == pytest.approx(found[0], rel=1e-6)
    assert np.isfinite(found[0]).all()
