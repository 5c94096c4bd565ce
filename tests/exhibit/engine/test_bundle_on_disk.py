"""A bundle that rots, changes or vanishes while it is open is told of before the next start."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from exhibit.contract.board import read_status
from exhibit.contract.errors import BundleError
from exhibit.contract.reasons import reasons_of
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.settings.schema import Config, ModelConfig
from exhibit.engine import bundle_on_disk
from exhibit.engine.bundle_on_disk import BundleOnDisk, BundleWatch
from exhibit.engine.process import EngineProcess
from tests.fakes.bundle import write_bundle
from tests.fakes.clock import FakeClock
from tests.fakes.settings import begin_with
from tests.patience import PATIENCE_S, wait_until

DAY_S = 24 * 3600.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "one", name="one")
    shutil.copytree(tmp_path / "one", tmp_path / "whole")
    return tmp_path / "one"


@pytest.fixture
def on_disk(folder: Path) -> BundleOnDisk:
    found = BundleOnDisk(folder, FakeClock())
    found.open()
    return found


def _rot(folder: Path) -> None:
    path = folder / "generator.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)


def _truncate(folder: Path) -> None:
    os.truncate(folder / "latents.npz", 10)


def _lose(folder: Path) -> None:
    (folder / "encoder.onnx").unlink()


def _vanish(folder: Path) -> None:
    folder.rename(folder.with_name("away"))


def _spoil_card(folder: Path) -> None:
    (folder / "card.yaml").write_text("name: [", encoding="utf-8")


def _file_in_its_place(folder: Path) -> None:
    _vanish(folder)
    folder.write_text("no folder")


def _replace(folder: Path) -> None:
    shutil.rmtree(folder)
    write_bundle(folder, name="other", seed=7)


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (_rot, "generator.onnx: SHA-256 is"),
        (_truncate, "latents.npz: SHA-256 is"),
        (_lose, "encoder.onnx: missing"),
        (_vanish, "card.yaml: No such file"),
        (_spoil_card, "card.yaml: not readable as YAML"),
        (_file_in_its_place, "card.yaml: Not a directory"),
    ],
)
def test_harm_is_named_until_the_files_are_whole_again(
    on_disk: BundleOnDisk, folder: Path, harm: Callable[[Path], None], named: str
) -> None:
    assert on_disk.look() is None
    harm(folder)
    found = on_disk.look()
    assert found is not None
    assert named in found.text
    assert not found.is_whole
    with pytest.raises(BundleError):
        BundleOnDisk(folder).open()
    if folder.is_file():
        folder.unlink()
    shutil.copytree(folder.with_name("whole"), folder, dirs_exist_ok=True)
    assert on_disk.look() is None


def test_another_bundle_in_its_place_can_be_opened(on_disk: BundleOnDisk, folder: Path) -> None:
    _replace(folder)
    found = on_disk.look()
    assert found is not None
    assert (found.text, found.is_whole) == (f"{folder}: another bundle", True)
    assert BundleOnDisk(folder).open().card.name == "other"


def test_file_that_did_not_change_is_read_once_a_day(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def hashed(path: Path) -> str:
        read.append(path.name)
        return real(path)

    real = bundle_on_disk.sha256_of
    monkeypatch.setattr(bundle_on_disk, "sha256_of", hashed)
    clock = FakeClock()
    on_disk = BundleOnDisk(folder, clock)
    on_disk.open()
    files = len(list(folder.iterdir()))
    assert sorted(read) == sorted(set(read))
    assert on_disk.look() is None
    assert len(read) == files
    for _ in range(5):
        assert on_disk.look() is None
    assert len(read) == files
    (folder / "latents.npz").touch()
    assert on_disk.look() is None
    assert read[files:] == ["latents.npz"]
    clock.advance(DAY_S)
    assert on_disk.look() is None
    assert len(read) == 2 * files + 1


def test_rot_that_keeps_size_and_dates_is_named_within_a_day(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Writing gives a file a new date, and what a disk forgets does not.
    monkeypatch.setattr(bundle_on_disk, "_stamp_of", lambda _path: (1,))
    clock = FakeClock()
    on_disk = BundleOnDisk(folder, clock)
    on_disk.open()
    _rot(folder)
    assert on_disk.look() is None
    clock.advance(DAY_S)
    found = on_disk.look()
    assert found is not None
    assert "generator.onnx" in found.text


def test_watch_tells_of_the_bundle_that_answers_alone(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_on_disk, "LOOK_EVERY_S", 0.01)
    folders = {name: BundleOnDisk(tmp_path / name) for name in ("one", "whole")}
    for on_disk in folders.values():
        on_disk.open()
    answers = ["one"]
    watch = BundleWatch(lambda: folders[answers[0]])
    try:
        _rot(folder)
        wait_until(lambda: watch.found is not None, "the rot is told of")
        answers[0] = "whole"
        assert watch.found is None
    finally:
        watch.close()


@pytest.mark.parametrize(
    ("harm", "after"),
    [
        (_rot, "after the engine's next start 'lear' answers"),
        (_replace, "after the engine's next start that answers"),
    ],
)
def test_engine_tells_of_its_bundle_and_what_the_next_start_makes_of_it(
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[Path], None],
    after: str,
) -> None:
    monkeypatch.setattr(bundle_on_disk, "LOOK_EVERY_S", 0.01)
    camera = CameraConfig(source="simulated", width=320, height=240)
    begin_with(tmp_path, Config(camera=camera, model=ModelConfig(bundle=str(folder), threads=1)))
    engine = EngineProcess(tmp_path)

    def told() -> list[str]:
        alive = {"engine": True, "stage": True, "supervisor": True}
        statuses = {name: read_status(tmp_path, name) for name in (*alive, "web", "operator")}
        empty: dict[str, dict[str, object]] = {"sound": {}, "takehome": {}}
        reasons = reasons_of({**statuses, **empty}, alive, {})
        return [r["text"] for r in reasons if r["code"] == "bundle_changed"]

    def run_until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        engine.run(lambda: condition() or time.monotonic() > deadline)
        assert condition()

    try:
        run_until(lambda: bool(read_status(tmp_path, "engine").get("pictures")))
        assert told() == []
        harm(folder)
        run_until(lambda: bool(told()))
        assert told()[0].startswith("the bundle on the disk is no longer the one that answers: ")
        assert told()[0].endswith(after)
        shutil.copytree(folder.with_name("whole"), folder, dirs_exist_ok=True)
        run_until(lambda: not told())
    finally:
        engine.close()
