from __future__ import annotations

import numpy as np
import pytest

from calibration.boards import BOARDS
from calibration.intrinsics import measure_lens
from calibration.sightings import Sighting
from exhibit.contract.calibration import LensCalibration
from exhibit.contract.calibration.maps import lens_matrix
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Points
from exhibit.contract.lens import Lens
from tests.calibration.sheets import BARREL, SEEN_BY, SIZE

A4 = BOARDS["a4"]
_FOCAL = 600.0


def _rotation(x: float, y: float) -> np.ndarray:
    around_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    around_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    return np.asarray(around_x @ around_y)


def _view(
    at: Points, tilt: tuple[float, float], away: float, noise: np.random.Generator
) -> Sighting:
    """Return the board seen by `BARREL`, its middle at a share of the frame."""
    flat = A4.corners_mm - np.array(A4.paper.size_mm) / 2
    board = np.column_stack([flat, np.zeros(len(flat))]) @ _rotation(*tilt).T
    aside = (np.array(at) - 0.5) * SIZE * away / _FOCAL
    points = board + np.array([*aside, away])
    straight = points[:, :2] / points[:, 2:] * _FOCAL + BARREL.matrix[:2, 2]
    pixels = BARREL.bend(straight) + noise.normal(0, 0.1, straight.shape)
    ids = np.flatnonzero(((pixels > 4) & (pixels < np.array(SIZE) - 4)).all(axis=1))
    return Sighting(A4, ids, pixels[ids], SIZE)


def views_of_everything(count: int = 16) -> list[Sighting]:
    rng = np.random.default_rng(5)
    places = [(x, y) for y in (0.2, 0.5, 0.8) for x in (0.2, 0.4, 0.6, 0.8)] * 2
    return [
        _view(np.array(places[n]), tuple(rng.uniform(-0.4, 0.4, 2)), rng.uniform(350, 600), rng)
        for n in range(count)
    ]


def _measured(views: list[Sighting]) -> LensCalibration:
    return measure_lens(views, SEEN_BY, mirrored=False)


def test_measure_lens_finds_the_lens_within_its_standard_errors() -> None:
    lens = _measured(views_of_everything())
    assert lens.error_px < 0.2
    assert np.array(lens.focal_px) == pytest.approx(
        [600, 600], abs=5 * max(lens.focal_uncertainty_px)
    )
    assert np.array(lens.centre_px) == pytest.approx(
        [322, 238], abs=5 * max(lens.centre_uncertainty_px)
    )
    assert lens.distortion[0] == pytest.approx(-0.2, abs=0.02)
    # What counts is where it puts points, not the numbers, which make up for each other.
    grid = np.stack(np.meshgrid(np.linspace(5, 635, 9), np.linspace(5, 475, 7)), -1).reshape(-1, 2)
    found = Lens(lens_matrix(lens), lens.distortion)
    there, true = found.bend(found.straighten(grid)), BARREL.bend(BARREL.straighten(grid))
    assert np.abs(there - true).max() < 1e-3
    rays = (found.straighten(grid) - lens.centre_px) / lens.focal_px
    expected = (BARREL.straighten(grid) - BARREL.matrix[:2, 2]) / _FOCAL
    assert np.abs(rays - expected).max() * _FOCAL < 1.5


def test_measure_lens_drops_the_worst_views() -> None:
    views = views_of_everything()
    smeared = views[3].corners + np.random.default_rng(1).normal(0, 2, views[3].corners.shape)
    views[3] = Sighting(A4, views[3].ids, smeared, SIZE)
    lens = _measured(views)
    assert (lens.views, lens.views_dropped) == (15, 1)
    assert lens.error_px < 0.2


def test_measure_lens_of_too_few_views_is_refused() -> None:
    with pytest.raises(CalibrationError, match="5 views of the board, expected 8 or more"):
        _measured(views_of_everything(5))


def test_measure_lens_of_views_in_one_place_is_refused() -> None:
    rng = np.random.default_rng(2)
    middle = np.array([0.5, 0.5])
    views = [_view(middle, tuple(rng.uniform(-0.4, 0.4, 2)), 1500, rng) for _ in range(10)]
    with pytest.raises(CalibrationError, match="show it in the corners too"):
        _measured(views)


def test_measure_lens_of_flat_views_is_refused() -> None:
    rng = np.random.default_rng(2)
    places = [(x, y) for y in (0.2, 0.8) for x in (0.2, 0.4, 0.6, 0.8)]
    views = [_view(np.array(place), (0.0, 0.0), 500, rng) for place in places]
    with pytest.raises(CalibrationError, match="tilted in 0 views"):
        _measured(views)


def test_measure_lens_of_a_board_that_bends_is_refused() -> None:
    rng = np.random.default_rng(3)
    bent = [
        Sighting(A4, view.ids, view.corners + rng.normal(0, 1.5, view.corners.shape), SIZE)
        for view in views_of_everything()
    ]
    with pytest.raises(CalibrationError, match="something flat and stiff"):
        _measured(bent)


def test_measure_lens_of_different_boards_is_refused() -> None:
    views = views_of_everything()
    views[2] = Sighting(BOARDS["a3"], views[2].ids, views[2].corners, SIZE)
    with pytest.raises(CalibrationError, match=r"different boards \(A3 and A4\)"):
        _measured(views)


def test_measure_lens_of_pictures_of_two_sizes_is_refused() -> None:
    views = views_of_everything()
    views[2] = Sighting(A4, views[2].ids, views[2].corners / 2, (SIZE[0] // 2, SIZE[1] // 2))
    with pytest.raises(CalibrationError, match=r"views of \d+×\d+ and \d+×\d+ px; expected one"):
        _measured(views)
