"""Line widths decide what is kept: they must not depend on a line's direction."""

import numpy as np
import pytest

from models.collection.linework import line_width_px, perimeter_px


@pytest.mark.parametrize("angle_deg", [0, 17, 30, 45, 60, 90])
@pytest.mark.parametrize("width_px", [3, 7])
def test_line_width_of_a_stroke_is_its_width_in_every_direction(angle_deg, width_px) -> None:
    rows, columns = np.mgrid[-200:200, -200:200] + np.array([0.31, -0.17])[:, None, None]
    sine, cosine = np.sin(np.radians(angle_deg)), np.cos(np.radians(angle_deg))
    along, across = cosine * columns + sine * rows, cosine * rows - sine * columns
    stroke = (abs(along) < 150) & (abs(across) < width_px / 2)
    assert line_width_px(stroke) == pytest.approx(width_px, rel=0.12)


def test_perimeter_of_a_disc_is_that_of_its_circle() -> None:
    rows, columns = np.ogrid[:201, :201]
    disc = (rows - 100) ** 2 + (columns - 100) ** 2 <= 80**2
    assert perimeter_px(disc) == pytest.approx(2 * np.pi * 80, rel=0.06)


def test_line_width_of_a_blank_page_is_zero() -> None:
    assert line_width_px(np.zeros((20, 20), bool)) == 0.0
