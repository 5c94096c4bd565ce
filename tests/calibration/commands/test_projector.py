from pathlib import Path

import pygame
import pytest
from click.testing import CliRunner

from calibration.cli import main
from exhibit.contract.calibration import load_calibration


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("stage: {mirror: true, width: 640, height: 400}\n")
    return tmp_path


def test_projector_without_a_display_says_where_to_go(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SDL_VIDEODRIVER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    ended = CliRunner().invoke(main, ["projector", "--method", "mesh"])
    assert ended.exit_code == 2
    assert "no window could be opened (" in ended.output
    assert "or from the operator's page" in ended.output
    assert not (folder / "calibration.yaml").exists()


def test_projector_by_disc_before_the_table_says_what_comes_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    ended = CliRunner().invoke(main, ["projector", "--windowed", "--camera", str(folder)])
    assert ended.exit_code == 2
    assert "run `calibrate table` first" in ended.output


def test_projector_by_mesh_saves_what_enter_takes_and_names_the_setting_that_m_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    opened = pygame.display.set_mode

    def open_and_press(*arguments: object, **options: object) -> pygame.Surface:
        surface = opened(*arguments, **options)  # type: ignore[arg-type]
        for key in (pygame.K_m, pygame.K_RIGHT, pygame.K_RETURN):
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, mod=0))
        return surface

    monkeypatch.setattr(pygame.display, "set_mode", open_and_press)
    ended = CliRunner().invoke(main, ["projector", "--method", "mesh", "--windowed"])
    assert ended.exit_code == 0, ended.output
    assert "now set stage.mirror: false" in ended.output
    projector = load_calibration(folder / "calibration.yaml").projector
    assert projector is not None
    assert (projector.method, projector.mirror, projector.size_px) == ("mesh", False, (640, 400))
