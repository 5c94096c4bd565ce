import numpy as np
import pytest

from calibration.crosses import Crosses
from calibration.rig import STAGE_PX, TABLE_MM, make_rig
from exhibit.contract.errors import CalibrationError

RIG = make_rig(5)


def measured(count: int) -> Crosses:
    crosses = Crosses(STAGE_PX, TABLE_MM)
    for _ in range(count):
        cross = crosses.current
        assert cross is not None
        crosses.accept(RIG.land(cross[None])[0])
    return crosses


def test_crosses_after_the_first_four_are_spread_over_the_table() -> None:
    crosses = measured(16)
    assert crosses.current is None
    landed = np.array([at.table_mm for at in crosses.landings[4:]])
    assert landed.min(axis=0) == pytest.approx((40, 40), abs=0.5)
    assert landed.max(axis=0) == pytest.approx((380, 257), abs=0.5)


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
    assert (crosses.number, len(crosses.landings), crosses.count) == (7, 5, 16)


def test_crosses_without_the_first_four_say_where_the_projector_points() -> None:
    crosses = Crosses(STAGE_PX, TABLE_MM)
    for _ in range(4):
        crosses.skip()
    with pytest.raises(CalibrationError, match="one of the first four crosses was skipped"):
        _ = crosses.current
