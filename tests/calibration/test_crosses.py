import numpy as np
import pytest

from calibration.crosses import Crosses
from calibration.rig import STAGE_PX, TABLE_MM, make_rig
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Points

RIG = make_rig(5)


EXACT = np.zeros(2)


def measured(count: int) -> Crosses:
    crosses = Crosses(STAGE_PX, TABLE_MM)
    for _ in range(count):
        land(crosses)
    return crosses


def land(crosses: Crosses, off_mm: Points = EXACT) -> None:
    """Lay the disc beside the current cross by so much."""
    cross = crosses.current
    assert cross is not None
    crosses.accept(RIG.land(cross[None])[0] + off_mm)


def test_crosses_after_the_first_four_are_spread_over_the_table() -> None:
    crosses = measured(20)
    assert crosses.current is None
    landed = np.array([at.table_mm for at in crosses.landings[4:]])
    assert landed.min(axis=0) == pytest.approx((32, 32), abs=0.5)
    assert landed.max(axis=0) == pytest.approx((388, 265), abs=0.5)


def test_crosses_take_no_disc_that_lies_elsewhere() -> None:
    crosses = measured(6)
    cross = crosses.current
    assert cross is not None
    with pytest.raises(CalibrationError, match="the disc lies 30 mm from where this cross lands"):
        crosses.accept(RIG.land(cross[None])[0] + np.array([0, 30]))
    assert crosses.number == 7


def test_crosses_back_measures_the_last_one_again() -> None:
    crosses = measured(5)
    crosses.back()
    assert (crosses.number, len(crosses.landings)) == (5, 4)


def test_crosses_skip_leaves_one_out() -> None:
    crosses = measured(5)
    crosses.skip()
    assert (crosses.number, len(crosses.landings), crosses.count) == (7, 5, 20)


def test_crosses_back_after_one_was_left_out_measures_the_one_before_and_not_that() -> None:
    crosses = measured(5)
    crosses.skip()
    land(crosses)
    crosses.back()
    assert (crosses.number, len(crosses.landings)) == (7, 5)
    crosses.back()
    crosses.back()
    assert (crosses.number, len(crosses.landings)) == (5, 4)


def test_crosses_that_disagree_with_the_others_are_shown_once_more() -> None:
    crosses = measured(7)
    land(crosses, np.array([1.9, -1.2]))
    while not crosses.again:
        land(crosses)
    assert (crosses.number, len(crosses.landings)) == (8, 19)
    land(crosses)
    assert crosses.current is None
    off = [RIG.land(at.stage_px[None])[0] - at.table_mm for at in crosses.landings]
    assert np.abs(off).max() < 1e-6


def test_crosses_that_are_shown_once_more_may_be_left_out() -> None:
    crosses = measured(7)
    land(crosses, np.array([1.9, -1.2]))
    while not crosses.again:
        land(crosses)
    crosses.back()
    assert crosses.number == 8
    crosses.skip()
    assert (crosses.current, len(crosses.landings)) == (None, 19)


def test_crosses_without_the_first_four_say_where_the_projector_points() -> None:
    crosses = Crosses(STAGE_PX, TABLE_MM)
    for _ in range(4):
        crosses.skip()
    with pytest.raises(CalibrationError, match="one of the first four crosses was skipped"):
        _ = crosses.current
