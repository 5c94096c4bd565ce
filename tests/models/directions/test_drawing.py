import numpy as np
import pytest

torch = pytest.importorskip("torch")


from models.directions.drawing import draw_codes, draw_moved  # noqa: E402
from models.networks.psp.inverter import Codes  # noqa: E402
from tests.models.directions.subjects import axis, direction, sample_codes, small_subject  # noqa: E402


def test_draw_moved_changes_the_layers_of_the_direction_only():
    one = direction("a", axis(0), layers=(0, 1))
    offset = torch.zeros(8, 16)
    offset[:2, 0] = 3.0
    expected = draw_codes(small_subject(), Codes(sample_codes().w_plus + offset, None))
    np.testing.assert_array_equal(draw_moved(small_subject(), sample_codes(), one, 3.0), expected)
