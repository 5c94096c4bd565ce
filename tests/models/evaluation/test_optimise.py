import functools

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.evaluation.optimise import optimised  # noqa: E402
from models.measures.likeness import soft_recall  # noqa: E402
from models.sketches.raster import table_ink  # noqa: E402
from tests.models.hands import small_generator  # noqa: E402


def test_optimised_follows_better_with_more_steps():
    line = np.array([[0.2, 0.5], [0.8, 0.5]], np.float32)
    ink = table_ink([line], 64, 1.5, 1.5)
    generator = small_generator()
    recalls = []
    for steps in (0, 30):
        picture = optimised(generator, [ink], steps)[0].astype(np.float32) / 127.5 - 1
        wanted = torch.from_numpy(ink.astype(np.float32) / 127.5 - 1)[None, None]
        recalls.append(soft_recall(torch.from_numpy(picture)[None, None], wanted).item())
    assert recalls[1] > recalls[0]


def test_optimised_descends_where_the_printed_maximum_would_leave_the_ink(monkeypatch):
    """Erratum 8: the code of a picture is where its distance is least, not where it is largest."""
    ink = table_ink([np.array([[0.2, 0.5], [0.8, 0.5]], np.float32)], 64, 1.5, 1.5)
    wanted = torch.from_numpy(ink.astype(np.float32) / 127.5 - 1)[None, None]
    generator = small_generator()

    def followed(steps: int) -> float:
        drawn = torch.from_numpy(optimised(generator, [ink], steps)[0].astype(np.float32))
        return float(soft_recall(drawn[None, None] / 127.5 - 1, wanted))

    before, after = followed(0), followed(20)
    rising = functools.partial(torch.optim.Adam, maximize=True)
    monkeypatch.setattr("models.evaluation.optimise.torch.optim.Adam", rising)
    assert followed(20) < before < after
