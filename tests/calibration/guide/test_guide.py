"""A table calibrated from beginning to end, by somebody who does what the guide says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from calibration.guide.guide import Guide
from calibration.rig import STAGE_PX, TABLE_MM, make_rig
from calibration.rig.helper import Helper
from exhibit.contract.board import CommandInbox, send_command, write_status
from exhibit.contract.calibration import Calibration, load_calibration, save_calibration
from exhibit.contract.calibration.maps import camera_view, projector_view
from exhibit.contract.calibration_guide import NAME, PICTURE_SLOT
from exhibit.contract.pattern import SLOT
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.settings.published import Follower, Published, publish
from exhibit.contract.settings.schema import Config, StageConfig
from exhibit.contract.slot import Slot
from exhibit.contract.slot_writer import SlotWriter
from tests.fakes.clock import FakeClock
from tests.fakes.small_disk import empty, fill, small_disk

RIG = make_rig(10)
POINTS_MM = np.array([[40.0, 40], [210, 150], [380, 250]])


class Table:
    """A table that runs, as far as the guide sees it, and a helper at it."""

    def __init__(self, run_dir: Path, disk: Path | None = None) -> None:
        self.run_dir, self.clock = run_dir, FakeClock()
        self.file = (disk or run_dir) / "calibration.yaml"
        config = Config(
            camera=CameraConfig(source="/dev/v4l/by-id/made-up", mirrored=RIG.mirrored),
            stage=StageConfig(mirror=True),
            calibration=self.file,
        )
        write_status(run_dir, "stage", {"size_px": list(STAGE_PX)})
        write_status(run_dir, "engine", {"camera": "made-up", "simulated": False})
        self._camera = SlotWriter(run_dir / "camera.slot")
        self._helper = Helper(RIG, 3)
        self._config, self._generation = config, 1
        publish(run_dir, Published(1, config, config))
        self.guide = Guide(run_dir, Follower(run_dir, NAME), self.clock)
        self._frames = 0
        self.brightness, self.helps = 1.0, True

    def set(self, **camera: object) -> None:
        """Publish other settings of the camera, as the operator's page does."""
        self._generation += 1
        changed = self._config.camera.model_copy(update=camera)
        config = self._config.model_copy(update={"camera": changed})
        publish(self.run_dir, Published(self._generation, config, self._config))

    def say(self, do: str, **more: object) -> None:
        assert send_command(self.run_dir, NAME, {"do": do, **more})
        self.guide.tick()

    def play(self, frames: int = 1) -> dict:
        for _ in range(frames):
            self._frames += 1
            status = self.guide.status()
            frame = self._helper.frame(status if status["step"] and self.helps else None)
            frame = np.asarray(frame * self.brightness, np.uint8)
            self._camera.publish(self._frames, self.clock(), frame)
            self.clock.now += 0.1
            assert self.guide.tick()
        return self.guide.status()


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    made = Table(tmp_path)
    made.play()
    yield made
    made.guide.close()


def measure_table(table: Table) -> None:
    table.say("begin", step="table")
    table.play(12)
    table.say("accept")


@pytest.mark.slow
def test_guide_measures_table_light_and_projector_one_after_the_other(table: Table) -> None:
    measure_table(table)
    assert table.guide.status()["error"] == ""
    table.say("begin", step="light")
    table.play(12)
    table.say("accept")
    table.say("begin", step="projector")
    while table.guide.status()["step"] == "projector":
        assert table.play(9)["ready"]
        table.say("accept")
    status = table.guide.status()
    assert (status["error"], status["saved"]) == ("", ["table", "light", "projector"])
    known = load_calibration(table.file)
    assert known.projector is not None
    assert (known.projector.method, known.projector.mirror) == ("disc", True)
    view = camera_view(known)
    assert view is not None
    seen = view.to_table(RIG.see_table(POINTS_MM))
    light = RIG.land(projector_view(known.projector, TABLE_MM).to_stage(seen))
    assert np.linalg.norm(light - POINTS_MM, axis=1).max() < 1.5


def test_guide_shows_the_cross_as_the_projector_hangs_and_what_the_camera_sees(
    table: Table,
) -> None:
    measure_table(table)
    table.say("begin", step="projector")
    table.play(2)
    pattern = Slot.attach(table.run_dir / SLOT).peek()
    assert pattern is not None
    assert pattern.pixels.shape == STAGE_PX[::-1]
    x, y = table.guide.status()["values"]["cross_px"]
    assert pattern.pixels[round(y), STAGE_PX[0] - round(x)] < 60
    picture = Slot.attach(table.run_dir / PICTURE_SLOT).peek()
    assert picture is not None
    assert picture.pixels.shape == (480, 640, 3)


def test_guide_board_printed_at_another_scale_is_told_by_its_ruler(table: Table) -> None:
    measure_table(table)
    plain = load_calibration(table.file).camera
    table.say("begin", step="table", ruler_mm=99.0)
    table.play(12)
    table.say("accept")
    assert "printed at another scale" in table.guide.status()["error"]
    table.say("begin", step="table", ruler_mm=99.0, new_marks=True)
    table.play(12)
    table.say("accept")
    smaller = load_calibration(table.file).camera
    assert plain is not None
    assert smaller is not None
    assert smaller.mm_per_px == pytest.approx(0.99 * plain.mm_per_px, rel=0.002)


