from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from calibration.exposure import Look, better_exposure, find_exposure
from exhibit.contract.errors import CalibrationError
from exhibit.contract.values import Gray

SHAPE = (48, 64)
FLAT = np.ones(SHAPE)


def _camera(light: float, field: np.ndarray = FLAT, curve: float = 1.0) -> Look:
    """Return a camera: grey levels a unit of exposure, and twice as bright with a gain of 100."""

    def look(exposure: int, gain: int | None) -> list[Gray]:
        level = light * exposure**curve * (1 + (gain or 0) / 100)
        noise = np.random.default_rng(exposure).normal(0, 1, SHAPE)
        return [np.clip(4 + level * field + noise, 0, 255).astype(np.uint8)] * 3

    return look


@pytest.mark.parametrize(("light", "curve"), [(0.6, 1.0), (5.0, 1.0), (60.0, 1.0), (6.0, 0.7)])
def test_find_exposure_brings_paper_to_70_percent(light: float, curve: float) -> None:
    found = find_exposure(_camera(light, curve=curve), fps=30)
    assert found.paper_share == pytest.approx(0.70, abs=0.04)
    assert found.gain is None
    assert 1 <= found.exposure <= 333


def test_find_exposure_in_little_light_takes_gain_where_frames_leave_no_time() -> None:
    found = find_exposure(_camera(0.2), fps=30)
    assert found.exposure == 333
    assert found.gain is not None and found.gain == pytest.approx(160, abs=25)
    assert found.paper_share == pytest.approx(0.70, abs=0.04)


@pytest.mark.parametrize(
    ("camera", "said"),
    [
        (_camera(0.001), "more light, a wider aperture"),
        (_camera(900.0), "close the lens's aperture"),
        (_camera(5.0, np.linspace(0.7, 2.2, 64) * FLAT), "the light is uneven"),
        (lambda exposure, gain: [np.full(SHAPE, 60, np.uint8)] * 3, "more light"),
    ],
)
def test_find_exposure_that_cannot_be_is_refused_with_what_to_do(
    camera: Callable[[int, int | None], list[Gray]], said: str
) -> None:
    with pytest.raises(CalibrationError, match=said):
        find_exposure(camera, fps=30)


@pytest.mark.parametrize(
    ("share", "exposure", "better"),
    [
        (0.35, 80, 160),
        (0.70, 80, None),
        (0.99, 300, 100),
        (0.50, 333, None),
        (0.60, 320, 333),
        (0.9, 1, None),
        (0.4, None, 166),
    ],
)
def test_better_exposure_is_in_proportion_and_within_what_a_frame_lasts(
    share: float, exposure: int | None, better: int | None
) -> None:
    assert better_exposure(share, exposure, 30.0) == better
