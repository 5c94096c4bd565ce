"""A reader must find a slot that comes late, and one that took the place of another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.slot import Slot
from exhibit.contract.slot_reader import SlotReader


def _grey(value: int, side: int = 4) -> np.ndarray:
    return np.full((side, side), value, np.uint8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "picture.slot"


def test_reader_waits_for_a_slot_that_is_not_there_yet(path: Path) -> None:
    reader = SlotReader(path)
    assert (reader.take(), reader.has_news()) == (None, False)
    Slot.create(path, 16).publish(1, 0.5, _grey(7))
    assert reader.has_news()
    found = reader.take()
    assert found is not None
    assert (found.pixels[0, 0], reader.version) == (7, 1)


def test_reader_gives_every_picture_once(path: Path) -> None:
    slot, reader = Slot.create(path, 16), SlotReader(path)
    slot.publish(1, 0.5, _grey(7))
    assert reader.peek() is not None
    assert reader.peek() is None
    slot.publish(2, 0.6, _grey(8))
    assert reader.has_news()
    assert reader.take() is not None


def test_reader_turns_to_a_slot_that_took_the_place_of_another(path: Path) -> None:
    reader = SlotReader(path)
    Slot.create(path, 16).publish(1, 0.5, _grey(7))
    reader.take()
    Slot.create(path, 64).publish(1, 0.6, _grey(8, 8))
    found = reader.take()
    assert found is not None
    assert found.pixels.shape == (8, 8)


def test_reader_goes_on_with_a_slot_whose_file_is_gone(path: Path) -> None:
    slot, reader = Slot.create(path, 16), SlotReader(path)
    reader.take()
    path.unlink()
    slot.publish(1, 0.5, _grey(7))
    assert reader.take() is not None
