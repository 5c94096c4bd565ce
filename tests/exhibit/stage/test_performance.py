"""The stage's loop with a real window (SDL's dummy display) and real shared memory."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest

from exhibit.contract.board import Heart, read_status, send_command
from exhibit.contract.calibration import Calibration, ProjectorCalibration
from exhibit.contract.notice import write_notice
from exhibit.contract.pattern import FRESH_S, SLOT
from exhibit.contract.records import Gesture, Origin, RecordWriter
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.published import Follower
from exhibit.contract.settings.schema import Config
from exhibit.contract.slot import Slot
from exhibit.contract.slot_writer import SlotWriter
from exhibit.stage.mode import Mode
from exhibit.stage.performance import Performance
from exhibit.stage.placement import place
from exhibit.stage.software import Software
from exhibit.stage.window import Ending, Window
from tests.exhibit.stage.test_drawings import square, write_drawings
from tests.fakes.clock import FakeClock
from tests.fakes.settings import begin_with, set_to
from tests.patience import PATIENCE_S

CONFIG = apply_overrides(
    Config(),
    {
        "model": {"bundle": "none-installed"},
        "stage": {
            "width": 96,
            "height": 64,
            "fps": 240,
            "crossfade_ms": 0,
            "mirror": False,
            # The engine beats only when it sends: on a busy machine it would look dead.
            "stale_after_s": 60,
        },
    },
)
MIDDLE = (32, 48)


def composer(window: Window) -> Software:
    return Software(window, place(*window.size, CONFIG.stage, Calibration()), CONFIG.stage)


class NoPacer:
    """Every frame is due at once."""

    def __init__(self, fps: float, clock: Callable[[], float]) -> None:
        self._clock = clock

    @property
    def due(self) -> float:
        return self._clock()

    def wait(self, lead_s: float = 0.0) -> None:
        """The test moves the clock."""

    def done(self) -> None:
        """Nothing is late."""


class Table:
    """A stage whose frames the test counts, and the engine beside it."""

    def __init__(self, run_dir: Path, window: Window) -> None:
        self.run_dir = run_dir
        begin_with(run_dir, CONFIG)
        follower = Follower(run_dir, "stage")
        self.performance = Performance(run_dir, follower, Calibration(), window, composer(window))
        self._pictures = Slot.create(run_dir / "picture.slot", 16 * 16)
        self._engine = Heart(run_dir, "engine")

    @property
    def composite(self) -> Slot:
        return Slot.attach(self.run_dir / "composite.slot")

    def send(self, grey: int, captured_at: float) -> None:
        self._engine.beat()
        self._pictures.publish(1, captured_at, np.full((16, 16), grey, np.uint8))

    def play(self, frames: int) -> None:
        counted = iter(range(frames + 1))
        self.performance.run(lambda: next(counted) == frames, "ordinary")

    def shown(self) -> list[int]:
        newest = self.composite.peek()
        assert newest is not None
        return [int(v) for v in newest.pixels[MIDDLE]]


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    window = Window(CONFIG.stage, "headless")
    yield Table(tmp_path, window)
    window.close()


def test_performance_shows_a_picture_and_measures_it(table: Table) -> None:
    table.send(90, captured_at=1.0)
    table.play(300)
    assert table.shown() == [90, 90, 90]
    assert pygame.display.get_surface().get_at((MIDDLE[1], MIDDLE[0]))[:3] == (90, 90, 90)
    status = read_status(table.run_dir, "stage")
    assert status["state"] == "picture"
    assert status["pictures_shown"] == 1
    assert status["camera_to_light_ms"]["p50"] > 0
    assert set(status["stage_interval_ms"]) == {"p50", "p95", "p99"}
    assert Heart(table.run_dir, "stage").last > 0


def test_performance_shows_a_pattern_instead_of_pictures(table: Table) -> None:
    pixels = np.full((64, 96), 200, np.uint8)
    SlotWriter(table.run_dir / SLOT).publish(1, time.monotonic() + PATIENCE_S, pixels)
    table.send(90, captured_at=1.0)
    table.play(60)
    assert table.shown() == [200, 200, 200]


def test_performance_goes_on_with_the_picture_when_a_pattern_is_stale(table: Table) -> None:
    patterns, pixels = SlotWriter(table.run_dir / SLOT), np.full((64, 96), 200, np.uint8)
    patterns.publish(1, time.monotonic() + PATIENCE_S, pixels)
    table.send(90, captured_at=1.0)
    frames = 0

    def stopping() -> bool:
        nonlocal frames
        frames += 1
        if frames == 60:
            assert table.shown() == [200, 200, 200]
            patterns.publish(2, time.monotonic() - FRESH_S, pixels)
        return frames > 120

    table.performance.run(stopping, "ordinary")
    assert table.shown() == [90, 90, 90]


def test_performance_shows_no_pattern_of_another_size(table: Table) -> None:
    SlotWriter(table.run_dir / SLOT).publish(1, time.monotonic(), np.zeros((32, 48), np.uint8))
    table.send(90, captured_at=1.0)
    table.play(300)
    assert table.shown() == [90, 90, 90]


def test_performance_follows_settings_and_says_which(table: Table) -> None:
    table.send(90, captured_at=1.0)
    generation = set_to(table.run_dir, {"stage": {"invert": True}})
    table.play(300)
    assert table.shown() == [165, 165, 165]
    status = read_status(table.run_dir, "stage")
    assert (status["generation"], status["outdated"]) == (generation, False)


def test_performance_settings_of_a_start_ask_for_another(table: Table) -> None:
    set_to(table.run_dir, {"stage": {"invert": True, "display": 1}})
    table.play(60)
    status = read_status(table.run_dir, "stage")
    assert (status["generation"], status["outdated"]) == (1, True)


def test_performance_unknown_order_is_reported(table: Table) -> None:
    send_command(table.run_dir, "stage", {"do": "dance"})
    table.play(300)
    assert "unknown order {'do': 'dance'}" in read_status(table.run_dir, "stage")["faults"]


def test_performance_mismatch_of_calibration_goes_with_the_setting(table: Table) -> None:
    measured = ProjectorCalibration.model_construct(size_px=(640, 360), mirror=True, rotate=0)
    table.performance._calibration = Calibration.model_construct(projector=measured)
    set_to(table.run_dir, {"stage": {"rotate": 90}})
    table.play(60)
    told = read_status(table.run_dir, "stage")["faults"][-1]
    assert "calibration was measured" in told
    assert "with stage.rotate 0, now 90" in told


def test_performance_new_settings_are_published_in_their_first_frame(table: Table) -> None:
    table.send(90, captured_at=1.0)
    versions: list[int] = []

    def stopping() -> bool:
        versions.append(table.composite.version if versions else 0)
        overrides = {"stage": {"brightness": len(versions) / 100}}
        if len(versions) > 30:
            set_to(table.run_dir, overrides)
        return len(versions) == 34

    table.performance.run(stopping, "ordinary")
    assert np.diff(versions[30:]).tolist() == [1, 1, 1]


def test_performance_slow_stage_with_a_new_picture_in_every_frame_still_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status and notice (with the password to claim the table) must not wait for a pause."""
    slow = apply_overrides(CONFIG, {"stage": {"fps": 10}})
    monkeypatch.setattr("exhibit.stage.performance.Pacer", NoPacer)
    window, clock = Window(CONFIG.stage, "headless"), FakeClock(1000.0)
    begin_with(tmp_path, slow)
    follower = Follower(tmp_path, "stage")
    performance = Performance(tmp_path, follower, Calibration(), window, composer(window), clock)
    write_notice(tmp_path, ["Password to claim this table: kmnpq"], until=2000.0)
    composite, published = tmp_path / "composite.slot", []

    def stopping() -> bool:
        clock.advance(1 / 10)
        set_to(tmp_path, {"stage": {"fps": 10, "brightness": -len(published) / 100}})
        published.append(Slot.attach(composite).version if published else 0)
        return len(published) == 25

    performance.run(stopping, "ordinary")
    window.close()
    assert np.diff(published).tolist() == [1] * 24  # every frame was new
    assert read_status(tmp_path, "stage")["frames"] > 0
    shown = Slot.attach(composite).peek()
    assert shown is not None
    strip = shown.pixels[-24:]
    assert (strip.min() < 128, strip.max()) == (True, 255)  # brighter than the paper around it


