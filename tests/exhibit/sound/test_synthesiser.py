"""Sound must stay quiet, smooth and the same each time, and must take no memory for a block."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exhibit.contract.values import Floats
from exhibit.sound.bed import Bed
from exhibit.sound.gliding import upwards
from exhibit.sound.limiter import CEILING, Limiter
from exhibit.sound.score import BLOCK, LOOK_AHEAD, SILENCE, Levels, Score
from exhibit.sound.synthesiser import Synthesiser

RATES = (44100.0, 48000.0)
DRAWING = Score(speed=0.8, darkness=0.7, pan=0.2, travel=0.5, awake=1.0)
LARGEST_STEP = 0.05
SMALLEST = 1.0 / 32768.0


def _played(synthesiser: Synthesiser, score: Score, blocks: int, channels: int = 2) -> Floats:
    out = np.zeros((blocks, BLOCK, channels), np.float32)
    for block in out:
        synthesiser.fill(score, block)
    return out.reshape(-1, channels)


def _largest_step(sound: Floats) -> float:
    return float(np.abs(np.diff(sound, axis=0)).max())


def _loudness(sound: Floats) -> float:
    return float(np.sqrt(np.square(sound).mean()))


@pytest.mark.parametrize("rate", RATES)
def test_synthesiser_begins_at_nothing_and_ends_in_silence_without_a_click(rate: float) -> None:
    synthesiser = Synthesiser(rate)
    begun = _played(synthesiser, DRAWING, 100)
    assert np.abs(begun[0]).max() < SMALLEST
    gone = replace(DRAWING, levels=Levels(volume=0.0))
    ended = _played(synthesiser, gone, 120)
    assert _largest_step(np.concatenate((begun, ended))) <= LARGEST_STEP
    assert synthesiser.silent
    assert not ended[-BLOCK:].any()


@pytest.mark.parametrize("rate", RATES)
def test_synthesiser_with_everything_at_its_loudest_steps_and_peaks_little(rate: float) -> None:
    synthesiser, sound = Synthesiser(rate), []
    for number in range(40):
        score = Score(
            speed=number % 2,
            darkness=(number // 2) % 2,
            pan=(-1) ** number,
            place=(2.0 * (-1) ** (number // 3), 2.0, (-2.0) ** (number % 2)),
            travel=number % 2,
            awake=1.0,
            fresh_sheets=number,
            first_lines=number,
            recalls=number,
            rests=number,
        )
        sound.append(_played(synthesiser, score, 25))
    everything = np.concatenate(sound)
    assert np.abs(everything).max() <= CEILING
    assert _largest_step(everything) <= LARGEST_STEP


def test_synthesiser_of_the_same_seed_and_scores_gives_the_same_bits() -> None:
    first, second, other = (_played(Synthesiser(48000.0, seed), DRAWING, 60) for seed in (3, 3, 4))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_synthesiser_of_one_channel_plays_the_mean_of_two() -> None:
    one = _played(Synthesiser(48000.0), DRAWING, 60, channels=1)
    two = _played(Synthesiser(48000.0), DRAWING, 60)
    assert np.allclose(one[:, 0], two.mean(axis=1), atol=1e-6)


def test_grain_follows_the_speed_darkness_and_place_of_the_pen() -> None:
    grain = Levels(bed=0.0, cues=0.0)

    def heard(**pen: float) -> Floats:
        score = replace(DRAWING, levels=grain, **pen)
        return _played(Synthesiser(48000.0), score, 300)[20_000:]

    assert _loudness(heard(speed=0.0)) < SMALLEST
    assert _loudness(heard(speed=0.2)) < 0.6 * _loudness(heard(speed=1.0))
    assert _loudness(heard(darkness=0.1)) < 0.6 * _loudness(heard(darkness=1.0))
    left, right = heard(pan=-1.0).std(axis=0)
    assert left > 3 * right
    slow, fast = (_centroid(heard(speed=speed)) for speed in (0.1, 1.0))
    assert fast > 1.3 * slow


def test_bed_changes_its_chord_with_the_place_of_the_code() -> None:
    bed = Levels(grain=0.0, cues=0.0)
    spectra = []
    for place in ((2.0, 0.0, 0.0), (-2.0, 0.0, 0.0)):
        score = replace(DRAWING, levels=bed, place=place)
        sound = _played(Synthesiser(48000.0), score, 2000)[-(2**17) :, 0]
        spectra.append(np.abs(np.fft.rfft(sound)))
    first, second = spectra
    assert float(first @ second) < 0.5 * float(np.linalg.norm(first) * np.linalg.norm(second))


def test_bed_is_made_in_products_too_small_for_a_second_thread() -> None:
    """OpenBLAS shares larger ones out among threads, which spin: a third of a core was lost."""
    bed = Bed(48000.0, np.random.default_rng(1), upwards())
    _, rows, waves = bed._matrices.shape
    assert rows * waves * BLOCK <= 4 * 65536


@pytest.mark.parametrize("count", ["fresh_sheets", "first_lines", "recalls", "rests"])
def test_cue_is_heard_once_when_its_count_rises_and_not_at_the_start(count: str) -> None:
    cues = replace(DRAWING, levels=Levels(grain=0.0, bed=0.0), **{count: 7})
    synthesiser = Synthesiser(48000.0)
    assert not _played(synthesiser, cues, 50).any()
    assert _loudness(_played(synthesiser, replace(cues, **{count: 8}), 200)) > 0.001
    assert not _played(synthesiser, replace(cues, **{count: 8}), 2000)[-BLOCK:].any()
    # An engine that starts again counts from nothing.
    assert not _played(synthesiser, replace(cues, **{count: 0}), 50).any()


def test_synthesiser_takes_no_memory_for_a_block() -> None:
    synthesiser, out = Synthesiser(48000.0), np.zeros((BLOCK, 2), np.float32)
    scores = [replace(DRAWING, fresh_sheets=number, speed=number / 50) for number in range(50)]
    for score in scores[:10]:
        synthesiser.fill(score, out)
    gc.disable()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for score in scores[10:]:
            synthesiser.fill(score, out)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    # Python's own numbers and views, handed back at once, and half a kilobyte for whoever measures
    # coverage; an array of a block would be 2 kB more.
    assert peak - before < 2.75 * BLOCK * out.itemsize


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0.0, 30.0, allow_subnormal=False), min_size=2, max_size=12),
    st.integers(0, 2**31),
)
def test_limiter_lets_no_peak_pass_and_leaves_quiet_sound_alone(
    loudness: list[float], seed: int
) -> None:
    random, limiter = np.random.default_rng(seed), Limiter(48000.0)
    given_bus, got = [], []
    for loud in loudness:
        bus = (loud * random.uniform(-1, 1, (2, BLOCK))).astype(np.float32)
        given_bus.append(bus)
        limiter.coming[:] = bus
        got.append(limiter.pass_on(loud).copy())
    assert max(np.abs(bus).max() for bus in got) <= CEILING
    if max(loudness) <= CEILING:
        limited, before = np.concatenate(got, axis=1), np.concatenate(given_bus, axis=1)
        assert np.array_equal(limited[:, LOOK_AHEAD:], before[:, :-LOOK_AHEAD])


def test_silence_is_silent() -> None:
    assert not _played(Synthesiser(48000.0), SILENCE, 10).any()


def _centroid(sound: Floats) -> float:
    power = np.square(np.abs(np.fft.rfft(sound[:, 0])))
    return float(power @ np.fft.rfftfreq(len(sound), 1 / 48000.0) / power.sum())
