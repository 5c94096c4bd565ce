"""What a process's end means: the table goes on after every one that does no harm.

Spans supervisor, lives and silence.
"""

from __future__ import annotations

import errno
import logging
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from exhibit.contract.errors import CLOSED
from exhibit.contract.settings.schema import SupervisorConfig
from exhibit.supervisor import silence
from exhibit.supervisor import supervisor as module
from exhibit.supervisor.processes import ProcessSpec
from exhibit.supervisor.supervisor import (
    END_WITHIN_S,
    GONE_WITHIN_S,
    STOPPED_FOR_S,
    Supervisor,
)
from tests.fakes.clock import FakeClock

CONFIG = SupervisorConfig(backoff_min_s=1, backoff_max_s=4, restart_budget=3, restart_window_s=600)


class FakeHeart:
    """Has beaten once, long ago."""

    last = 1.0


class FakeChild:
    """A process without one: a test ends it, or makes it hang in the kernel."""

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec, self.pid = spec, 1
        self.heart = FakeHeart()
        self.exit_code: int | None = None
        self.signals: list[int] = []
        self.stuck = self.is_stopped = False
        self.last_words = "Error: x"

    def ask_to_end(self) -> None:
        self.signals.append(signal.SIGTERM)
        if not self.stuck:
            self.exit_code = 0

    def abort(self) -> None:
        self.signals.append(signal.SIGABRT)
        if not self.stuck:
            self.exit_code = -signal.SIGABRT

    def kill(self) -> None:
        self.signals.append(signal.SIGKILL)
        if not self.stuck:
            self.exit_code = -signal.SIGKILL


class Table:
    """A supervisor of one process, whose lives are kept."""

    def __init__(self, folder: Path, clock: FakeClock, essential: bool) -> None:
        spec = ProcessSpec("stage", "none", essential=essential)
        self.clock, self.lives = clock, list[FakeChild]()
        self.supervisor = Supervisor([spec], CONFIG, folder, clock=clock, wait=clock.advance)

    def start(self, spec: ProcessSpec, *_: object) -> FakeChild:
        self.lives.append(FakeChild(spec))
        return self.lives[-1]

    def end(self, code: int, after_s: float = 0.0) -> int | None:
        """End the newest life and look until another one begins, or the table ends."""
        self.clock.advance(after_s)
        self.lives[-1].exit_code = code
        return self.look_for(5.0)

    def look_for(self, seconds: float) -> int | None:
        lives = len(self.lives)
        for _ in range(round(seconds / 0.5) + 1):
            ending = self.supervisor.tick()
            if ending is not None or len(self.lives) > lives:
                return ending
            self.clock.advance(0.5)
        return None


@pytest.fixture
def make_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Table]:
    def make(essential: bool = True) -> Table:
        table = Table(tmp_path, FakeClock(), essential)
        monkeypatch.setattr(module, "Child", table.start)
        assert table.supervisor.tick() is None
        return table

    return make


def test_window_closed_by_hand_ends_the_table(make_table: Callable[..., Table]) -> None:
    assert make_table().end(CLOSED) == 0


def test_stage_that_ends_for_a_new_window_gets_one_however_often(
    make_table: Callable[..., Table],
) -> None:
    table = make_table()
    for _ in range(3 * CONFIG.restart_budget):
        assert table.end(0) is None
    assert len(table.lives) == 1 + 3 * CONFIG.restart_budget


def test_crashes_of_last_month_do_not_end_the_table(make_table: Callable[..., Table]) -> None:
    table = make_table()
    for _ in range(CONFIG.restart_budget):
        assert table.end(3) is None
    assert table.end(3, after_s=30 * 86400) is None
    assert table.supervisor.watched["stage"].restarts == CONFIG.restart_budget + 1


def test_crash_loop_of_an_essential_process_ends_the_table(
    make_table: Callable[..., Table],
) -> None:
    table = make_table()
    endings = [table.end(3) for _ in range(CONFIG.restart_budget + 1)]
    assert endings == [None, None, None, 1]


