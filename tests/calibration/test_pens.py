from __future__ import annotations

import cv2
import numpy as np
import pytest

from calibration.cards import card_of
from calibration.pages import flat_page, pens_page
from calibration.pens import measure_pens
from exhibit.contract.errors import CalibrationError
from exhibit.contract.values import Gray
from tests.calibration.sheets import A4, seen, table_to_frame

TO_FRAME = table_to_frame(A4)


def _frames(*lines: tuple[int, float, float], count: int = 6, noise: float = 3.0) -> list[Gray]:
    """Return frames of the pen card; a line is its box, the share of light it takes, its mm."""
    frames = []
    for seed in range(count):
        frame = seen((pens_page(A4), TO_FRAME), noise=0.0).astype(np.float64)
        for box, taken, wide_mm in lines:
            x, y, width, height = card_of("pens", "a4").boxes()[box - 1]
            ends = np.array([[[x + 2, y + height / 2], [x + width - 2, y + height / 2 + 3]]])
            at = cv2.perspectiveTransform(ends, TO_FRAME)[0] - 0.5
            shade = np.zeros(frame.shape, np.float32)
            points = [tuple(int(v * 16) for v in point) for point in at]
            cv2.line(shade, points[0], points[1], 1.0, round(wide_mm * 1.7), cv2.LINE_AA, 4)
            frame *= 1 - taken * cv2.GaussianBlur(shade, (0, 0), 0.5)
        grain = np.random.default_rng(seed).normal(0, noise, frame.shape)
        frames.append(np.clip(frame + grain, 0, 255).astype(np.uint8))
    return frames


def test_measure_pens_reads_contrast_and_noise_of_every_line() -> None:
    readings = measure_pens(_frames((1, 0.8, 2.0), (4, 0.1, 2.0)), mirrored=False).readings
    assert [reading.box for reading in readings] == [1, 4]
    carbon, dye = readings
    assert carbon.contrast == pytest.approx(0.75, abs=0.12)
    assert carbon.contrast_to_noise == pytest.approx(0.75 / (3 / 180), rel=0.25)
    assert carbon.passed
    assert dye.contrast == pytest.approx(0.11, abs=0.04)
    assert not dye.passed


def test_measure_pens_in_noise_fails_for_the_noise() -> None:
    (reading,) = measure_pens(_frames((2, 0.5, 2.0), noise=25, count=20), mirrored=False).readings
    assert reading.contrast > 0.2
    assert reading.contrast_to_noise < 6
    assert not reading.passed


def test_measure_pens_of_an_empty_card_is_refused() -> None:
    with pytest.raises(CalibrationError, match="every box of the pen card is empty"):
        measure_pens(_frames(), mirrored=False)


def test_measure_pens_of_a_card_in_a_mirror_is_refused() -> None:
    with pytest.raises(CalibrationError, match="seen in a mirror"):
        measure_pens(_frames((1, 0.8, 2.0)), mirrored=True)


def test_measure_pens_of_another_card_or_a_covered_one_is_refused() -> None:
    flat = [seen((flat_page(A4), TO_FRAME), seed=seed) for seed in range(5)]
    with pytest.raises(CalibrationError, match="the flat-field card is seen"):
        measure_pens(flat, mirrored=False)
    covered = _frames((1, 0.8, 2.0))
    for frame in covered:
        frame[60:140, 60:140] = 120
    with pytest.raises(CalibrationError, match="not all seen"):
        measure_pens(covered, mirrored=False)


def test_measure_pens_of_too_few_frames_is_refused() -> None:
    with pytest.raises(CalibrationError, match="2 frames do not tell the noise"):
        measure_pens(_frames((1, 0.8, 2.0), count=2), mirrored=False)
