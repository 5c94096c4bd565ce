"""Whoever acts on tokens must see those that lie, all of them, and nobody else's bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exhibit.contract.laid_tokens import LaidToken, LaidTokenReader, LaidTokenWriter
from exhibit.contract.slot_writer import SlotWriter

FIRST = LaidToken(4, -12.5, 0.25, 0.5, 10.0)
SECOND = LaidToken(1, 90.0, 0.75, 0.5, 11.0)


def test_laid_tokens_arrive_in_the_order_in_which_they_were_laid(tmp_path: Path) -> None:
    writer, reader = LaidTokenWriter(tmp_path), LaidTokenReader(tmp_path)
    assert reader.look() == ()
    writer.publish(1, 1.0, (SECOND, FIRST))
    assert reader.look() == (FIRST, SECOND)
    assert reader.look() == (FIRST, SECOND)
    writer.publish(2, 2.0, ())
    assert reader.look() == ()


def test_laid_tokens_more_than_there_is_room_for_leave_the_last_out(tmp_path: Path) -> None:
    writer, reader = LaidTokenWriter(tmp_path), LaidTokenReader(tmp_path)
    writer.publish(1, 1.0, [LaidToken(n, 0.0, 0.0, 0.0, float(n)) for n in range(20)])
    assert [token.number for token in reader.look()] == list(range(12))


def test_laid_tokens_of_another_release_are_not_taken(tmp_path: Path) -> None:
    reader = LaidTokenReader(tmp_path)
    SlotWriter(tmp_path / "tokens.slot").publish(1, 1.0, np.ones((2, 8), np.uint8))
    assert reader.look() == ()
