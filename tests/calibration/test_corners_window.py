"""Real key events through SDL's dummy display."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest
from click.testing import CliRunner

from calibration.cli import main
from calibration.corners import CornerEditor, Outcome
from calibration.corners_window import draw, edit_corners, hang
from exhibit.contract.calibration import load_calibration
from exhibit.contract.geometry import mounting, project

A3 = (420.0, 297.0)


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Iterator[pygame.Surface]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.init()
    yield pygame.display.set_mode((640, 400))
    pygame.quit()


def press(*keys: tuple[int, int]) -> None:
    for key, modifier in keys:
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, mod=modifier))


def test_edit_corners_keys_move_and_save(window: pygame.Surface) -> None:
    editor = CornerEditor((640, 400), A3, mirror=False, rotate=0)
    before = editor.points.copy()
    press(
        (pygame.K_TAB, 0),
        (pygame.K_RIGHT, 0),
        (pygame.K_DOWN, pygame.KMOD_LSHIFT),
        (pygame.K_RETURN, 0),
    )
    assert edit_corners(editor, window) is Outcome.SAVE
    assert (editor.points - before)[1].tolist() == [1, 10]


def test_edit_corners_escape_leaves_without_saving(window: pygame.Surface) -> None:
    editor = CornerEditor((640, 400), A3, mirror=False, rotate=0)
    press((pygame.K_ESCAPE, 0))
    assert edit_corners(editor, window) is Outcome.CANCEL


@pytest.mark.parametrize(("mirror", "rotate"), [(True, 0), (False, 90), (True, 270)])
def test_hang_does_what_the_stage_does(window: pygame.Surface, mirror: bool, rotate: int) -> None:
    editor = CornerEditor((640, 400), A3, mirror, rotate)  # type: ignore[arg-type]
    stage = pygame.Surface(editor.size_px)
    stage.set_at((30, 20), (255, 0, 0))
    hung = hang(stage, mirror, rotate)
    assert hung.get_size() == (640, 400)
    x, y = project(mounting(640, 400, mirror, rotate), [[30.5, 20.5]])[0]
    assert hung.get_at((int(x), int(y)))[:3] == (255, 0, 0)


def test_draw_shows_the_selected_cross_the_sheet_and_darkness_around(
    window: pygame.Surface,
) -> None:
    editor = CornerEditor((640, 400), A3, mirror=False, rotate=0)
    stage = pygame.Surface(editor.size_px)
    draw(stage, editor)
    x, y = (int(v) for v in editor.points[0])
    assert stage.get_at((x + 10, y))[:3] == (215, 30, 30)
    assert stage.get_at((2, 2))[:3] == (0, 0, 0)
    assert np.mean(stage.get_at((320, 100))[:3]) > 200


def test_calibrate_corners_saves_and_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    (tmp_path / "config.yaml").write_text("stage: {mirror: true, width: 640, height: 400}\n")
    monkeypatch.chdir(tmp_path)
    # The window opens inside the command: its first look at the queue finds these keys.
    opened = pygame.display.set_mode

    def open_and_press(*arguments: object, **options: object) -> pygame.Surface:
        surface = opened(*arguments, **options)  # type: ignore[arg-type]
        press((pygame.K_m, 0), (pygame.K_UP, 0), (pygame.K_RETURN, 0))
        return surface

    monkeypatch.setattr(pygame.display, "set_mode", open_and_press)
    result = CliRunner().invoke(main, ["corners", "--windowed"])
    assert result.exit_code == 0, result.output
    assert "set stage.mirror: false" in result.output
    projector = load_calibration(tmp_path / "calibration.yaml").projector
    assert projector is not None
    assert (projector.mirror, projector.size_px) == (False, (640, 400))


def test_corners_command_without_a_display_says_so_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SDL took a driver that nobody can see, and the command waited for keys."""
    monkeypatch.chdir(tmp_path)
    for name in ("SDL_VIDEODRIVER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    result = CliRunner().invoke(main, ["corners"])
    assert result.exit_code == 2
    assert "no window could be opened (" in result.output
    assert "run it on the table's own display" in result.output
