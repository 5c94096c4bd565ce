"""A crowded machine must not look like a process that hangs, nor one that hangs like a crowd."""

from __future__ import annotations

import os
import sys

import pytest

from exhibit.supervisor.silence import Silence, Standstill, processor_time, processor_waits

STEP_S = 0.05


class Kernel:
    """Says how long two threads have waited for a processor; a test says how busy it is."""

    def __init__(self) -> None:
        self.asked = 0
        self.waits = {11: 0.0, 12: 5.0}

    def __call__(self, pid: int) -> dict[int, float]:
        assert pid == 11
        self.asked += 1
        return dict(self.waits)


def _silent_for(seconds: float, kernel: Kernel, waiting: dict[int, float], beat: float) -> float:
    """Return the silence after some seconds in which threads waited some share of the time."""
    silence, measured = Silence(11, 100.0, kernel), 0.0
    for step in range(round(seconds / STEP_S) + 1):
        measured = silence.measure(100.0 + step * STEP_S, beat)
        for task, share in waiting.items():
            kernel.waits[task] = kernel.waits.get(task, 0.0) + share * STEP_S
    return measured


@pytest.mark.parametrize("beat", [0.0, 100.0])
def test_silence_of_a_process_that_hangs_counts_in_full(beat: float) -> None:
    assert _silent_for(30.0, Kernel(), {}, beat) == pytest.approx(30.0)


def test_silence_of_a_process_that_waits_for_a_processor_hardly_counts() -> None:
    measured = _silent_for(300.0, Kernel(), {11: 0.97}, beat=0.0)
    assert measured == pytest.approx(0.03 * 300, abs=1.0)


def test_silence_of_a_process_that_waits_for_long_at_a_time_hardly_counts() -> None:
    """The kernel tells of a wait when it ends: ten seconds at once, after looks that saw none."""
    kernel, measured = Kernel(), 0.0
    silence = Silence(11, 100.0, kernel)
    for step in range(1, 601):
        if step % 20 == 0:
            kernel.waits[11] += 9.7
        measured = silence.measure(100.0 + 0.5 * step, beat=0.0)
    assert measured == pytest.approx(0.03 * 300, abs=0.1)


def test_silence_for_a_thread_that_all_others_wait_for_hardly_counts() -> None:
    assert _silent_for(300.0, Kernel(), {12: 1.0}, beat=0.0) < 2.0


def test_silence_of_threads_that_wait_in_turn_is_excused_once() -> None:
    measured = _silent_for(100.0, Kernel(), {11: 0.5, 12: 0.5}, beat=0.0)
    assert measured == pytest.approx(50.0, abs=1.0)


def test_silence_a_new_thread_brings_no_excuse_of_its_past() -> None:
    kernel = Kernel()
    silence = Silence(11, 0.0, kernel)
    silence.measure(1.0, 0.0)
    kernel.waits[13] = 1000.0
    assert silence.measure(2.0, 0.0) == 2.0


def test_silence_ends_with_a_beat_and_asks_nothing_of_the_lively() -> None:
    kernel = Kernel()
    silence = Silence(11, 0.0, kernel)
    for step in range(1, 100):
        assert silence.measure(step * STEP_S, beat=step * STEP_S - 0.01) == pytest.approx(0.01)
    assert kernel.asked == 0


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's scheduler")
def test_processor_waits_names_this_thread() -> None:
    waits = processor_waits(os.getpid())
    assert waits[os.getpid()] >= 0


def test_processor_waits_of_a_process_that_is_gone_is_empty() -> None:
    assert processor_waits(2**22 + 1) == {}


def test_standstill_is_measured_from_the_last_time_that_anything_was_done() -> None:
    had_s = 0.0
    standstill = Standstill(11, 100.0, lambda _: had_s)
    for second in range(60):
        # Ten seconds of work; then a thread that only looks every second whether it may go on.
        had_s += 0.3 if second < 10 else 0.0005
        measured = standstill.measure(100.0 + second)
    assert measured == pytest.approx(50.0)


def test_standstill_of_a_start_that_plans_for_a_card_never_grows() -> None:
    had_s, longest = 0.0, 0.0
    standstill = Standstill(11, 0.0, lambda _: had_s)
    for step in range(600):
        had_s += 0.005
        longest = max(longest, standstill.measure(0.3 * step))
    assert longest < 3.0


def test_standstill_where_the_system_does_not_tell_is_none() -> None:
    standstill = Standstill(11, 0.0, lambda _: None)
    assert [standstill.measure(now) for now in (10.0, 100.0)] == [0.0, 0.0]


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's scheduler")
def test_processor_time_grows_with_what_the_first_thread_does() -> None:
    before = processor_time(os.getpid())
    sum(range(2_000_000))
    after = processor_time(os.getpid())
    assert before is not None and after is not None and after > before


def test_processor_time_of_a_process_that_is_gone_is_none() -> None:
    assert processor_time(2**22 + 1) is None
