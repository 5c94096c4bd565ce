"""The range ends where pictures stop being like the collection."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")

from models.cli import main  # noqa: E402
from models.directions.result import read_directions  # noqa: E402
from models.directions.safe_range import Likeness, learn_likeness, onset, safe_range  # noqa: E402
from tests.models.hands import write_drawings, write_gan  # noqa: E402
from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402

COLLECTION_GREYS = np.linspace(100, 140, 41)


class Greys(torch.nn.Module):
    """Mean grey of quarters and of the whole, as a stand-in for a perceptual network."""

    def forward(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        whole = pictures.mean((2, 3), keepdim=True).expand(-1, -1, 2, 2)
        return [torch.nn.functional.avg_pool2d(pictures, 16), whole]


def pages(shades: np.ndarray, paper: int = 255) -> np.ndarray:
    """One page of 32 px a shade of grey, 0 to 255, its lower half blank paper and one row more."""
    made = np.full((len(shades), 32, 32), paper, np.uint8)
    made[:, :15] = shades.astype(np.uint8)[:, None, None]
    return made


def likeness_to(samples: np.ndarray) -> Likeness:
    return learn_likeness(Greys(), pages(COLLECTION_GREYS), pages(samples), 4, ((0,), (1,)))


def test_safe_range_ends_where_pictures_leave_the_collection():
    likeness = likeness_to(np.array([120, 121]))

    def draw(strength: float) -> np.ndarray:
        return pages(np.full(4, np.clip(120 + 10 * strength, 0, 255)))

    low, high = safe_range(draw, likeness, reach=8.0)
    # The collection ends at 100 and 140, and its drawings lie 1 apart.
    assert low == pytest.approx(-2.1, abs=0.2)
    assert high == pytest.approx(2.1, abs=0.2)


def test_safe_range_of_what_never_leaves_is_the_reach():
    likeness = likeness_to(COLLECTION_GREYS)
    drawn = pages(COLLECTION_GREYS[:4])
    assert safe_range(lambda strength: drawn, likeness, 5.0) == (-5.0, 5.0)


def test_learn_likeness_a_poor_generator_is_not_blamed_on_the_direction():
    good, poor = likeness_to(COLLECTION_GREYS), likeness_to(np.linspace(150, 170, 11))
    assert poor.looks[0].limit > 5 * good.looks[0].limit
    low, high = safe_range(lambda s: pages(np.full(4, 160 + 10 * s)), poor, 8.0)
    assert low == -8.0 and 0.3 < high < 1.2


def test_holds_one_odd_picture_among_drawings_proves_little():
    """A single drawing of a collection can lie far from all others."""
    likeness = likeness_to(COLLECTION_GREYS)
    assert likeness.holds(pages(np.array([100.0, 110, 120, 141])))
    assert not likeness.holds(pages(np.array([160.0, 162, 164, 168])))


def test_holds_grey_paper_is_refused_though_the_drawing_is_the_same():
    likeness = likeness_to(COLLECTION_GREYS)
    assert likeness.holds(pages(COLLECTION_GREYS[:4]))
    assert not likeness.holds(pages(COLLECTION_GREYS[:4], paper=245))


def test_safe_range_command_writes_a_range_that_holds_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    need_perceptual_weights()
    monkeypatch.setattr("models.directions.commands.safe_range.UNMOVED", 6)
    checkpoint, folder = write_gan(tmp_path / "gan.pt"), tmp_path / "found"
    dataset = write_drawings(tmp_path / "drawings")
    run = CliRunner().invoke
    found = [
        "directions",
        "pca",
        "--checkpoint",
        str(checkpoint),
        "-o",
        str(folder),
        "--count",
        "1",
    ]
    assert run(main, found).exit_code == 0
    command = ["directions", "safe-range", str(folder), "--checkpoint", str(checkpoint)]
    ran = run(main, [*command, "--dataset", str(dataset), "--codes", "3"])
    assert ran.exit_code == 0, ran.output
    (direction,) = read_directions(folder)
    assert direction.safe_range is not None
    low, high = direction.safe_range
    assert low <= 0 <= high and low < high


def test_onset_is_how_far_nothing_is_seen_on_each_side():
    def draw(strength: float) -> np.ndarray:
        shade = 120 + max(strength - 5, 0) + min(strength + 2, 0)
        return pages(np.array([round(shade)]))

    # 6 grey levels beside the paper's are not seen, and half of the page is paper.
    down, up = onset(draw, 20.0)
    assert 8 < down < 10 and 11 < up < 13


def test_onset_of_what_is_never_seen_is_the_reach():
    assert onset(lambda _: pages(np.array([120])), 20.0) == (20.0, 20.0)
