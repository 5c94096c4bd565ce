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
def test_darken_leaves_the_light_of_the_table_alone(
    where: list[tuple[float, float]], box: Box
) -> None:
    placement = place(640, 400, StageConfig(mirror=False), calibrated(where))
    mask = lit_mask(placement)
    assert mask is not None
    light = np.random.default_rng(1).integers(1, 256, (400, 640, 3)).astype(np.uint8)
    expected = light.copy()
    box.of(expected)[...] = np.rint(box.of(light) * (box.of(mask) / 255.0))
    Rim(placement).darken(light, box)
    assert np.array_equal(light, expected)


def test_darken_where_all_is_lit_does_nothing() -> None:
    light = np.full((400, 640, 3), 200, np.uint8)
    Rim(place(640, 400, StageConfig(), Calibration())).darken(light, Box(0, 0, 640, 400))
    assert light.min() == 200
