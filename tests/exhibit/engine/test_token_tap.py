"""Tokens must be told at once, kept out of the ink, and cost nothing where nobody wants them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from exhibit.camera.simulated import DIFFICULTIES, SimulatedTable
from exhibit.contract.geometry import mounting
from exhibit.contract.laid_tokens import LaidTokenReader, LaidTokenWriter
from exhibit.contract.settings.tokens import TokensConfig
from exhibit.contract.values import Frame, Gray, Ink
from exhibit.engine.token_tap import TokenTap

BLANK = np.full((8, 8), 255, np.uint8)
ON, OFF = TokensConfig(enabled=True), TokensConfig()


class Given:
    """An extractor that keeps which frames it was given."""

    def __init__(self) -> None:
        self.covered: list[Gray | None] = []

    def extract(self, frame: Frame) -> Ink:
        """Return blank paper."""
        self.covered.append(frame.covered)
        return Ink.at_rest(BLANK, BLANK, frame.sequence, frame.captured_at)


def _tap(tmp_path: Path, config: TokensConfig) -> tuple[TokenTap, Given, LaidTokenReader]:
    given = Given()
    writer = LaidTokenWriter(tmp_path)
    tap = TokenTap(given, config, True, mounting(640, 480, True, 0), writer)
    return tap, given, LaidTokenReader(tmp_path)


def _visit() -> list[Frame]:
    """Frames of a token that lies there, and of the sheet after it has gone."""
    table = SimulatedTable(replace(DIFFICULTIES["clean"], tokens=1), 1)
    (token,) = table.visit_at(0.0).tokens
    times = [*(token.from_s + 2.4 + n / 30 for n in range(3)), token.until_s + 0.5]
    return [table.frame_at(at) for at in times]


def test_token_tap_tells_covers_and_names_what_happened(tmp_path: Path) -> None:
    tap, given, reader = _tap(tmp_path, ON)
    frames = _visit()
    events, laid = [], []
    for frame in frames:
        events.append([(event.name, event.detail) for event in tap.extract(frame).events])
        laid.append(reader.look())
    assert events == [[], [("token_laid", "1")], [], [("token_taken", "1")]]
    assert [len(tokens) for tokens in laid] == [0, 1, 1, 0]
    truth = frames[1].truth
    assert truth is not None
    assert abs(laid[1][0].angle_deg - truth.tokens[0].angle_deg) < 3
    shown = [covered is not None for covered in given.covered]
    assert shown == [True, True, True, False]


def test_token_tap_keeps_covered_what_was_covered_before_it(tmp_path: Path) -> None:
    tap, given, _ = _tap(tmp_path, ON)
    marks = np.zeros((480, 640), np.uint8)
    marks[:9, :9] = 1
    for frame in _visit():
        tap.extract(replace(frame, covered=marks))
    assert all(covered is not None and covered[:9, :9].all() for covered in given.covered)
    sums = [0 if covered is None else int(covered.sum()) for covered in given.covered]
    assert sums[1] > sums[-1] == marks.sum()


def test_token_tap_that_is_off_looks_for_nothing(tmp_path: Path) -> None:
    tap, given, reader = _tap(tmp_path, OFF)
    for frame in _visit():
        assert tap.extract(frame).events == ()
    assert given.covered == [None] * 4
    assert reader.look() == ()
    assert tap.times.percentiles() == {}


def test_token_tap_turned_off_lets_go_of_what_lies_there(tmp_path: Path) -> None:
    tap, given, reader = _tap(tmp_path, ON)
    frames = _visit()
    for frame in frames[:2]:
        tap.extract(frame)
    assert len(reader.look()) == 1
    tap.configure(OFF)
    tap.extract(frames[2])
    assert reader.look() == ()
    assert given.covered[-1] is None


def test_token_tap_of_an_engine_that_starts_again_says_nothing_before_it_has_looked(
    tmp_path: Path,
) -> None:
    frames = _visit()
    first, _, reader = _tap(tmp_path, ON)
    for frame in frames[:2]:
        first.extract(frame)
    told = reader.look()
    again, _, _ = _tap(tmp_path, ON)
    for frame in frames[:2]:
        again.extract(frame)
        assert [token.number for token in reader.look()] == [1]
    third, _, _ = _tap(tmp_path, ON)
    gone = frames[-1]
    third.extract(gone)
    assert len(told) == len(reader.look()) == 1
    third.extract(replace(gone, captured_at=gone.captured_at + 0.5))
    assert reader.look() == ()
