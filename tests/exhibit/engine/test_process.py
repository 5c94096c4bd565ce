"""Settings and bundles change while the table runs, and a wrong one must change nothing."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from exhibit.camera.simulated import DIFFICULTIES, SimulatedTable
from exhibit.contract.board import read_status
from exhibit.contract.calibration import Calibration, CameraFormat
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.settings.schema import Config, ModelConfig
from exhibit.contract.settings.tokens import TokensConfig
from exhibit.contract.slot import Slot
from exhibit.engine import process
from exhibit.engine.process import EngineProcess, card_spared_s
from exhibit.engine.table_view import TableView
from tests.fakes.bundle import write_bundle
from tests.fakes.settings import begin_with, set_to
from tests.patience import PATIENCE_S


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, EngineProcess]]:
    folder = tmp_path_factory.mktemp("engine")
    for name in ("one", "two"):
        write_bundle(folder / name, name=name, seed=len(name))
    (folder / "broken").mkdir()
    (folder / "broken" / "card.yaml").write_text("name: broken\n", encoding="utf-8")
    config = Config(
        camera=CameraConfig(source="simulated", width=320, height=240),
        model=ModelConfig(bundle=str(folder / "one"), threads=1),
    )
    begin_with(folder, config)
    engine = EngineProcess(folder)
    yield folder, engine
    engine.close()


def _run_until(running: tuple[Path, EngineProcess], condition: Callable[[dict], bool]) -> dict:
    folder, engine = running
    deadline = time.monotonic() + PATIENCE_S

    def done() -> bool:
        return condition(read_status(folder, "engine")) or time.monotonic() > deadline

    engine.run(done)
    status = read_status(folder, "engine")
    assert condition(status), status
    return status


def test_engine_process_publishes_pictures_views_and_status(
    running: tuple[Path, EngineProcess],
) -> None:
    status = _run_until(running, lambda status: status.get("pictures", 0) > 0)
    assert (status["bundle"], status["simulated"], status["faults"]) == ("one", True, [])
    assert status["provider"] == "cpu"
    for name, shape in (("picture", (32, 32)), ("camera", (240, 320))):
        published = Slot.attach(running[0] / f"{name}.slot").peek()
        assert published is not None
        assert published.pixels.shape == shape


def test_engine_process_says_what_happens_on_the_table(
    running: tuple[Path, EngineProcess],
) -> None:
    (first, *_) = _run_until(running, lambda status: bool(status.get("events")))["events"]
    assert (first["number"], first["name"]) == (1, "sheet_in")
    assert 0 < first["at"] <= time.monotonic()


def test_engine_process_good_settings_give_a_new_picture(
    running: tuple[Path, EngineProcess],
) -> None:
    before = _run_until(running, lambda status: status.get("pictures", 0) > 0)["pictures"]
    generation = set_to(running[0], {"model": {"follow": 0.0}})
    status = _run_until(running, lambda status: status["pictures"] > before)
    assert (status["faults"], status["generation"]) == ([], generation)


def test_engine_process_direction_that_is_not_there_costs_nothing_else(
    running: tuple[Path, EngineProcess],
) -> None:
    overrides = {"model": {"psi": 0.25}, "editing": {"directions": [{"name": "no"}]}}
    generation = set_to(running[0], overrides)
    status = _run_until(running, lambda status: status["generation"] == generation)
    assert any("no direction 'no'" in fault for fault in status["faults"])
    status = _run_until(running, lambda status: abs(status["psi"] - 0.25) < 0.01)
    set_to(running[0], {"editing": {"directions": []}})
    _run_until(running, lambda status: status["faults"] == [])


def test_engine_process_settings_beside_a_bundle_hold_at_once(
    running: tuple[Path, EngineProcess],
) -> None:
    folder = running[0]
    before = read_status(folder, "engine")["generation"]
    generation = set_to(folder, {"model": {"bundle": str(folder / "broken"), "psi": 0.5}})
    status = _run_until(running, lambda status: any("broken" in f for f in status["faults"]))
    assert (status["bundle"], status["bundle_refused"]["generation"]) == ("one", generation)
    assert status["generation"] == before  # what it was asked for last does not answer
    _run_until(running, lambda status: abs(status["psi"] - 0.5) < 0.01)


def test_engine_process_bundle_in_use_again_ends_what_was_opened(
    running: tuple[Path, EngineProcess],
) -> None:
    folder = running[0]
    set_to(folder, {"model": {"bundle": str(folder / "two")}})
    _run_until(running, lambda status: status["bundle_opening"] or status["bundle"] == "two")
    generation = set_to(folder, {"model": {"bundle": str(folder / "one")}})
    status = _run_until(
        running, lambda s: s["generation"] == generation and s["bundle_opening"] is None
    )
    assert (status["bundle"], status["faults"]) == ("one", [])


def test_engine_process_another_bundle_is_taken(running: tuple[Path, EngineProcess]) -> None:
    folder = running[0]
    generation = set_to(folder, {"model": {"bundle": str(folder / "two")}})
    status = _run_until(running, lambda status: status["bundle"] == "two")
    assert status["faults"] == []
    assert status["generation"] == generation


def test_engine_process_settings_of_a_start_ask_for_another(
    running: tuple[Path, EngineProcess],
) -> None:
    folder = running[0]
    before = read_status(folder, "engine")["generation"]
    set_to(folder, {"ink": {"light": "visible"}})
    status = _run_until(running, lambda status: status["outdated"])
    assert status["generation"] == before
    generation = set_to(folder, {"ink": {"light": "infrared"}})
    status = _run_until(running, lambda status: not status["outdated"])
    assert status["generation"] == generation


def test_engine_process_frames_that_change_size_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of mixed sizes, or a camera that comes back at another size, must not end it."""
    sizes = {(320, 240), (160, 120), (640, 480), (320, 200)}
    folder = tmp_path / "frames"
    folder.mkdir()
    for width, height in sizes:
        cv2.imwrite(str(folder / f"{width}x{height}.png"), np.full((height, width), 200, np.uint8))
    mapped: set[tuple[int, int]] = set()

    def noted(calibration: Calibration, seen_by: CameraFormat, mirrored: bool) -> TableView:
        mapped.add(seen_by.size_px)
        return TableView(calibration, seen_by, mirrored)

    monkeypatch.setattr(process, "TableView", noted)
    config = Config(
        camera=CameraConfig(source=str(folder), fps=60),
        model=ModelConfig(bundle=str(write_bundle(tmp_path / "tiny")), threads=1),
    )
    begin_with(tmp_path, config)
    engine = EngineProcess(tmp_path)
    shown: set[tuple[int, ...]] = set()

    def all_shown(status: dict) -> bool:
        with contextlib.suppress(FileNotFoundError):
            published = Slot.attach(tmp_path / "camera.slot").peek()
            if published is not None:
                shown.add(published.pixels.shape[::-1])
        return shown == mapped == sizes and "faults" in status

    try:
        assert _run_until((tmp_path, engine), all_shown)["faults"] == []
    finally:
        engine.close()


