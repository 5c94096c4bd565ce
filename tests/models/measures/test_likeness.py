import pytest

torch = pytest.importorskip("torch")

from models.measures.likeness import soft_recall  # noqa: E402
from tests.models.measures.pages import LINE, page  # noqa: E402


def test_soft_recall_picture_with_the_line_is_one():
    assert soft_recall(LINE, LINE).item() == pytest.approx(1)


def test_soft_recall_one_pixel_beside_is_one_and_four_is_zero():
    assert soft_recall(page(slice(65, 67), slice(20, 100)), LINE).item() > 0.99
    assert soft_recall(page(slice(70, 72), slice(20, 100)), LINE).item() == 0


def test_soft_recall_no_ink_is_one():
    assert soft_recall(LINE, torch.ones(1, 1, 128, 128)).item() == 1


def test_soft_recall_sizes_of_ink_and_picture_may_differ():
    small = torch.nn.functional.avg_pool2d(LINE, 2)
    assert soft_recall(small, LINE).item() > 0.95
    large = torch.nn.functional.interpolate(LINE, scale_factor=2)
    assert soft_recall(large, LINE).item() > 0.95
