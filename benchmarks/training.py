"""Images per second of live training, beside the same training without events and the notes' own way.

    OPTVIZ_DATA=path/to/data python -m benchmarks.training

All of them train one network (the notes' 784-512-512-10 by default; `--hidden` with no number after it is
softmax regression) with Adam and batches of 100 on MNIST. They take turns in one process, and the table
shows the best of several rounds, which other work on the computer disturbs least. The notes leave
the number of threads to torch; the trainer uses one. `--smallest` takes the 8 × 8 digits instead of MNIST:
they need no download.
"""

import math
import time
from itertools import pairwise

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from benchmarks.machine import command_line
from optviz.training.config import TrainingConfig
from optviz.training.datasets import load
from optviz.training.devices import pick_device
from optviz.training.loop import TRAIN_IMAGES, train
from optviz.training.proofs import batch_order

BATCH, EPOCHS = 100, 2


def network(widths, device):
    """A network with ReLU and torch's own first weights; `widths` from the pixels to the classes."""
    torch.manual_seed(0)
    layers = [layer for i, o in pairwise(widths) for layer in (nn.Linear(i, o), nn.ReLU())]
    return nn.Sequential(*layers[:-1]).to(device)


def live(widths, dataset, device):
    """train(), with every event it has: progress, evaluation, pictures, checkpoint."""
    config = TrainingConfig(dataset.info.key, widths[1:-1], batch_size=BATCH, epochs=EPOCHS)
    for _ in train(config, dataset, device):
        pass


class Bare:
    """The same training as one would write it for speed alone, with or without looking at the test set."""

    def __init__(self, widths, dataset, device, evaluate):
        self.widths, self.device, self.evaluate = widths, device, evaluate
        self.white = dataset.info.white
        self.arrays = dataset.train_images, dataset.train_labels, dataset.test_images, dataset.test_labels

    def __call__(self):
        """Train the network once."""
        images, labels, test_images, test_labels = (torch.tensor(a, device=self.device) for a in self.arrays)
        images, test_images = images.float() / self.white, test_images.float() / self.white
        model = network(self.widths, self.device)
        optimizer = torch.optim.Adam(model.parameters(), fused=True)
        for number in range(EPOCHS + 1):
            if number:
                self.epoch(model, optimizer, batch_order(0, number, len(labels)), images, labels)
            if self.evaluate:
                with torch.inference_mode():
                    logits = model(test_images)
                    functional.cross_entropy(logits, test_labels).item()
                    (logits.argmax(dim=1) == test_labels).sum().item()
                    (model(images[:TRAIN_IMAGES]).argmax(dim=1) == labels[:TRAIN_IMAGES]).sum().item()
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def epoch(self, model, optimizer, order, images, labels):
        """One epoch, and nothing else."""
        for batch in order.to(self.device).split(BATCH):
            loss = functional.cross_entropy(
                model(images.index_select(0, batch)), labels.index_select(0, batch)
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


class OneByOne(TorchDataset):
    """A data set as the notes write it: one image at a time, through a transform."""

    def __init__(self, dataset, transform):
        self.images, self.labels = dataset.train_images.reshape(-1, *dataset.info.shape), dataset.train_labels
        self.transform = transform

    def __len__(self):
        """How many images there are."""
        return len(self.labels)

    def __getitem__(self, index):
        """One image and its label."""
        return self.transform(self.images[index]), int(self.labels[index])


def to_tensor(array):
    """The usual transform: an array becomes a picture, and the picture a tensor between 0 and 1."""
    picture = Image.fromarray(array)
    pixels = torch.from_numpy(np.array(picture, copy=True))
    return pixels.view(picture.size[1], picture.size[0], 1).permute(2, 0, 1).contiguous().float().div(255)


def lean(array):
    """The least that a transform can do."""
    return torch.from_numpy(array.copy()).float().div(255)


def notes(widths, dataset, device, transform, threads):
    """The notes' own way: a DataLoader, Adam as it comes, the loss read at every step."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    model = network(widths, device)
    optimizer = torch.optim.Adam(model.parameters(), foreach=False)
    for images, labels in DataLoader(OneByOne(dataset, transform), batch_size=BATCH, shuffle=True):
        loss = functional.cross_entropy(model(images.to(device).flatten(1)), labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
    torch.set_num_threads(before)


def main():
    """Measure and print."""
    parser = command_line(__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--hidden", type=int, nargs="*", default=[512, 512])
    arguments = parser.parse_args()
    cores = torch.get_num_threads()  # torch's own choice, and so that of the notes
    torch.set_num_threads(1)
    device = pick_device(arguments.device)
    if arguments.smallest:
        dataset, widths, repeats = load("digits"), (64, 8, 10), 1
    else:
        dataset, widths, repeats = load("mnist"), (784, *arguments.hidden, 10), arguments.repeats
    ways = {
        "live: train() with all its events": (EPOCHS, lambda: live(widths, dataset, device.type)),
        "bare loop, evaluated as often": (EPOCHS, Bare(widths, dataset, device, evaluate=True)),
        "bare loop, never evaluated": (EPOCHS, Bare(widths, dataset, device, evaluate=False)),
        f"notes, {cores} threads": (1, lambda: notes(widths, dataset, device, to_tensor, cores)),
        "notes, 1 thread": (1, lambda: notes(widths, dataset, device, to_tensor, 1)),
        "notes, 1 thread, the leanest transform": (1, lambda: notes(widths, dataset, device, lean, 1)),
    }
    best = dict.fromkeys(ways, math.inf)
    for _ in range(repeats):
        for name, (epochs, way) in ways.items():
            since = time.perf_counter()
            way()
            best[name] = min(best[name], (time.perf_counter() - since) / epochs)
    ours = next(iter(best.values()))
    print(f"torch {torch.__version__}, {device.type}, {cores} cores, best of {repeats}")
    print(f"{'-'.join(map(str, widths))}, Adam, batches of {BATCH}\n")
    print(f"| {'':38} | images/s | train() is |\n|{'-' * 40}|{'-' * 10}|{'-' * 12}|")
    for name, seconds in best.items():
        print(f"| {name:38} | {len(dataset.train_labels) / seconds:8,.0f} | {seconds / ours:8.2f} × |")


if __name__ == "__main__":
    main()
