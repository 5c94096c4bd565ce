"""A move is told by the drawing that it should arrive at, and by no other."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.classifier import Classifier  # noqa: E402
from models.directions.drawing import draw_w  # noqa: E402
from models.directions.factorial import Factorial  # noqa: E402
from models.directions.transfer import (  # noqa: E402
    DIRECTIONS,
    HELD_OUT,
    METHODS,
    asked,
    held_out,
    left,
    moved_heads,
    of_expression,
    pictures_of_moves,
    told,
    transfer_table,
)
from tests.models.directions.subjects import small_subject  # noqa: E402
from tests.models.directions.test_tensor import additive  # noqa: E402


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.square(one - other).sum())


def small_heads(w_dim: int = 40) -> Factorial:
    return additive(w_dim, people=HELD_OUT + 3)[0]


def test_held_out_keeps_the_last_four_from_the_models():
    heads = small_heads()
    seen, unseen = held_out(heads)
    assert (len(seen.codes), len(unseen.codes)) == (3, HELD_OUT)
    np.testing.assert_array_equal(unseen.codes[-1], heads.codes[-1])
    with pytest.raises(InputError, match="4 people; expected more than the 4 held out"):
        held_out(unseen)


def test_asked_moves_the_expression_at_each_yaw_and_each_yaw_to_each_other():
    wanted = asked((2, 3, 3, 5))
    faces = of_expression(wanted)
    assert (faces.sum(), (~faces).sum()) == (2 * 2 * 5, 2 * 3 * 5 * 4)
    assert all(move.start[2] == move.to[2] for move in wanted[: faces.sum()])
    assert all(move.start[:2] == move.to[:2] for move in wanted[faces.sum() :])


def test_moved_heads_of_additive_codes_arrive_by_transfer_and_slope():
    seen, unseen = held_out(small_heads())
    wanted = asked(unseen.cells.files.shape)
    found = moved_heads(seen, unseen)
    assert set(found) == set(METHODS)
    # Three people are no basis of a fourth: what is fitted of a head stands for a part of it.
    for method, most in (("transfer", 0.5), ("tensor, slope", 0.1)):
        assert max(left(found, method, wanted).values()) < most
    assert left(found, "truth", wanted) == {"left, expression": 0, "left, yaw": 0}
    assert left(found, "unmoved", wanted) == {"left, expression": 1, "left, yaw": 1}


def test_told_counts_each_factor_among_its_own_levels_alone():
    _, unseen = held_out(small_heads())
    wanted = asked(unseen.cells.files.shape)
    true = unseen.codes[..., 0, :]
    arrived = np.stack([true[(move.who, *move.to)] for move in wanted])
    assert set(told(arrived, true, wanted, apart).values()) == {1.0}
    unmoved = np.stack([true[(move.who, *move.start)] for move in wanted])
    row = told(unmoved, true, wanted, apart)
    assert row["expression told"] == row["yaw told"] == 0
    others = np.roll(true, 1, axis=0)
    taken = np.stack([others[(move.who, *move.to)] for move in wanted])
    assert told(taken, true, wanted, apart)["who told"] == 0


class Dark(Classifier):
    """Says of every picture whether it is darker than usual, and of none that a mouth is open."""

    def __init__(self, usual: float) -> None:
        super().__init__(("dark", "mouth-open"), 32)
        self.usual = usual

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        grey = self.usual - pictures.mean((1, 2, 3))
        return torch.stack([grey, torch.full_like(grey, torch.nan)], dim=1)


def test_transfer_table_looks_at_pictures_and_keeps_labels_but_the_mouths():
    subject = small_subject()
    seen, unseen = held_out(small_heads(16))
    drawings = draw_w(subject, unseen.codes.reshape(-1, 16))
    usual = float(np.median(drawings.mean(axis=(1, 2)))) / 127.5 - 1
    table = transfer_table(subject, seen, unseen, drawings, Dark(usual))
    assert list(table) == list(METHODS) and set(DIRECTIONS) < set(METHODS)
    assert table["truth"]["expression told"] == table["truth"]["yaw told"] == 1
    assert table["truth"]["left, yaw"] == 0 and table["unmoved"]["labels kept"] == 1
    assert 0 < table["truth"]["labels kept"] < 1
    assert table["tensor, slope"]["yaw told"] > table["unmoved"]["yaw told"]
    without = transfer_table(subject, seen, unseen, drawings)
    assert "labels kept" not in without["transfer"]
    assert pictures_of_moves(unseen.cells) == len(METHODS) * len(asked((4, 2, 3, 3)))
