"""Appearances are added where their part is, all at once, and what shows nothing is passed over."""

import numpy as np
import pytest

from exhibit.contract.values import Code, Floats, Ink
from exhibit.editing.appearances import Appearances, Parts
from exhibit.editing.bank import Row

SIDE = 4
PAPER = np.full((8, 8), 255, np.uint8)


def left() -> Floats:
    part = np.zeros((SIDE, SIDE), np.float32)
    part[:, :2] = 0.5
    return part


def row(mixture: tuple[float, ...], part: str, onset: tuple[float, float] = (0.0, 0.0)) -> Row:
    return Row(("a", (), part), np.array(mixture, np.float32), (-2.0, 2.0), part, onset)


def code() -> Code:
    return Code(0, 0.0, np.zeros((2, 3), np.float32))


def test_added_is_the_sum_of_appearances_at_their_parts() -> None:
    parts = Parts({"left": left()}, SIDE)
    rows = [row((1, 0, 0), "left"), row((0, 1, 0), "everywhere"), row((0, 1, 1), "left")]
    found = Appearances(rows, parts).added(np.array([2.0, -1.0, 0.5]))
    assert found is not None and found.shape == (3, SIDE, SIDE)
    one = np.ones((SIDE, SIDE))
    expected = np.stack([2 * left(), -one + 0.5 * left(), 0.5 * left()])
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_added_of_strengths_0_is_nothing() -> None:
    assert (
        Appearances([row((1,), "left")], Parts({"left": left()}, SIDE)).added(np.zeros(1)) is None
    )


@pytest.mark.parametrize(("strength", "expected"), [(1.0, 6.0), (-1.0, -4.0), (0.04, 2.54)])
def test_added_passes_over_what_shows_nothing(strength: float, expected: float) -> None:
    # At half of the knee (2 % of a range of 4) half of the onset is passed over.
    found = Appearances([row((1,), "everywhere", (3.0, 5.0))], Parts({}, SIDE)).added(
        np.array([strength])
    )
    assert found is not None and found[0, 0, 0] == pytest.approx(expected)


def test_parts_of_the_ink_are_looked_at_once_for_a_code() -> None:
    asked = []

    def figure_of(ink: Ink) -> Floats:
        asked.append(ink)
        return left()

    parts, one = Parts({}, SIDE, figure_of), code()
    ink = Ink.at_rest(PAPER, PAPER)
    parts.see(one, ink)
    parts.see(one, ink)
    assert len(asked) == 1
    np.testing.assert_array_equal(parts.find("ink"), left())
    np.testing.assert_array_equal(parts.find("around"), 1 - left())
    parts.see(code(), ink)
    assert len(asked) == 2
    assert parts.names == ("ink", "around", "everywhere")