def test_engine_process_token_that_chose_the_bundle_is_not_taken_when_it_answers(
    tmp_path: Path,
) -> None:
    frames = tmp_path / "frames"
    frames.mkdir()
    table = SimulatedTable(replace(DIFFICULTIES["clean"], tokens=1), 1)
    (token,) = table.visit_at(0.0).tokens
    for number in range(8):
        pixels = table.frame_at(token.from_s + 2.2 + number / 30).pixels
        cv2.imwrite(str(frames / f"{number}.png"), pixels)
    for name in ("one", "two"):
        write_bundle(tmp_path / name, name=name, seed=len(name))
    config = Config(
        camera=CameraConfig(source=str(frames)),
        model=ModelConfig(bundle=str(tmp_path / "one"), threads=1),
        tokens=TokensConfig(enabled=True),
    )
    begin_with(tmp_path, config)
    engine = EngineProcess(tmp_path)
    running = (tmp_path, engine)
    before = _run_until(running, lambda status: bool(status.get("tokens")))
    set_to(tmp_path, {"model": {"bundle": str(tmp_path / "two")}})
    pictures = before["pictures"]
    after = _run_until(
        running, lambda s: s.get("bundle") == "two" and s.get("pictures", 0) > pictures
    )
    engine.close()
    names = [event["name"] for event in after["events"] if event["name"].startswith("token")]
    assert names == ["token_laid"]
    assert [laid["number"] for laid in after["tokens"]] == [1]


def test_card_spared_for_longer_after_each_hang_and_never_for_good() -> None:
    assert [card_spared_s(hangs) for hangs in (0, 1, 2, 3, 40)] == [0, 60, 120, 240, 3600]
