import os
from collections.abc import Iterator

import numpy as np
import pygame
import pytest

from calibration.patterns import hang
from calibration.projector_steps import NudgeStep, Told
from calibration.projector_window import ProjectorWindow, written

STAGE_PX, TABLE_MM = (960, 540), (420.0, 297.0)


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Iterator[pygame.Surface]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    assert os.environ["SDL_VIDEODRIVER"] == "dummy"
    pygame.display.init()
    yield pygame.display.set_mode(STAGE_PX)
    pygame.quit()


def press(*names: str, shift: bool = False) -> None:
    for name in names:
        mod = pygame.KMOD_SHIFT if shift else 0
        pygame.event.post(
            pygame.event.Event(pygame.KEYDOWN, key=pygame.key.key_code(name), mod=mod)
        )


def opened(window: pygame.Surface, mirror: bool = False) -> tuple[NudgeStep, ProjectorWindow]:
    step = NudgeStep(STAGE_PX, TABLE_MM)
    return step, ProjectorWindow(step, window, lambda: None, (mirror, 0), False)


def test_projector_window_keys_move_the_selected_cross_and_enter_takes_it(
    window: pygame.Surface,
) -> None:
    step, shown = opened(window)
    before = step.editor.points.copy()
    press("right", "right", "down")
    press("left", shift=True)
    press("3", "up", "return")
    fit = shown.run()
    assert fit is not None
    moved = step.editor.points - before
    assert moved[0].tolist() == [-8, 1]
    assert moved[2].tolist() == [0, -1]


def test_projector_window_escape_leaves_without_a_map(window: pygame.Surface) -> None:
    _, shown = opened(window)
    press("right", "escape")
    assert shown.run() is None


def test_projector_window_shows_the_pattern_as_the_projector_hangs(window: pygame.Surface) -> None:
    _, shown = opened(window)
    press("m", "return")
    shown._show()
    upright = pygame.surfarray.array3d(window)[:, :, 0].T.copy()
    shown.run()
    assert (shown.mirror, shown.rotate) == (True, 0)
    shown._show()
    mirrored = pygame.surfarray.array3d(window)[:, :, 0].T
    assert np.array_equal(hang(upright, True, 0), mirrored)
    assert not np.array_equal(upright, mirrored)


def test_projector_window_says_what_a_step_refuses(window: pygame.Surface) -> None:
    step, shown = opened(window)
    step.editor.points[[0, 2]] = step.editor.points[[2, 0]]
    shown.press("return", False)
    assert "the crosses are in disorder" in shown._complaint
    shown.press("right", False)
    assert shown._complaint == ""


def test_written_fits_a_long_complaint_into_the_stage() -> None:
    stage = np.full(STAGE_PX[::-1], 255, np.uint8)
    told = Told("disc_still", {"number": 3, "count": 16})
    lines = written(stage, told, "a complaint " * 30)
    rows, columns = np.nonzero(lines < 200)
    assert columns.min() > 20
    assert columns.max() < STAGE_PX[0] - 20
    assert rows.min() > 0.7 * STAGE_PX[1]
