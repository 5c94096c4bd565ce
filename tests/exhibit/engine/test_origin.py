"""Where an answer comes from: what is recalled if that is known, what looks like it if not."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from exhibit.contract.memory import Provenance
from exhibit.contract.records import Origin, RecordReader
from exhibit.contract.values import Find, Gray, Picture
from exhibit.engine.origin import OriginTeller
from exhibit.recall import Memory
from tests.fakes.clock import FakeClock

SIDE = 128


def _drawn(kind: str) -> Gray:
    drawing = np.full((SIDE, SIDE), 255, np.uint8)
    if kind == "ring":
        cv2.circle(drawing, (64, 64), 60, 0, 2)
    elif kind == "cross":
        cv2.line(drawing, (4, 4), (124, 124), 0, 2)
        cv2.line(drawing, (4, 124), (124, 4), 0, 2)
    else:
        for row in range(4, SIDE, 24):
            cv2.line(drawing, (2, row), (125, row), 0, 2)
    return drawing


@pytest.fixture(scope="module")
def memory() -> Memory:
    return Memory.of([_drawn(kind) for kind in ("ring", "cross", "rows")])


class Told:
    """An engine that tells, and a stage that reads."""

    def __init__(self, run_dir: Path, memory: Memory | None) -> None:
        self.clock = FakeClock()
        self._teller = OriginTeller(run_dir, self.clock)
        self._teller.use(memory)
        self._reader = RecordReader(run_dir, Origin)

    def tell(self, pixels: Gray | None, *finds: Find, is_asked: bool = True) -> Origin:
        picture = None if pixels is None else Picture(1, self.clock(), pixels)
        self._teller.tell(picture, finds, is_asked)
        return self._reader.look()


def _find(row: int, scale: float = 0.5) -> Find:
    return Find(row, False, scale, np.zeros(2, np.float32), 0.5)


@pytest.mark.parametrize(("kind", "row"), [("ring", 1), ("cross", 2), ("rows", 3)])
def test_origin_of_an_answer_is_the_drawing_it_is_most_like(
    tmp_path: Path, memory: Memory, kind: str, row: int
) -> None:
    # Smaller than in the memory, elsewhere, and a picture of another size.
    answer = np.full((SIDE, SIDE), 255, np.uint8)
    answer[50:110, 8:68] = cv2.resize(_drawn(kind), (60, 60), interpolation=cv2.INTER_AREA)
    answer = np.where(answer < 200, 0, 255).astype(np.uint8)
    assert Told(tmp_path, memory).tell(answer) == Origin(row, 3)


def test_origin_that_is_recalled_is_that_drawing_and_the_largest_of_several(
    tmp_path: Path, memory: Memory
) -> None:
    told = Told(tmp_path, memory)
    assert told.tell(_drawn("ring"), _find(2, 0.3), _find(1, 0.6)) == Origin(2, 3)


def test_origin_nobody_asks_for_is_not_searched(tmp_path: Path, memory: Memory) -> None:
    told = Told(tmp_path, memory)
    assert told.tell(_drawn("ring"), is_asked=False) == Origin(0, 3)
    told.clock.advance(1)
    assert told.tell(None) == Origin(1, 3)


def test_origin_of_a_growing_picture_is_looked_for_twice_a_second(
    tmp_path: Path, memory: Memory
) -> None:
    told = Told(tmp_path, memory)
    assert told.tell(_drawn("ring")) == Origin(1, 3)
    told.clock.advance(0.1)
    assert told.tell(_drawn("cross")) == Origin(1, 3)
    told.clock.advance(0.5)
    assert told.tell(None) == Origin(2, 3)


def test_origin_of_blank_paper_is_none(tmp_path: Path, memory: Memory) -> None:
    told = Told(tmp_path, memory)
    told.tell(_drawn("ring"))
    told.clock.advance(1)
    assert told.tell(np.full((SIDE, SIDE), 255, np.uint8)) == Origin(0, 3)


def test_origin_without_a_memory_is_none(tmp_path: Path) -> None:
    assert Told(tmp_path, None).tell(_drawn("ring")) == Origin()


def test_origin_is_never_a_drawing_that_is_barred(tmp_path: Path) -> None:
    drawings = [_drawn(kind) for kind in ("ring", "cross", "rows")]
    records = [Provenance(item=str(n), source="", barred=n == 0) for n in range(3)]
    told = Told(tmp_path, Memory.of(drawings, records))
    assert told.tell(_drawn("ring")).drawing in (2, 3)
