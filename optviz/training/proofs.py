"""What shows that two trainings are comparable: the hash of the weights, and the order of the images."""

import hashlib

import torch
from torch import nn


def batch_order(seed: int, epoch: int, images: int) -> torch.Tensor:
    """The order of the images in an epoch (0, 1, …), shape (images,): the same on every device."""
    return torch.randperm(images, generator=torch.Generator().manual_seed(seed * 1000 + epoch))


def weights_hash(model: nn.Module) -> str:
    """The first 16 digits of the SHA-256 of all parameters."""
    digest = hashlib.sha256()
    for parameter in model.parameters():
        digest.update(parameter.detach().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]
