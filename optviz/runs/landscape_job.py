"""The landscape of a run: the loss on a plane through its weights, computed by a worker for the page.

The plane goes through the newest weights of one network. Its directions are the principal components of the
paths of all networks of the run, or two random ones that are normalised filter by filter.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optviz.runs.store import Run, Store
from optviz.training.config import TrainingConfig
from optviz.training.datasets import Dataset
from optviz.words import tr

#: On how many training images the loss may be measured.
IMAGES = (1_000, 10_000)
KINDS = ("path", "random")


class LandscapeError(Exception):
    """A landscape cannot be computed; the message is a sentence for people."""


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """One network's path: steps (n,), points of the plane (n, 2), and two losses at each place, (n,).

    `true` is the network's loss with its weights; `slice` is the loss at the point of the plane that is
    nearest to them. Both on the same images.
    """

    racer: int
    steps: np.ndarray
    points: np.ndarray
    true: np.ndarray
    slice: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """What is known so far: axes (n,), losses (n, n) with NaN where none is computed, and the paths.

    `stride` says which grid is complete: every point (1), every second or fourth one, or none (0).
    `centre` is the true loss of the network at the point 0, 0, after `step` steps, on `images` training
    images.
    """

    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    stride: int
    centre: float
    step: int
    images: int
    explained: tuple[float, ...]
    paths: tuple[Path, ...]


def write(landscape: Landscape) -> bytes:
    """The landscape as a file of arrays."""
    arrays = {name: np.asarray(getattr(landscape, name)) for name in ("x", "y", "values", "explained")}
    numbers = np.array([landscape.stride, landscape.centre, landscape.step, landscape.images], dtype=float)
    for i, path in enumerate(landscape.paths):
        table = np.column_stack([path.steps, path.points, path.true, path.slice])
        arrays[f"path{i}"] = np.vstack([np.full((1, 5), float(path.racer)), table])
    stream = io.BytesIO()
    np.savez_compressed(stream, numbers=numbers, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def read(data: bytes) -> Landscape:
    """Read what `write` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        stride, centre, step, images = file["numbers"].tolist()
        paths = []
        for name in sorted((n for n in file.files if n.startswith("path")), key=lambda n: int(n[4:])):
            racer, table = int(file[name][0, 0]), file[name][1:]
            paths.append(Path(racer, table[:, 0], table[:, 1:3], table[:, 3], table[:, 4]))
        return Landscape(
            file["x"],
            file["y"],
            file["values"],
            int(stride),
            centre,
            int(step),
            int(images),
            tuple(file["explained"].tolist()),
            tuple(paths),
        )


def compute(
    store: Store, run: Run, kind: str, racer: int, dataset: Dataset, most: int
) -> Iterator[tuple[float, Landscape]]:
    """Compute a landscape on `most` training images and yield what is known, with the share that is done.

    Raises:
        LandscapeError: when there are no weights yet, or no path for a plane of its components.
    """
    import torch

    from optviz.training import checkpoints, plane, weight_path
    from optviz.training.devices import pick_device
    from optviz.training.surface import Surface

    config, saved = run.config, store.checkpoint(run.id)
    if saved is None:
        raise LandscapeError(
            tr("This run has no checkpoint yet; its landscape can be computed once it has one.")
        )
    centre = checkpoints.flat_weights(saved.data, config.alone(racer), racer)
    if not np.isfinite(centre).all():
        raise LandscapeError(tr("The weights are not finite any more, so there is no landscape around them."))
    device = pick_device()
    images = torch.tensor(dataset.train_images[:most], device=device).float().div_(dataset.info.white)
    surface = Surface(config.alone(racer), images, torch.tensor(dataset.train_labels[:most], device=device))
    noted = _noted(store, run, config)
    weights = np.concatenate([rows for _, rows in noted.values()]) if noted else np.empty((0, len(centre)))
    try:
        if kind == "path":
            if not noted:
                raise ValueError(tr("The path of this run is not kept. Choose random directions instead."))
            shown = plane.principal_plane(weights, centre)
        else:
            shown = plane.random_plane(centre, weight_path.shapes(config), config.seed)
    except ValueError as error:
        raise LandscapeError(str(error)) from error
    paths = []
    for place, (steps, rows) in noted.items():
        points = shown.project(rows)
        true = np.array([surface.at(row) for row in rows])
        beside = np.array([surface.at(shown.at(*point)) for point in points])
        paths.append(Path(place, steps, points, true, beside))
    if kind == "path":
        x, y = plane.axes_around(np.concatenate([path.points for path in paths]))
    else:
        x = y = plane.axis_through_zero(-1.0, 1.0)
    true_centre, done = surface.at(centre), 0.0
    for stage in surface.on(shown, x, y):
        done = stage.done / stage.values.size
        made = (stage.values.copy(), stage.stride, true_centre, saved.step, len(images))
        yield done, Landscape(x, y, *made, shown.explained, tuple(paths))


def _noted(store: Store, run: Run, config: TrainingConfig) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """For each network its steps (n,) and weights (n, parameters), as far as they are finite."""
    from optviz.training import weight_path

    found: dict[int, list[tuple[int, np.ndarray]]] = {}
    for snapshot in store.snapshots(run.id):
        row = weight_path.read(snapshot.data, config)
        if np.isfinite(row).all():
            found.setdefault(snapshot.racer, []).append((snapshot.step, row))
    return {
        racer: (np.array([step for step, _ in rows]), np.array([row for _, row in rows]))
        for racer, rows in found.items()
    }