def test_process_that_cannot_be_killed_is_left_and_another_started(
    make_table: Callable[..., Table], caplog: pytest.LogCaptureFixture
) -> None:
    table = make_table(essential=False)
    table.lives[0].stuck = True
    with caplog.at_level(logging.ERROR):
        assert table.look_for(60.0) is None
    assert table.lives[0].signals == [signal.SIGABRT, signal.SIGKILL]
    assert "stage was killed and hangs in the kernel" in caplog.text
    assert len(table.lives) == 2
    assert table.supervisor.watched["stage"].last_exit == "no sign of life (SIGKILL)"


def test_process_that_a_signal_holds_still_is_killed_before_it_is_missed(
    make_table: Callable[..., Table],
) -> None:
    table = make_table()
    table.lives[0].heart = FakeHeart()
    table.lives[0].heart.last = table.clock()
    table.lives[0].is_stopped = True
    table.supervisor.tick()
    table.clock.advance(1.1 * STOPPED_FOR_S)
    table.supervisor.tick()
    assert table.lives[0].signals == [signal.SIGKILL]
    table.look_for(5.0)
    assert table.supervisor.watched["stage"].last_exit == "stopped by a signal (SIGKILL)"
    assert len(table.lives) == 2


def test_process_that_goes_on_again_is_left_alone(make_table: Callable[..., Table]) -> None:
    table = make_table()
    table.lives[0].heart = FakeHeart()
    for is_stopped in (True, False, True, False):
        table.lives[0].heart.last, table.lives[0].is_stopped = table.clock(), is_stopped
        table.supervisor.tick()
        table.clock.advance(0.75 * STOPPED_FOR_S)
    assert table.lives[0].signals == []


def test_processes_that_cannot_be_killed_do_not_pile_up(make_table: Callable[..., Table]) -> None:
    table = make_table(essential=False)
    for _ in range(10):
        table.lives[-1].stuck = True
        table.look_for(60.0)
    assert len(table.lives) == 2
    table.lives[0].exit_code = -signal.SIGKILL  # the driver let it go
    table.look_for(60.0)
    assert len(table.lives) == 3


def test_stop_leaves_behind_what_cannot_be_killed(make_table: Callable[..., Table]) -> None:
    table = make_table()
    table.lives[0].stuck = True
    began = table.clock()
    table.supervisor.stop()
    assert table.lives[0].signals == [signal.SIGTERM, signal.SIGKILL]
    assert table.clock() - began == pytest.approx(END_WITHIN_S + GONE_WITHIN_S, abs=0.1)


def test_process_that_cannot_be_started_is_tried_again(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = make_table()

    def no_memory(*_: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    with monkeypatch.context() as patched:
        patched.setattr(module, "Child", no_memory)
        assert table.end(3) is None
    assert table.supervisor.watched["stage"].last_exit == "not started: Cannot allocate memory"
    assert table.look_for(60.0) is None
    assert len(table.lives) == 2


def test_start_in_a_crowd_is_not_killed_and_begun_again(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a load of fifteen the page needs minutes to its first beat, in every new start too."""
    monkeypatch.setattr(FakeHeart, "last", 0.0)
    monkeypatch.setattr(
        silence, "processor_waits", lambda pid: {pid: 0.95 * (table.clock() - 100.0)}
    )
    monkeypatch.setattr(silence, "processor_time", lambda _: table.clock() - 100.0)
    table = make_table()
    assert table.look_for(5 * 60.0) is None
    assert (len(table.lives), table.lives[0].signals) == (1, [])


def test_start_that_hangs_is_killed_when_its_time_is_over(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It spins, or the system does not tell; where it does nothing at all that is known sooner."""
    monkeypatch.setattr(FakeHeart, "last", 0.0)
    monkeypatch.setattr(silence, "processor_time", lambda _: None)
    monkeypatch.setattr(silence, "processor_waits", lambda pid: {pid: 0.0})
    table = make_table()
    assert table.look_for(60.0) is None
    assert table.lives[0].signals == [signal.SIGABRT]
    assert len(table.lives) == 2
