"""What the ink leaves out: from a memory that holds the drawing, and from one that does not."""

import numpy as np
import pytest

pytest.importorskip("torch")

from exhibit.contract.memory import Provenance
from exhibit.recall import Memory
from models.evaluation.hidden import hidden_lines
from tests.exhibit.recall import shapes
from tests.models.evaluation.measured import Card

DRAWINGS = (shapes.house(), shapes.wave(), shapes.ring())


class Recalling:
    """A model that shows the drawing which is found in the ink, or else the ink alone."""

    card = Card(stroke_width_px=3.0, ink_size=256)

    def __init__(self) -> None:
        records = [Provenance(item=name, source="") for name in "abc"]
        self.memory = Memory.of(DRAWINGS, records)
        self.barred: list[np.ndarray] = []

    def answer(self, ink: np.ndarray, memory: Memory | None = None) -> np.ndarray:
        """Return the best find as it is."""
        if memory is not None:
            self.barred.append(memory.barred)
        finds = (memory or self.memory).search(ink, 1)
        return self.memory.drawing(finds[0].drawing) if finds else ink


def test_hidden_lines_are_drawn_by_a_memory_that_holds_the_drawing() -> None:
    model = Recalling()
    found = hidden_lines(model, 3, seed=0)
    assert set(found) == {"remembered", "left_out"}
    assert found["remembered"]["outline"] > found["left_out"]["outline"] + 0.3
    assert all(barred.sum() == 1 for barred in model.barred)


def test_hidden_lines_without_memory_are_none() -> None:
    class Forgetful:
        memory = None

    assert hidden_lines(Forgetful(), 3, seed=0) == {}