def _performed(
    run_dir: Path, monkeypatch: pytest.MonkeyPatch, each: Callable[[int, Performance], bool]
) -> None:
    """Perform 60 times a second of a clock that frames move, until `each` says to stop."""
    monkeypatch.setattr("exhibit.stage.performance.Pacer", NoPacer)
    config = apply_overrides(CONFIG, {"stage": {"fps": 60}})
    window, clock = Window(config.stage, "headless"), FakeClock(time.monotonic())
    begin_with(run_dir, config)
    performance = Performance(
        run_dir, Follower(run_dir, "stage"), Calibration(), window, composer(window), clock
    )
    frames = iter(range(10_000))

    def stopping() -> bool:
        clock.advance(1 / 60)
        return each(next(frames), performance)

    performance.run(stopping, "ordinary")
    window.close()


def test_performance_view_for_pages_is_made_often_only_while_somebody_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures, engine = Slot.create(tmp_path / "picture.slot", 256), Heart(tmp_path, "engine")
    views: list[int] = []

    def each(frame: int, _: Performance) -> bool:
        engine.beat()
        pictures.publish(frame, float(frame), np.full((16, 16), frame, np.uint8))
        if frame in (1, 61, 121):
            view = Slot.attach(tmp_path / "composite.slot")
            views.append(view.version)
            if frame == 61:
                view.peek()
        return frame > 121

    _performed(tmp_path, monkeypatch, each)
    unseen, seen = np.diff(views)
    assert unseen <= 1 and seen >= 12


