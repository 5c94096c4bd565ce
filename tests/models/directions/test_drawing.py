import numpy as np
import pytest

torch = pytest.importorskip("torch")


from exhibit.contract.errors import InputError  # noqa: E402
from models.directions import drawing  # noqa: E402
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


def test_draw_moved_of_the_ink_adds_where_the_drawing_lies(monkeypatch: pytest.MonkeyPatch):
    subject, codes = small_subject(), sample_codes()
    figures = torch.zeros(2, 16, 16)
    figures[:, 4:9, 3:6] = 1
    monkeypatch.setattr(drawing, "figures_of", lambda *_: figures)
    channels = subject.generator.synthesis.map_channels
    mixture = np.arange(channels, dtype=float).reshape(-1, 1, 1)
    one = direction("a", mixture, layers=(), details={"side": 16, "onset": [0.0, 2.0]})
    added = (3.0 + 2.0) * torch.from_numpy(one.vector.copy()) * figures[:, None]
    expected = draw_codes(subject, Codes(codes.w_plus, added))
    np.testing.assert_array_equal(draw_moved(subject, codes, one, 3.0), expected)


def test_figures_of_pictures_are_filled_outlines(monkeypatch: pytest.MonkeyPatch):
    picture = np.full((1, 128, 128), 255, np.uint8)
    picture[0, 40:90, [40, 88]] = picture[0, [40, 88], 40:90] = 0
    monkeypatch.setattr(drawing, "draw_codes", lambda *_: picture)
    found = drawing.figures_of(small_subject(), sample_codes(1), 16)
    assert found.shape == (1, 16, 16) and found[0, 8, 8] == 1 and found[0, 1, 1] == 0
    picture[:] = 255
    assert drawing.figures_of(small_subject(), sample_codes(1), 16).min() == 1
