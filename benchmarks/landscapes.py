"""How long the landscape of a run takes: the loss at 41 × 41 points of a plane, on 10,000 images of MNIST.

    OPTVIZ_DATA=path/to/data python -m benchmarks.landscapes

The network is that of the notes, 784-512-512-10, with all cores. Three ways compute the same losses: the one
that optviz uses, which adds three products for the first layer and gives each core some of the images; the
same with all cores sharing each product; and torch.func's `vmap` over the weights of several points. `vmap`
is measured on a few points, and its time for the whole grid follows from that. `--images 3000 --coarse`
measures the 11 × 11 points on fewer images. `--smallest` takes a small network on the 8 × 8 digits.
"""

import os
import time
from contextlib import nullcontext
from unittest import mock

import numpy as np
import torch
from torch.func import functional_call, vmap

from benchmarks.machine import command_line, heading, table
from optviz.training import surface as surface_module
from optviz.training import weight_path
from optviz.training.config import TrainingConfig
from optviz.training.datasets import load
from optviz.training.devices import pick_device
from optviz.training.loop import OnDevice, Trainer
from optviz.training.plane import SIDE, axis_through_zero, random_plane
from optviz.training.surface import Surface

IMAGES = 10_000
AT_ONCE = 4  # points of the plane in one call of vmap


def stages(surface, plane, axis, last):
    """Seconds by the clock and of the processor until each grid is complete, and the losses of the last."""
    began, worked, ends, values = time.perf_counter(), time.process_time(), {}, None
    for stage in surface.on(plane, axis, axis):
        if stage.stride:
            ends.setdefault(stage.stride, (time.perf_counter() - began, time.process_time() - worked))
        values = stage.values
        if stage.stride == last:
            break
    return ends, values


def sharing(surface, plane, axis, last):
    """The same with all cores at each product."""
    with mock.patch.object(surface_module, "_each_on_its_own_core", return_value=nullcontext(map)):
        return stages(surface, plane, axis, last)


def with_vmap(trainer, images, labels, weights):
    """The losses at points (n, parameters), several at a time, each through the whole network."""
    shapes = {name: p.shape for name, p in trainer.model.named_parameters()}

    def loss(flat):
        parts = dict(zip(shapes, flat.split([s.numel() for s in shapes.values()]), strict=True))
        parts = {name: part.reshape(shapes[name]) for name, part in parts.items()}
        return trainer.loss(functional_call(trainer.model, parts, (images,)), labels)

    with torch.inference_mode():
        return torch.cat([vmap(loss)(chunk) for chunk in weights.split(AT_ONCE)])


def main() -> None:
    """Measure both and print a table."""
    parser = command_line(__doc__)
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--coarse", action="store_true", help="only the 11 × 11 points")
    options = parser.parse_args()
    config = TrainingConfig("mnist", (512, 512), batch_size=100)
    if options.smallest:
        config, options.coarse = TrainingConfig("digits", (8,)), True
    torch.set_num_threads(os.cpu_count() or 1)
    device = pick_device()
    dataset = load(config.dataset)
    data = OnDevice(dataset, device)
    images, labels = data.images[: options.images], data.labels[: options.images]
    trainer = Trainer(config, dataset, device, data)
    centre = np.concatenate([p.detach().cpu().reshape(-1).numpy() for p in trainer.model.parameters()])
    plane = random_plane(centre, weight_path.shapes(config), 0)
    axis = axis_through_zero(-1.0, 1.0)
    heading()
    surface, last = Surface(config, images, labels), 4 if options.coarse else 1
    ends, values = stages(surface, plane, axis, last)
    shared, same = sharing(surface, plane, axis, last)
    assert np.allclose(values, same, rtol=1e-5, equal_nan=True), "both ways give the same losses"
    few = [(0, 0), (20, 20), (0, 40), (40, 12)]
    weights = torch.tensor(np.array([plane.at(axis[j], axis[i]) for i, j in few]), device=device)
    began = time.perf_counter()
    found = with_vmap(trainer, images, labels, weights)
    each = (time.perf_counter() - began) / len(few)
    there = np.array([values[place] for place in few])
    assert np.allclose(found.cpu().numpy(), there, rtol=1e-4), "both ways give the same losses"
    rows = []
    for stride, took in ends.items():
        side = (SIDE - 1) // stride + 1
        told = ("{:.1f} s, processor {:.1f} s".format(*seconds) for seconds in (took, shared[stride]))
        rows.append((f"{side} × {side} points", *told, f"{each * side**2:.0f} s"))
    head = (f"{len(images):,} images", "optviz", "cores share each product", f"vmap, from {len(few)} points")
    table(head, rows)


if __name__ == "__main__":
    main()
