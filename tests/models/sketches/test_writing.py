import numpy as np
import pytest

from models.sketches.framing import Placement
from models.sketches.writing import FIRST_NAMES, PRINTED, SCRIPT, placed_writing, written


@pytest.mark.parametrize("font", [*PRINTED, *SCRIPT])
@pytest.mark.parametrize("name", FIRST_NAMES)
def test_written_name_is_strokes_of_more_than_a_point(font: str, name: str) -> None:
    strokes = written([name], font, np.random.default_rng(0))
    assert len(strokes) >= len(name) - 1
    assert all(stroke.shape[1:] == (2,) and len(stroke) >= 2 for stroke in strokes)


def test_written_twice_is_never_the_same_hand() -> None:
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(written(["Anna"], "futural", rng)) for _ in range(2))
    assert np.abs(first - second).max() > 0.5


def test_written_lines_stand_below_each_other() -> None:
    both = written(["one", "two"], "rowmans", np.random.default_rng(0))
    middles = sorted(float(stroke[:, 1].mean()) for stroke in both)
    assert middles[-1] - middles[0] > 25


def test_placed_writing_is_as_wide_as_it_was_asked_to_be() -> None:
    place = Placement(0.5, (0.6, 0.3))
    points = np.concatenate(placed_writing(["Leon"], "scripts", place, np.random.default_rng(1)))
    low, high = points.min(axis=0), points.max(axis=0)
    assert (high - low).max() == pytest.approx(0.5, abs=1e-4)
    np.testing.assert_allclose((low + high) / 2, (0.6, 0.3), atol=1e-4)