def test_guide_light_says_which_exposure_is_right_and_takes_it_up(table: Table) -> None:
    table.set(exposure=80, gain=3)
    table.brightness = 0.5
    table.say("begin", step="light")
    told = table.play(12)
    assert told["code"] == "light_exposure"
    share, exposure = told["values"]["share"], told["values"]["exposure"]
    assert exposure == pytest.approx(80 * 70 / share, abs=2)
    table.brightness *= exposure / 80
    table.set(exposure=exposure, gain=3)
    told = table.play(12)
    assert (told["code"], told["ready"]) == ("light_blank", True)
    table.say("accept")
    light = load_calibration(table.file).light
    assert light is not None
    assert (light.exposure, light.gain) == (exposure, 3)
    assert light.paper_share == pytest.approx(0.7, abs=0.04)


def test_guide_light_waits_for_frames_of_the_new_exposure(table: Table) -> None:
    table.say("begin", step="light")
    table.play(12)
    table.set(exposure=80)
    engine = {"camera": "made-up", "simulated": False}
    write_status(table.run_dir, "engine", {**engine, "generation": 1})
    assert table.play(12)["code"] == "light_none"
    write_status(table.run_dir, "engine", {**engine, "generation": 2})
    assert table.play(12)["code"].startswith("light_")
    assert table.guide.status()["ready"]


def test_guide_dark_needs_the_light_off_and_a_blank_sheet_before_it(table: Table) -> None:
    table.say("begin", step="dark")
    table.play(12)
    table.say("accept")
    assert "has not seen a blank sheet yet" in table.guide.status()["error"]
    table.say("begin", step="light")
    table.play(12)
    table.say("accept")
    table.helps = False
    table.say("begin", step="dark")
    table.play(12)
    table.say("accept")
    assert "the light is not off" in table.guide.status()["error"]
    table.helps = True
    table.play(12)
    table.say("accept")
    assert table.guide.status()["error"] == ""
    light = load_calibration(table.file).light
    assert light is not None
    assert light.dark is not None


def test_guide_dark_with_another_exposure_than_the_light_is_refused(table: Table) -> None:
    table.say("begin", step="light")
    table.play(12)
    table.say("accept")
    table.set(exposure=80)
    table.brightness = 0.03
    table.say("begin", step="dark")
    table.play(12)
    table.say("accept")
    assert "seen with exposure None and gain None, now they are 80" in table.guide.status()["error"]


def test_guide_projector_before_the_table_says_what_is_missing(table: Table) -> None:
    table.say("begin", step="projector")
    assert "does not know the table yet" in table.guide.status()["error"]
    table.say("begin", step="projector", method="mesh")
    assert (table.guide.status()["error"], table.guide.status()["code"]) == ("", "nudge")


def test_guide_that_is_started_again_goes_on_where_it_was_left(table: Table) -> None:
    measure_table(table)
    before = load_calibration(table.file)
    table.say("begin", step="projector")
    table.play(9)
    table.say("accept")
    table.say("leave")
    assert table.guide.status()["step"] == ""
    assert load_calibration(table.file) == before


def test_guide_refuses_a_step_and_keeps_what_was_measured(table: Table) -> None:
    save_calibration(table.file, Calibration(table_mm=(300.0, 200.0)))
    table.say("begin", step="table")
    table.guide._place = None  # the camera gives nothing
    table.say("accept")
    assert load_calibration(table.file).table_mm == (300.0, 200.0)
    table.say("begin", step="nonsense")
    expected = "expected one of camera, table, light, dark, projector, pens, check"
    assert expected in table.guide.status()["error"]


def test_guide_without_room_on_the_disk_says_so_and_saves_once_there_is(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1 << 18) as disk:
        table = Table(tmp_path, disk)
        before = Calibration(table_mm=(300.0, 200.0))
        save_calibration(table.file, before)
        fill(disk)
        table.play()
        measure_table(table)
        status = table.guide.status()
        assert f"{table.file}: not written: No space left on device" in status["error"]
        assert (status["saved"], status["step"]) == ([], "table")
        assert load_calibration(table.file) == before
        empty(disk)
        table.play()
        table.say("accept")
        assert (table.guide.status()["error"], table.guide.status()["saved"]) == ("", ["table"])
        assert load_calibration(table.file).camera is not None
        table.guide.close()


def test_guide_that_ends_has_engine_and_stage_take_what_was_measured(tmp_path: Path) -> None:
    table = Table(tmp_path)
    supervisor = CommandInbox(tmp_path, "supervisor")
    table.play()
    measure_table(table)
    assert send_command(tmp_path, NAME, {"do": "end"})
    assert not table.guide.tick()
    table.guide.close()
    assert supervisor.drain() == [
        {"do": "restart", "name": "engine"},
        {"do": "restart", "name": "stage"},
    ]
    supervisor.close()


def test_guide_that_nobody_speaks_to_ends(table: Table) -> None:
    table.clock.now += 1801
    assert not table.guide.tick()


def test_guide_that_takes_views_of_the_board_is_spoken_to(table: Table) -> None:
    """Whoever holds the board up has no hand for a button."""
    table.say("begin", step="camera")
    table.clock.now += 1700
    assert table.play(3)["values"]["views"] == 1
    table.clock.now += 1700
    assert table.guide.tick()
    table.clock.now += 200
    assert not table.guide.tick()
