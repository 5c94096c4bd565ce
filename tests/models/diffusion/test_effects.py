"""The measures of directions must see what a direction does."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.diffusion import mean_difference  # noqa: E402
from models.diffusion.effects import label_table, roir  # noqa: E402
from models.diffusion.moving import bent, draw_moved, draw_unmoved  # noqa: E402
from models.diffusion.pca import discover  # noqa: E402
from models.directions.region import change_ratio  # noqa: E402
from models.networks.denoiser.ddim import draw  # noqa: E402
from tests.models.diffusion.subjects import corner, tiny_subject, tiny_walk  # noqa: E402


def test_roir_is_of_the_change_that_a_direction_makes() -> None:
    subject = tiny_subject()
    (direction, *_) = discover(subject, tiny_walk(subject))
    found = roir(subject, direction, corner(), 2.0, 3)
    noise = subject.noise(3)
    moved = draw(subject.network, noise, 4, bent(subject, direction, 2.0))
    change = moved - draw(subject.network, noise, 4)
    assert found == pytest.approx(float(change_ratio(change, corner()).mean()), rel=1e-4)
    assert roir(subject, direction, ~corner(), 2.0, 3) < found


class Bright:
    """Says of pictures whether they are brighter than most, and whether they lean to the left."""

    names = ("bright", "left")

    @staticmethod
    def judge(_self: object, pictures: np.ndarray) -> np.ndarray:
        grey = pictures.astype(np.float64)
        bright = grey.mean(axis=(1, 2)) - 130
        return np.stack([bright, (grey[:, :, :8] - grey[:, :, 8:]).mean(axis=(1, 2))], axis=1)


def test_label_table_counts_labels_that_changed_before_and_after_conditioning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("models.diffusion.effects.score", "models.directions.effects.score"):
        monkeypatch.setattr(module, Bright.judge)
    subject, judge = tiny_subject(), Bright()
    walked = tiny_walk(subject, 60)
    scores = judge.judge(judge, walked.pictures)
    named = mean_difference.discover(subject, walked, scores, judge.names)
    tables = label_table(tiny_subject(seed=1), walked, named, judge, 10, 60)
    assert set(tables) == {"before", "after"}
    for table in tables.values():
        assert {name: set(row) for name, row in table.items()} == {
            "bright": {"bright", "left"},
            "left": {"bright", "left"},
        }
    one = named.find("bright")
    noise = tiny_subject(seed=1).noise(60)
    dark = judge.judge(judge, draw_unmoved(subject, noise))[:, 0] <= 0
    chosen = noise[torch.from_numpy(dark)][:10]
    moved = judge.judge(judge, draw_moved(subject, chosen, one, 2 * one.sigma)) > 0
    assert tables["before"]["bright"]["bright"] == pytest.approx(moved[:, 0].mean())
