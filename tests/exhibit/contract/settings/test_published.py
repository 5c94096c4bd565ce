"""Settings are state: a process that missed every change but the last is right all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from exhibit.contract import files
from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.published import Follower, Published, publish, read_published
from exhibit.contract.settings.schema import Config
from tests.fakes.settings import begin_with, set_to


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    begin_with(tmp_path, Config())
    return tmp_path


def test_follower_takes_the_newest_of_many_changes_at_once(run_dir: Path) -> None:
    follower = Follower(run_dir, "engine")
    assert follower.follow() is None
    for step in range(1, 21):
        newest = set_to(run_dir, {"model": {"psi": step / 20}})
    config = follower.follow()
    assert config is not None
    assert (config.model.psi, follower.generation) == (1.0, newest)
    assert follower.follow() is None


def test_follower_that_starts_again_is_right_at_once(run_dir: Path) -> None:
    newest = set_to(run_dir, {"stage": {"width": 640, "contrast": 2.0}})
    follower = Follower(run_dir, "stage")
    assert follower.config.stage.contrast == 2.0
    assert (follower.generation, follower.outdated) == (newest, False)


def test_follower_says_where_a_setting_waits_for_a_start(run_dir: Path) -> None:
    stage, engine = Follower(run_dir, "stage"), Follower(run_dir, "engine")
    newest = set_to(run_dir, {"stage": {"width": 640, "contrast": 2.0}})
    for follower in (stage, engine):
        config = follower.follow()
        assert config is not None
        assert config.stage.contrast == 2.0  # what is live holds at once
    assert stage.status() == {"generation": 1, "outdated": True}
    assert engine.status() == {"generation": newest, "outdated": False}
    newest = set_to(run_dir, {"stage": {"width": Config().stage.width}})
    stage.follow()
    assert stage.status() == {"generation": newest, "outdated": False}


def test_follower_goes_on_with_what_holds_where_it_cannot_read(run_dir: Path) -> None:
    follower = Follower(run_dir, "stage")
    (run_dir / "settings.json").write_text('{"generation": 7, "config": {"stage": {"fps": 1e9}}}')
    assert follower.follow() is None
    (run_dir / "settings.json").unlink()
    assert follower.follow() is None
    assert follower.generation == 1
    begin_with(run_dir, Config())
    set_to(run_dir, {"stage": {"contrast": 2.0}})
    assert follower.follow() is not None


def test_published_comes_back_whole(tmp_path: Path) -> None:
    config = Config(calibration=Path("/x/calibration.yaml"))
    kept = {"preview": {"model": {"psi": 0.5}}}
    assert publish(tmp_path, Published(3, config, Config(), kept))
    found = read_published(tmp_path)
    assert (found.generation, found.config, found.file) == (3, config, Config())
    assert found.kept == kept


def test_published_without_a_table_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"settings\.json.*expected the settings of a running"):
        read_published(tmp_path)


def test_publish_without_room_says_so_and_what_holds_goes_on(
    run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.Path, "write_text", full)
    assert not publish(run_dir, Published(2, Config(), Config()))
    assert read_published(run_dir).generation == 1
