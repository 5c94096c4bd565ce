"""Directions that are alike must hang together, however they are stored."""

import numpy as np
import pytest

pytest.importorskip("torch")

from models.directions.kinship import cosines, kinship
from tests.models.directions.subjects import axis, direction


def test_cosines_compare_directions_of_w_and_w_plus_as_they_act():
    rows = np.zeros((8, 16))
    rows[:4, 1] = 1
    found = cosines(
        [
            direction("w", axis(1)),
            direction("same in W+", np.tile(axis(1), (8, 1))),
            direction("half", axis(1), layers=(0, 1, 2, 3)),
            direction("half in W+", rows, layers=(0, 1, 2, 3)),
            direction("other", -axis(2)),
        ]
    )
    expected = np.full((5, 5), np.sqrt(0.5))
    expected[:2, :2] = expected[2:4, 2:4] = 1
    expected[4], expected[:, 4] = 0, 0
    expected[4, 4] = 1
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_kinship_joins_the_most_alike_first():
    between = axis(0) + 2 * axis(1)
    given = [
        direction("a", axis(0)),
        direction("b", axis(1)),
        direction("minus a", -axis(0)),
        direction("nearly b", between),
    ]
    tree = kinship(given)
    assert sorted(tree.leaves) == [0, 1, 2, 3]
    first, second, last = sorted(tree.links, key=lambda link: max(d for d, _ in link))
    for link, pair in ((first, (0, 2)), (second, (1, 3))):
        places = {tree.leaves.index(one) for one in pair}
        assert {place for _, place in link} == places and max(places) - min(places) == 1
    apart = 1 - between[1] / np.linalg.norm(between)
    assert max(d for d, _ in first) == pytest.approx(0, abs=1e-6)
    assert max(d for d, _ in second) == pytest.approx(apart, abs=1e-6)
    assert tree.reach == max(d for d, _ in last) > apart


@pytest.mark.parametrize("count", [0, 1])
def test_kinship_of_fewer_than_two_has_no_links(count: int):
    tree = kinship([direction("a", axis(0))] * count)
    assert (tree.leaves, tree.links, tree.reach) == (tuple(range(count)), (), 0)


def test_cosines_of_codes_and_maps_are_0_and_of_maps_as_they_are_added():
    first, both = np.zeros((2, 2, 16, 16))
    first[0, 3, 4] = both[0, 3, 4] = both[1, 3, 4] = 1
    maps = [direction(name, m, layers=()) for name, m in (("m", first), ("n", both))]
    found = cosines([direction("w", axis(1)), *maps])
    expected = [[1, 0, 0], [0, 1, np.sqrt(0.5)], [0, np.sqrt(0.5), 1]]
    np.testing.assert_allclose(found, expected, atol=1e-6)
