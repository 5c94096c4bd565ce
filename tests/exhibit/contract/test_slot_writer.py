"""Pictures change size while the table runs, and memory may be full: neither may end a process."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.slot import Slot
from exhibit.contract.slot_writer import SlotWriter
from tests.fakes.clock import FakeClock


def _picture(grey: int, *shape: int) -> np.ndarray:
    return np.full(shape, grey, np.uint8)


def _newest(path: Path) -> np.ndarray:
    newest = Slot.attach(path).peek()
    assert newest is not None
    return newest.pixels


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "camera.slot"


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Memory is full until this is undone."""

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", no_room)
    return monkeypatch


def test_writer_follows_the_size_of_its_pictures(path: Path) -> None:
    writer = SlotWriter(path)
    for shape in ((4, 6), (8, 9), (2, 3), (8, 9, 3)):
        assert writer.publish(1, 0.0, _picture(shape[0], *shape))
        np.testing.assert_array_equal(_newest(path), _picture(shape[0], *shape))


def test_writer_counts_overwritten_pictures_over_all_sizes(path: Path) -> None:
    writer = SlotWriter(path)
    for side in (2, 2, 9, 9):
        writer.publish(1, 0.0, _picture(1, side, side))
    assert writer.overwritten == 2


def test_writer_goes_on_with_the_slot_of_a_process_that_ended(path: Path) -> None:
    SlotWriter(path).publish(1, 0.0, _picture(1, 4, 4))
    reader = Slot.attach(path)
    SlotWriter(path).publish(2, 0.0, _picture(2, 4, 4))
    newest = reader.peek()
    assert newest is not None
    assert (newest.version, newest.sequence) == (2, 2)


def test_writer_without_room_says_so_and_publishes_once_there_is(
    path: Path, full: pytest.MonkeyPatch
) -> None:
    clock = FakeClock()
    writer = SlotWriter(path, clock)
    assert not writer.publish(1, 0.0, _picture(1, 4, 4))
    assert "camera.slot: No space left on device" in writer.fault
    assert list(path.parent.iterdir()) == []
    full.undo()
    assert not writer.publish(2, 0.0, _picture(2, 4, 4))  # it does not ask every time
    clock.advance(1.0)
    assert writer.publish(3, 0.0, _picture(3, 4, 4))
    assert writer.fault == ""
    assert _newest(path)[0, 0] == 3


def test_writer_without_room_for_a_larger_picture_goes_on_with_smaller_ones(
    path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    writer = SlotWriter(path)
    writer.publish(1, 0.0, _picture(1, 4, 4))
    request.getfixturevalue("full")
    assert not writer.publish(2, 0.0, _picture(2, 9, 9))
    assert writer.publish(3, 0.0, _picture(3, 4, 4))
    assert _newest(path)[0, 0] == 3
