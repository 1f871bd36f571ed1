"""A function that remembers its last results."""

from optviz.engine.remembered import Remembered


def test_the_last_used_results_are_kept_and_the_others_made_again() -> None:
    made: list[int] = []
    double = Remembered(lambda n: made.append(n) or 2 * n, most=2)
    assert [double(n) for n in (1, 2, 1, 3)] == [2, 4, 2, 6]
    assert made == [1, 2, 3]
    assert double.knows(1)
    assert not double.knows(2)
    assert double(2) == 4
    assert made == [1, 2, 3, 2]
