"""Records cross whole, and one of another release is left alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exhibit.contract.records import Gesture, Heard, RecordReader, RecordWatch, RecordWriter
from exhibit.contract.slot_writer import SlotWriter


def test_record_arrives_whole_and_the_newest_wins(tmp_path: Path) -> None:
    reader, writer = RecordReader(tmp_path, Gesture), RecordWriter(tmp_path, Gesture)
    assert reader.look() == Gesture()
    newest = Gesture(speed=0.25, pan=-1.0, rests=2.0**40 + 1)
    for number, record in enumerate((Gesture(speed=1.0), newest)):
        writer.publish(number, 7.5 + number, record)
    assert reader.look() == newest
    assert reader.captured_at == 8.5
    assert reader.look() == newest


def test_record_of_another_length_is_left_alone(tmp_path: Path) -> None:
    SlotWriter(tmp_path / "heard.slot").publish(1, 1.0, np.zeros((1, 40), np.uint8))
    assert RecordReader(tmp_path, Heard).look() == Heard()


def test_record_watched_is_told_once_also_of_a_writer_that_begins_anew(tmp_path: Path) -> None:
    watch = RecordWatch(tmp_path, Heard)
    watch.attach()
    assert (watch.look(), watch.newest) == (False, Heard())
    for number in range(3):
        RecordWriter(tmp_path, Heard).publish(number, 1.5, Heard(level=0.5))
    watch.attach()
    assert (watch.look(), watch.newest, watch.captured_at) == (True, Heard(level=0.5), 1.5)
    assert not watch.look()
    # A slot that takes the place of another one counts from nothing.
    (tmp_path / "heard.slot").unlink()
    RecordWriter(tmp_path, Heard).publish(1, 2.5, Heard(onset=1.0))
    assert not watch.look()
    watch.attach()
    assert (watch.look(), watch.newest) == (True, Heard(onset=1.0))
