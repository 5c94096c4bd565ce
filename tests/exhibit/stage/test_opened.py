"""A stage that OpenGL failed must come back in software, and say so."""

from pathlib import Path

import pytest

from exhibit.contract.calibration import Calibration
from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.schema import StageConfig
from exhibit.stage import opened
from exhibit.stage.opened import open_stage
from exhibit.stage.renderer import RendererError
from exhibit.stage.window import Window

CONFIG = StageConfig(width=96, height=64)
WANTED = CONFIG.model_copy(update={"renderer": "opengl"})


@pytest.fixture(autouse=True)
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window on a desk that nobody can see."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")


def test_stage_is_composed_in_software_unless_another_is_wanted(tmp_path: Path) -> None:
    stage = open_stage(tmp_path, CONFIG, "windowed", Calibration())
    assert (stage.renderer.name, stage.complaint) == ("software", "")
    stage.window.close()


def test_stage_without_opengl_is_composed_in_software_and_says_why(tmp_path: Path) -> None:
    stage = open_stage(tmp_path, WANTED, "windowed", Calibration())
    assert stage.renderer.name == "software"
    assert stage.complaint.startswith("stage.renderer: software composes, for OpenGL failed: ")
    assert not list(tmp_path.iterdir())
    stage.window.close()


def test_stage_headless_is_composed_in_software_without_a_word(tmp_path: Path) -> None:
    stage = open_stage(tmp_path, WANTED, "headless", Calibration())
    assert (stage.renderer.name, stage.complaint) == ("software", "")
    stage.window.close()


def test_stage_that_opengl_took_along_is_composed_in_software_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(opened, "_by_opengl", crash)
    with pytest.raises(SystemExit):
        open_stage(tmp_path, WANTED, "windowed", Calibration())
    stage = open_stage(tmp_path, WANTED, "windowed", Calibration())
    assert stage.renderer.name == "software"
    assert stage.complaint.endswith("the stage ended while OpenGL drew it")
    stage.window.close()


def test_stage_whose_opengl_failed_tells_the_next_why_and_one_that_ended_well_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def works(*_: object) -> opened.Opened:
        window = Window(CONFIG, "headless")
        software = open_stage(tmp_path / "other", CONFIG, "headless", Calibration()).renderer
        return opened.Opened(window, software, failed=tmp_path / "opengl-failed")

    monkeypatch.setattr(opened, "_by_opengl", works)
    stage = open_stage(tmp_path, WANTED, "windowed", Calibration())
    stage.ended_well()
    assert not list(tmp_path.iterdir())
    stage = open_stage(tmp_path, WANTED, "windowed", Calibration())
    stage.ended_badly("context lost")
    assert open_stage(tmp_path, WANTED, "windowed", Calibration()).complaint.endswith(
        "OpenGL failed: context lost"
    )
    stage.window.close()


@pytest.mark.parametrize("error", [RendererError("no"), ConfigError("no")])
def test_stage_takes_no_trace_of_an_opengl_that_never_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(opened, "_by_opengl", refuse)
    stage = open_stage(tmp_path, WANTED, "windowed", Calibration())
    assert stage.complaint.endswith("OpenGL failed: no")
    assert not list(tmp_path.iterdir())
    stage.window.close()
