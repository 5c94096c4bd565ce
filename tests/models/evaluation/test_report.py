import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.evaluation.measure import Evidence  # noqa: E402
from models.evaluation.report import near_copies  # noqa: E402
from models.measures.copies import Copies  # noqa: E402
from models.sketches.visitors import SHARES  # noqa: E402


def test_near_copies_shows_large_drawings_at_the_size_of_small_answers():
    side = {"bundle": 32, "nearest": 64}
    pictures = {
        name: {share: [np.full((px, px), 200, np.uint8)] for share in SHARES}
        for name, px in side.items()
    }
    copies = Copies([0], np.array([0.5], np.float32), 0.1)
    evidence = Evidence(pictures, np.zeros((1, 32, 32), np.uint8), copies)

    sheet = near_copies(evidence, [np.zeros((64, 64), np.uint8)])

    assert sheet.shape[0] < 2 * 64, "the drawing is shown at the answer's size"
