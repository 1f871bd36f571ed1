"""The order of the tests: quick ones first, then those that start processes, browser journeys last."""

import pytest

LATER = (
    "tests/training/",
    "tests/web/",
    "tests/runs/",
    "tests/test_benchmarks.py",
    "tests/test_deploy.py",
    "tests/browser/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by kind and keep the order within each."""

    def rank(item: pytest.Item) -> int:
        return next((i for i, room in enumerate(LATER, 1) if item.nodeid.startswith(room)), 0)

    items.sort(key=rank)
