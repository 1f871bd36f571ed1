"""A line through 100 points, and what batches do: batch, stochastic and mini-batch descent.

The model is y = b + w x, the loss the mean of the squared errors, so the landscape over (w, b) is a
quadratic and its lowest point is known: least squares. Every number here is of such a run, none of a formula
for it.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optviz.engine.elementwise import Rows
from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer, as_optimizer
from optviz.words import mark, tr

SAMPLES = 100


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """The points (x, y), both of shape (n,)."""

    x: np.ndarray
    y: np.ndarray

    @property
    def solution(self) -> np.ndarray:
        """Least squares: the (w, b) of the lowest loss, from the normal equations."""
        h, c = self.curvature, np.array([np.mean(self.x * self.y), np.mean(self.y)])
        return np.linalg.solve(h, 2 * c)

    @property
    def curvature(self) -> np.ndarray:
        """The Hessian of the loss, the same everywhere: twice the mean of (x, 1)ᵀ(x, 1), shape (2, 2)."""
        across = float(np.mean(self.x))
        return 2 * np.array([[float(np.mean(self.x**2)), across], [across, 1.0]])

    def loss(self, points: np.ndarray) -> np.ndarray:
        """The mean squared error at (w, b), shape (..., 2), as an array of shape (...)."""
        points = np.asarray(points)
        errors = points[..., :1] * self.x + points[..., 1:] - self.y
        return np.mean(errors * errors, axis=-1)

    def gradient(self, points: np.ndarray, batch: Sequence[int] | np.ndarray | None = None) -> np.ndarray:
        """The gradient at (w, b), shape (..., 2), over the points whose places `batch` names, or all."""
        points = np.asarray(points)
        x, y = (self.x, self.y) if batch is None else (self.x[batch], self.y[batch])
        errors = points[..., :1] * x + points[..., 1:] - y
        return 2 * np.stack([np.mean(errors * x, axis=-1), np.mean(errors, axis=-1)], axis=-1)


def make_data(slope: float = 2.0, intercept: float = 3.0, noise: float = 0.5, seed: int = 0) -> Data:
    """x = 2U, y = intercept + slope·x + noise·N, with numpy's old generator as in the course notes.

    The defaults are the notes' own points: `np.random.seed(0)`, then `rand(100, 1)` and `randn(100, 1)`.
    """
    random = np.random.RandomState(seed)
    x = 2 * random.rand(SAMPLES)
    return Data(x, intercept + slope * x + noise * random.randn(SAMPLES))


def landscape(data: Data) -> Objective:
    """The loss as an objective of x = w and y = b, to be drawn like every other landscape."""
    x, y = data.x, data.y
    terms = (
        (np.mean(x * x), "*x**2"),
        (1.0, "*y**2"),
        (2 * np.mean(x), "*x*y"),
        (-2 * np.mean(x * y), "*x"),
        (-2 * np.mean(y), "*y"),
        (np.mean(y * y), ""),
    )
    formula = " + ".join(f"({float(factor)!r}){rest}" for factor, rest in terms)
    w, b = data.solution.tolist()
    half = max(3.0, 1.2 * max(abs(w), abs(b)))  # so that the origin is in the picture
    domain = ((w - half, w + half), (b - half, b + half))
    return Objective(
        "regression", mark("Mean squared error of a line"), formula, domain, (0.0, 0.0), ((w, b),), "ravine"
    )


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """One run; row 0 of `points` (k+1, 2), `losses` (k+1,) and `gradients` (k+1, 2) is the start.

    `losses` and `gradients` are of all points together; `batch_gradients` (k, 2) are those that were stepped
    along. `seen` (k+1,) counts the examples read so far. `broke_at` is the update at which the numbers
    overflowed, or None; then the rows end before it. `seconds` is how long the updates took here.
    """

    batch_size: int
    points: np.ndarray
    losses: np.ndarray
    gradients: np.ndarray
    batch_gradients: np.ndarray
    seen: np.ndarray
    broke_at: int | None
    seconds: float

    @property
    def updates(self) -> int:
        """How many updates were made."""
        return len(self.points) - 1

    @property
    def noise(self) -> float:
        """How far the gradient of a batch was from that of all points: root mean square over the updates."""
        with np.errstate(over="ignore"):  # on its way out a run may reach numbers without squares
            return self._noise()

    def _noise(self) -> float:
        apart = self.batch_gradients - self.gradients[:-1]
        return float(np.sqrt(np.mean(np.sum(apart * apart, axis=1)))) if len(apart) else 0.0

    def distance(self, solution: np.ndarray) -> float:
        """From the last point to the least-squares solution."""
        return float(np.linalg.norm(self.points[-1] - solution))


def batches(count: int, batch_size: int, epochs: int, *, shuffle: bool, seed: int) -> Iterator[np.ndarray]:
    """The places in each batch, epoch after epoch; the last batch of an epoch may be short."""
    random = np.random.default_rng(seed)
    for _ in range(epochs):
        order = random.permutation(count) if shuffle else np.arange(count)
        for begin in range(0, count, batch_size):
            yield order[begin : begin + batch_size]


def descend(
    data: Data,
    optimizer: Optimizer | str,
    start: Sequence[float] = (0.0, 0.0),
    *,
    batch_size: int,
    epochs: int,
    shuffle: bool = True,
    seed: int = 0,
    **hyperparameters: float,
) -> Descent:
    """Descend with batches of `batch_size`; all points at once is batch descent, one stochastic descent.

    Raises:
        HyperparameterError: for a hyperparameter that is not allowed.
        KeyError: for an unknown optimizer.
        ValueError: for a batch size or a number of epochs that makes no sense.
    """
    return _descend(data, optimizer, start, batch_size, epochs, shuffle, seed, hyperparameters, right=True)


def descend_as_printed(
    data: Data,
    optimizer: Optimizer | str,
    start: Sequence[float] = (0.0, 0.0),
    *,
    batch_size: int,
    epochs: int,
    **hyperparameters: float,
) -> Descent:
    """The mistake of the course notes, kept apart: the loop takes batches, the loss takes all points.

    So every one of its updates is one of batch descent, whatever is in the batch. The same exceptions as
    `descend`.
    """
    return _descend(data, optimizer, start, batch_size, epochs, False, 0, hyperparameters, right=False)


#: Both loops, as they are shown side by side.
RIGHT_LOOP = """for epoch in range(epochs):
    for data, label in batches(x, y, 20):
        loss = ((w*data + b - label)**2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()"""
PRINTED_LOOP = """for epoch in range(epochs):
    for data, label in batches(x, y, 20):
        loss = ((w*x + b - y)**2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()"""


def _descend(
    data: Data,
    optimizer: Optimizer | str,
    start: Sequence[float],
    batch_size: int,
    epochs: int,
    shuffle: bool,
    seed: int,
    hyperparameters: dict[str, float],
    *,
    right: bool,
) -> Descent:
    optimizer = as_optimizer(optimizer)
    count = len(data.x)
    if not 1 <= batch_size <= count or epochs < 0 or len(start) != 2 or not all(map(math.isfinite, start)):
        raise ValueError(
            tr("Batches of 1 to {count}, no negative epochs, and a start of two finite numbers.", count=count)
        )
    values = optimizer.complete(hyperparameters)
    picks = list(batches(count, batch_size, epochs, shuffle=shuffle, seed=seed))
    step = optimizer.step
    gradient = _gradients(data, picks, single=batch_size == 1) if right else _repeated(data)
    w, b = map(float, start)
    state = [[0.0] * len(optimizer.state), [0.0] * len(optimizer.state)]
    points, stepped, broke_at = [(w, b)], [], None
    begin = time.perf_counter()
    with np.errstate(all="ignore"):  # infinities end the run below
        for t in range(1, len(picks) + 1):
            gradient_w, gradient_b = gradient(t - 1, w, b)
            w, *state[0] = step(w, gradient_w, t, *state[0], **values)
            b, *state[1] = step(b, gradient_b, t, *state[1], **values)
            if not (math.isfinite(w) and math.isfinite(b)):
                broke_at = t
                break
            points.append((w, b))
            stepped.append((gradient_w, gradient_b))
        seconds = time.perf_counter() - begin
        path = np.array(points)
        # In slices, as twenty thousand updates times a hundred points are many numbers.
        parts = np.array_split(path, max(1, len(path) // 2000))
        losses = np.concatenate([data.loss(part) for part in parts])
        gradients = np.concatenate([data.gradient(part) for part in parts])
    # A point may be finite while the loss there no longer is: the run ended there as well.
    finite = np.isfinite(losses) & np.isfinite(gradients).all(axis=1)
    if not finite.all():
        broke_at = max(1, int(np.argmin(finite)))
        path, losses, gradients = path[:broke_at], losses[:broke_at], gradients[:broke_at]
        stepped = stepped[: broke_at - 1]
    seen = np.concatenate([[0], np.cumsum([len(places) for places in picks[: len(stepped)]])]).astype(int)
    along = np.array(stepped).reshape(-1, 2)
    return Descent(batch_size, path, losses, gradients, along, seen, broke_at, seconds)


Gradient = Callable[[int, float, float], tuple[float, float]]  # of update k (from 0) at w and b


def _gradients(data: Data, picks: Sequence[np.ndarray], *, single: bool) -> Gradient:
    """The gradient of each batch. A `single` point goes over plain floats: the same numbers, much sooner."""
    if single:
        places = np.concatenate(picks) if picks else np.empty(0, int)
        xs, ys = data.x[places].tolist(), data.y[places].tolist()

        def of_one(k: int, w: float, b: float) -> tuple[float, float]:
            x = xs[k]
            error = w * x + b - ys[k]
            return 2.0 * (error * x), 2.0 * error

        return of_one

    def of_batch(k: int, w: float, b: float) -> tuple[float, float]:
        return _mean_gradient(data.x[picks[k]], data.y[picks[k]], w, b)

    return of_batch


def _repeated(data: Data) -> Gradient:
    """The gradient of all points, whatever is in the batch."""
    return lambda k, w, b: _mean_gradient(data.x, data.y, w, b)


def _mean_gradient(x: np.ndarray, y: np.ndarray, w: float, b: float) -> tuple[float, float]:
    errors = w * x + b - y
    scale = 2.0 / len(x)
    return scale * float(errors @ x), scale * float(errors.sum())


def noise_ball(
    data: Data,
    optimizer: Optimizer | str,
    rates: Sequence[float],
    batch_sizes: Sequence[int],
    *,
    updates: int = 600,
    runs: int = 32,
    seed: int = 0,
    **hyperparameters: float,
) -> np.ndarray:
    """How far runs keep wandering from the solution: shape (len(batch_sizes), len(rates)).

    Each of `runs` runs starts at the solution and draws its batches anew at each update, without putting a
    point into one batch twice. The root mean square of the distance over the second half of the updates is
    the radius of the ball; it is infinite where a run overflowed. A batch of all points never leaves.
    """
    optimizer = as_optimizer(optimizer)
    values = optimizer.complete({**hyperparameters, "lr": 0.01}) | {
        "lr": Rows.of(np.repeat(np.asarray(rates, dtype=float), runs))
    }
    solution, count = data.solution, len(data.x)
    found = np.empty((len(batch_sizes), len(rates)))
    for row, size in enumerate(batch_sizes):
        random = np.random.default_rng([seed, size])
        w, b = (np.full(len(rates) * runs, v) for v in solution)
        state = [[np.zeros_like(w)] * len(optimizer.state) for _ in "wb"]
        squares = np.zeros((len(rates), runs))
        with np.errstate(all="ignore"):
            for t in range(1, updates + 1):
                # The same draws for every rate: `runs` batches, each a row of distinct places.
                places = random.permuted(np.broadcast_to(np.arange(count), (runs, count)), axis=1)[:, :size]
                moments = _moments(data, places)
                mxx, mx, mxy, my = (np.tile(moment, len(rates)) for moment in moments)
                gradient_w, gradient_b = 2 * (mxx * w + mx * b - mxy), 2 * (mx * w + b - my)
                w, *state[0] = optimizer.step(w, gradient_w, t, *state[0], **values)
                b, *state[1] = optimizer.step(b, gradient_b, t, *state[1], **values)
                if 2 * t > updates:
                    squares += ((w - solution[0]) ** 2 + (b - solution[1]) ** 2).reshape(len(rates), runs)
        radius = np.sqrt(squares.mean(axis=1) / (updates - updates // 2))
        found[row] = np.where(np.isfinite(radius), radius, np.inf)
    return found


def _moments(data: Data, places: np.ndarray) -> tuple[np.ndarray, ...]:
    """The means of x², x, xy and y over batches (runs, size): all that a batch's gradient needs."""
    x, y = data.x[places], data.y[places]
    return tuple(np.mean(v, axis=1) for v in (x * x, x, x * y, y))
