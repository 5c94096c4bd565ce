"""Whoever sets the table up must be able to read the notice, whatever way the projector hangs."""

import cv2
import numpy as np
import pytest

from exhibit.contract.geometry import mounting, stage_size
from exhibit.contract.settings.schema import StageConfig
from exhibit.stage.notice import Notice

SIZE = (320, 240)


def _shown(mirror: bool, rotate: int) -> np.ndarray:
    notice = Notice(SIZE)
    assert notice.set(["password: abc", "L"], StageConfig(mirror=mirror, rotate=rotate))
    light = np.full((SIZE[1], SIZE[0], 4), 99, np.uint8)
    notice.draw(light)
    return light


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_notice_is_upright_at_the_lower_edge_for_the_visitor(mirror: bool, rotate: int) -> None:
    light = _shown(mirror, rotate)
    back = np.linalg.inv(mounting(*SIZE, mirror, rotate))[:2]
    width, height = stage_size(*SIZE, rotate)
    seen = cv2.warpAffine(
        light[..., :3], back, (width, height), flags=cv2.INTER_NEAREST, borderValue=(99, 99, 99)
    )
    strip = np.mean(seen[..., 0] != 99, axis=1) > 0.9
    assert strip[-9:-4].all()
    assert not strip[: height // 2].any()
    text = seen[strip][:, :, 0] < 128
    assert text[:, : width // 2].sum() > 2 * text[:, width // 2 :].sum()


def test_notice_without_lines_leaves_the_window_alone() -> None:
    notice = Notice(SIZE)
    light = np.full((SIZE[1], SIZE[0], 4), 99, np.uint8)
    assert not notice.set([], StageConfig())
    notice.draw(light)
    assert (light == 99).all()


def test_notice_taken_away_says_that_the_window_is_different() -> None:
    notice = Notice(SIZE)
    assert notice.set(["a"], StageConfig())
    assert not notice.set(["a"], StageConfig())
    assert notice.set([], StageConfig())
