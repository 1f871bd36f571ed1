"""The noise that stands for small batches: the same draws for every optimizer that has the same seed."""

import numpy as np


def gaussian_noise(seed: int, steps: int, dimension: int) -> np.ndarray:
    """Standard normal draws of shape (steps, dimension), from numpy's default generator."""
    return np.random.default_rng(seed).standard_normal((steps, dimension))
