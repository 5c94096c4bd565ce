import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.region import read_region, roir  # noqa: E402
from tests.models.directions.subjects import corner, small_subject  # noqa: E402


def test_read_region_rectangle_is_x_y_width_height():
    np.testing.assert_array_equal(read_region("6,4,8,10", 32), corner())


def test_read_region_mask_is_the_bright_part(tmp_path):
    cv2.imwrite(str(tmp_path / "mask.png"), corner().astype(np.uint8) * 255)
    np.testing.assert_array_equal(read_region(str(tmp_path / "mask.png"), 32), corner())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6,4,8", "expected x,y,w,h"),
        ("30,4,8,10", "part of 32x32"),
        ("-1,4,8,10", "part of 32x32"),
        ("3,4,0,10", "part of 32x32"),
        ("0,0,32,32", "inside and outside"),
        ("eyes.png", "or the file of a mask"),
    ],
)
def test_read_region_unusable_text_is_refused(text, expected):
    with pytest.raises(InputError, match=expected):
        read_region(text, 32)


def test_read_region_mask_of_another_size_is_refused(tmp_path):
    cv2.imwrite(str(tmp_path / "mask.png"), np.zeros((16, 16), np.uint8))
    with pytest.raises(InputError, match="16x16, expected a mask of 32x32"):
        read_region(str(tmp_path / "mask.png"), 32)


def test_roir_of_complementary_regions_are_inverse():
    subject = small_subject()
    one = subject.results("sefa", np.eye(16)[:1], [1]).directions[0]
    inside = roir(subject, one, corner(), 0.5, samples=1)
    outside = roir(subject, one, ~corner(), 0.5, samples=1)
    assert inside * outside == pytest.approx(1, rel=1e-4)
    assert inside > 1
