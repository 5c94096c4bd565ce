"""Pictures cross between processes: the newest wins, none is torn, and a restart breaks nobody."""

from pathlib import Path

import numpy as np
import pytest

from exhibit.contract import slot as module
from exhibit.contract.slot import Slot


def _picture(value: int, side: int = 4) -> np.ndarray:
    return np.full((side, side), value, np.uint8)


def test_slot_reader_gets_the_newest_once_and_overwritten_ones_are_counted(tmp_path: Path) -> None:
    writer = Slot.create(tmp_path / "picture.slot", 16)
    reader = Slot.attach(writer.path)
    assert reader.take() is None
    for number in (1, 2, 3):
        writer.publish(number, number / 10, _picture(number))
    newest = reader.take()
    assert newest is not None
    assert (newest.sequence, newest.captured_at, newest.pixels[0, 0]) == (3, 0.3, 3)
    assert reader.take(newest.version) is None
    assert writer.overwritten == 2


def test_slot_peek_leaves_no_mark(tmp_path: Path) -> None:
    writer = Slot.create(tmp_path / "picture.slot", 16)
    writer.publish(1, 0.0, _picture(1))
    assert Slot.attach(writer.path).peek() is not None
    writer.publish(2, 0.0, _picture(2))
    assert writer.overwritten == 1


def test_slot_colour_picture_keeps_its_shape(tmp_path: Path) -> None:
    slot = Slot.create(tmp_path / "composite.slot", 4 * 6 * 3)
    slot.publish(1, 0.0, np.arange(72, dtype=np.uint8).reshape(4, 6, 3))
    published = slot.peek()
    assert published is not None
    assert published.pixels.shape == (4, 6, 3)
    assert published.pixels[3, 5, 2] == 71


def test_slot_picture_larger_than_the_slot_is_refused(tmp_path: Path) -> None:
    slot = Slot.create(tmp_path / "picture.slot", 16)
    with pytest.raises(ValueError, match=r"25 bytes does not fit the slot picture\.slot of 16"):
        slot.publish(1, 0.0, _picture(1, side=5))


def test_slot_writer_stopped_within_a_write_leaves_the_picture_whole(tmp_path: Path) -> None:
    """A writer killed in mid-write must take nothing from the stage, and the next goes on."""
    writer = Slot.create(tmp_path / "picture.slot", 16)
    writer.publish(1, 0.0, _picture(1))
    interrupted = Slot.attach(writer.path)
    interrupted._buffers[0][:8] = bytes([99] * 8)  # half of version 2
    newest = writer.peek()
    assert newest is not None
    np.testing.assert_array_equal(newest.pixels, _picture(1))
    Slot.resume(writer.path, 16).publish(2, 0.0, _picture(2))
    newest = writer.peek()
    assert newest is not None
    np.testing.assert_array_equal(newest.pixels, _picture(2))


def test_slot_made_anew_leaves_readers_of_the_old_one_alive(tmp_path: Path) -> None:
    old = Slot.create(tmp_path / "picture.slot", 16)
    old.publish(1, 0.0, _picture(1))
    Slot.resume(tmp_path / "picture.slot", 64).publish(2, 0.0, _picture(2, side=8))
    remembered = old.peek()
    assert remembered is not None
    assert remembered.pixels[0, 0] == 1
    found = Slot.attach(tmp_path / "picture.slot").peek()
    assert found is not None
    assert found.pixels.shape == (8, 8)


class Watched:
    """Stands in for the barrier, and notes what a slot held at each of them.

    Only a processor that reorders memory, such as an Arm, shows that a barrier is missing; that it
    lies between what must keep its order can be seen anywhere.
    """

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.seen: list[tuple[int, list[int]]] = []

    def __call__(self) -> None:
        self.seen.append((self.slot.version, [int(buffer[0]) for buffer in self.slot._buffers]))


def test_slot_write_is_ordered_after_the_last_version_and_before_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = Slot.create(tmp_path / "picture.slot", 16)
    slot.publish(1, 0.0, _picture(1))
    watched = Watched(slot)
    monkeypatch.setattr(module, "barrier", watched)
    slot.publish(2, 0.0, _picture(2))
    assert watched.seen == [(1, [0, 1]), (1, [2, 1])]
    assert slot.version == 2


def test_slot_read_is_ordered_between_both_looks_at_the_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = Slot.create(tmp_path / "picture.slot", 16)
    slot.publish(1, 0.0, _picture(1))
    steps: list[str] = []
    copy = slot._copy
    monkeypatch.setattr(module, "barrier", lambda: steps.append("barrier"))
    monkeypatch.setattr(slot, "_copy", lambda version: (steps.append("copy"), copy(version))[1])
    assert slot.peek() is not None
    assert steps == ["barrier", "copy", "barrier"]


def test_slot_that_forgets_keeps_the_newest_picture_alone(tmp_path: Path) -> None:
    slot = Slot.create(tmp_path / "a.slot", 16)
    slot.publish(1, 1.0, np.full((4, 4), 71, np.uint8))
    slot.publish(2, 2.0, np.full((4, 4), 72, np.uint8))
    slot.forget()
    kept = slot.peek()
    assert kept is not None
    assert (kept.pixels == 72).all()
    assert bytes([71] * 16) not in (tmp_path / "a.slot").read_bytes()
