"""The device that a network is trained on."""

import platform

import torch

from optviz.training.networks import TrainingError
from optviz.training.stored_words import ONE_THREAD, THREADS, stored
from optviz.words import listed, tr


def pick_device(wanted: str = "auto") -> torch.device:
    """The device to train on: with "auto" CUDA if present, else Apple's MPS, else the CPU.

    Raises:
        TrainingError: when the device is not there.
    """
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    here = [name for name, available in present.items() if available]
    if wanted != "auto" and wanted not in here:
        raise TrainingError(
            tr("There is no device “{wanted}” here; there is {known}.", wanted=wanted, known=listed(here))
        )
    return torch.device(here[0] if wanted == "auto" else wanted)


def device_name(device: torch.device) -> str:
    """The device's name for people, as it is stored."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU (Metal)"
    threads = torch.get_num_threads()
    message = THREADS if threads > 1 else ONE_THREAD
    return stored(message, processor=platform.processor() or platform.machine(), count=threads)
