"""Growing sketches on models whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.evaluation.growing import growing  # noqa: E402
from models.evaluation.table_model import Answer  # noqa: E402
from models.sketches.quickdraw import TimedSketch  # noqa: E402
from tests.models.evaluation.measured import Card, absolute  # noqa: E402


class Tracing:
    """Answers with the ink itself."""

    card = Card()

    def follow(self, inks):
        return [Answer(ink, (1,)) for ink in inks]


class Elsewhere(Tracing):
    """Answers each new stroke with another black corner, as if another drawing were there."""

    def __init__(self) -> None:
        self._sheets = 0

    def follow(self, inks):
        answers = []
        self._sheets += 1
        for number, ink in enumerate(inks):
            picture = np.full_like(ink, 255)
            picture[-8:, : 8 * (number + 1)] = 100 * (self._sheets - 1)
            answers.append(Answer(picture, (number,)))
        return answers


def ladder(rungs: int, height: float) -> TimedSketch:
    """Rungs from top to bottom; the last one ends at the given height."""
    strokes = []
    for rung in range(rungs):
        y = height * rung / (rungs - 1)
        strokes.append(np.array([[0, y, 2 * rung], [1, y, 2 * rung + 1]], np.float32))
    return TimedSketch("ladder", str(height), tuple(strokes))


SKETCHES = (ladder(4, 1.0), ladder(4, 0.6))


def test_growing_of_the_ink_itself_changes_only_what_is_near():
    found = growing(Tracing(), absolute, SKETCHES)
    assert found.far == 0
    assert found.changes == 0
    assert 0 < found.median < 1


def test_growing_of_pictures_that_change_elsewhere_is_far_and_counts_the_drawings():
    found = growing(Elsewhere(), absolute, (ladder(4, 0.3), ladder(4, 0.2)))
    assert found.far == 1
    assert found.changes == 3


def test_growing_of_sketches_of_one_stroke_has_no_step():
    one = TimedSketch("line", "1", (np.array([[0, 0, 0], [1, 1, 1]], np.float32),))
    found = growing(Tracing(), absolute, (one, one))
    assert found.to_dict() == {
        "growing_median": 0,
        "growing_p90": 0,
        "growing_much": 0,
        "growing_far": 0,
        "growing_changes": 0,
    }
