"""Light beside the table blinds whoever sits there; none of that on the table may be lost."""

import numpy as np
import pytest

from exhibit.contract.calibration import Calibration
from exhibit.contract.settings.schema import StageConfig
from exhibit.stage.box import Box
from exhibit.stage.placement import place
from exhibit.stage.rim import Rim, lit_mask
from tests.exhibit.stage.test_mount import KEYSTONE, TURNED
from tests.exhibit.stage.test_placement import calibrated


@pytest.mark.parametrize(
    "box", [Box(0, 0, 640, 400), Box(40, 33, 301, 200), Box(300, 200, 301, 201)]
)
@pytest.mark.parametrize("where", [KEYSTONE, TURNED], ids=["keystone", "turned"])
def test_lit_parts_are_all_that_is_lit_once_each_with_its_mask(
    where: list[tuple[float, float]], box: Box
) -> None:
    placement = place(640, 400, StageConfig(mirror=False), calibrated(where))
    mask = lit_mask(placement)
    assert mask is not None
    light, times = np.zeros((400, 640), np.uint8), np.zeros((400, 640), np.uint8)
    for part, share in Rim(placement).lit_in(box):
        part.of(light)[...] = 255 if share is None else share
        part.of(times)[...] += 1
    expected = np.zeros_like(mask)
    box.of(expected)[...] = box.of(mask)
    assert np.array_equal(light, expected)
    assert times.max() <= 1


def test_lit_parts_where_all_is_lit_are_the_box_itself() -> None:
    box = Box(0, 0, 640, 400)
    rim = Rim(place(640, 400, StageConfig(), Calibration()))
    assert rim.lit_in(box) == [(box, None)]
