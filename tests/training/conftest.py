"""What the tests of training share: one thread, the digits, and the official files where they are."""

import os

import pytest
import torch

from optviz.training.datasets import load

#: Read before any test can change the environment.
OFFICIAL_DATA = os.environ.get("OPTVIZ_DATA")


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Small networks are fastest on one thread, and bit by bit the same only with as many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def digits():
    return load("digits")


@pytest.fixture
def official_data():
    """The folder with the official files: needed in continuous integration, welcome elsewhere."""
    if not OFFICIAL_DATA:
        if os.environ.get("CI") == "true":
            pytest.fail("Set OPTVIZ_DATA to the folder with the official files.")
        pytest.skip("OPTVIZ_DATA names no folder with the official files.")
    return OFFICIAL_DATA