@pytest.mark.parametrize("told_at", range(40, 46))
def test_performance_pen_ends_the_attract_loop_in_the_refresh_in_which_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told_at: int
) -> None:
    """Refreshes are left out while nobody is there, and a stroke must not wait for the next."""
    gestures = RecordWriter(tmp_path, Gesture)
    gestures.publish(0, 0.0, Gesture())
    modes: list[Mode] = []

    def each(frame: int, performance: Performance) -> bool:
        modes.append(performance._show.mode)
        if frame == told_at:
            gestures.publish(frame, 0.0, Gesture(speed=1.0))
        return frame > told_at + 2

    _performed(tmp_path, monkeypatch, each)
    assert modes[told_at : told_at + 2] == [Mode.ATTRACT, Mode.CLEAN]


def test_performance_blank_and_freeze_say_so(table: Table) -> None:
    table.send(90, captured_at=1.0)
    send_command(table.run_dir, "stage", {"do": "freeze", "on": True})
    send_command(table.run_dir, "stage", {"do": "blank", "on": True})
    table.play(300)
    assert read_status(table.run_dir, "stage")["state"] == "blank"
    assert table.shown() == [0, 0, 0]


def test_performance_without_engine_and_bundle_still_shows_a_drawing(table: Table) -> None:
    deadline = time.monotonic() + PATIENCE_S

    def draws() -> bool:
        if not (table.run_dir / "composite.slot").exists():
            return False
        newest = table.composite.peek()
        return newest is not None and bool(newest.pixels.min() < 128 < newest.pixels.mean())

    table.performance.run(lambda: draws() or time.monotonic() > deadline, "ordinary")
    assert draws()


@pytest.mark.parametrize(("kind", "expected"), [("windowed", Ending.BY_HAND), ("fullscreen", None)])
def test_window_closes_on_escape_only_on_a_desk(
    kind: str, expected: Ending | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    window = Window(CONFIG.stage, kind)  # type: ignore[arg-type]
    pygame.event.clear()
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE, mod=0))
    assert window.asked_to_close() is expected
    window.close()


def test_window_of_a_projector_that_changed_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    window = Window(CONFIG.stage, "fullscreen")
    width, height = window.size
    pygame.event.clear()
    pygame.event.post(pygame.event.Event(pygame.WINDOWSIZECHANGED, x=width, y=height))
    assert not window.asked_to_close()
    pygame.event.post(pygame.event.Event(pygame.WINDOWSIZECHANGED, x=width + 8, y=height))
    assert window.asked_to_close() is Ending.OUTGROWN
    window.close()


def test_performance_shows_a_label_when_asked(table: Table) -> None:
    bundle = write_drawings(table.run_dir / "bundle", [square()])
    set_to(table.run_dir, {"visit": {"label": True}, "model": {"bundle": str(bundle)}})
    table.send(255, captured_at=1.0)
    RecordWriter(table.run_dir, Origin).publish(1, 1.0, Origin(1, 1))
    deadline = time.monotonic() + PATIENCE_S

    def darkest() -> int:
        return int(table.composite.peek().pixels.min()) if composed() else 255  # type: ignore[union-attr]

    def composed() -> bool:
        return (table.run_dir / "composite.slot").exists() and table.composite.version > 0

    def is_over() -> bool:
        if darkest() < 160:
            return True
        return time.monotonic() > deadline

    table.performance.run(is_over, "ordinary")
    assert darkest() < 160
