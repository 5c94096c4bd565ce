import numpy as np
import pytest

torch = pytest.importorskip("torch")


from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.drawing import draw_codes, draw_moved  # noqa: E402
from models.networks.psp.inverter import Codes  # noqa: E402
from tests.models.directions.subjects import axis, direction, sample_codes, small_subject  # noqa: E402


def test_draw_moved_changes_the_layers_of_the_direction_only():
    one = direction("a", axis(0), layers=(0, 1))
    offset = torch.zeros(8, 16)
    offset[:2, 0] = 3.0
    expected = draw_codes(small_subject(), Codes(sample_codes().w_plus + offset, None))
    np.testing.assert_array_equal(draw_moved(small_subject(), sample_codes(), one, 3.0), expected)


def test_draw_moved_along_the_map_adds_to_what_an_answer_carries():
    subject, codes = small_subject(), sample_codes()
    channels = subject.generator.synthesis.map_channels
    added = np.zeros((channels, 16, 16))
    added[1, 2:5, 6] = 1
    one = direction("a", added, layers=())
    feature = torch.randn(2, channels, 16, 16, generator=torch.Generator().manual_seed(0))
    answers = Codes(codes.w_plus, feature)
    moved = Codes(codes.w_plus, feature + 3 * torch.from_numpy(one.vector.copy()))
    np.testing.assert_array_equal(
        draw_moved(subject, answers, one, 3.0), draw_codes(subject, moved)
    )
    assert (draw_moved(subject, codes, one, 3.0) != draw_codes(subject, codes)).any()


def test_draw_moved_along_a_map_of_another_shape_is_refused():
    one = direction("a", np.ones((3, 16, 16)), layers=())
    answers = Codes(sample_codes().w_plus, torch.zeros(2, 1, 16, 16))
    with pytest.raises(InputError, match="'a' is added to a map of 3 channels at 16²"):
        draw_moved(small_subject(), answers, one, 1.0)
