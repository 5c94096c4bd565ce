import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402

need_perceptual_weights()

from exhibit.recall.meaning import INK_PX, Meaning  # noqa: E402
from models.export.meaning import _pooled as pooled  # noqa: E402
from models.export.meaning import _run as run  # noqa: E402
from models.export.meaning import (  # noqa: E402
    as_sketch,
    framed_strokes,
    know,
    meaning_graph,
)
from models.networks.perceptual.alexnet import training_alexnet  # noqa: E402
from tests.exhibit.recall import shapes  # noqa: E402

DRAWINGS = (shapes.ring(), shapes.house(), shapes.wave())


def test_meaning_graph_says_what_pytorch_says() -> None:
    network = training_alexnet()
    pictures = [as_sketch(drawing) for drawing in DRAWINGS]
    expected = pooled(network, pictures)
    found = run(meaning_graph(network, np.eye(expected.shape[1], dtype=np.float32)), pictures)
    for one, other in zip(found, expected, strict=True):
        likeness = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
        assert likeness > 0.999, "weights in bytes must not change what is seen"


def test_know_network_is_small_and_codes_are_of_unit_length() -> None:
    known = know(DRAWINGS)
    assert len(known.network) < 2e6
    assert known.codes.shape[:2] == (3, 2) and known.codes.shape[2] == len(known.centre)
    np.testing.assert_allclose(np.linalg.norm(known.codes, axis=-1), 1, atol=1e-5)


def test_know_ink_of_a_drawing_is_most_like_that_drawing() -> None:
    known = know(DRAWINGS, [[np.array([[0, 0], [1, 0.2], [0.3, 1]], np.float32)]])
    meaning = Meaning(known, np.zeros(3, np.float32))
    for row, drawing in enumerate(DRAWINGS):
        code = meaning.features(shapes.small(drawing)) - known.centre
        assert (known.codes[:, 0] @ code).argmax() == row


def test_framed_strokes_fill_the_frame_wherever_they_were() -> None:
    square = np.array([[5, 5], [9, 5], [9, 8], [5, 8], [5, 5]], np.float32)
    seen = framed_strokes([square])
    columns = np.flatnonzero((seen < 128).any(axis=0))
    assert seen.shape == (INK_PX, INK_PX)
    assert np.ptp(columns) == pytest.approx(0.88 * INK_PX, abs=2)


def test_as_sketch_of_a_blank_drawing_is_blank() -> None:
    assert (as_sketch(shapes.blank()) == 255).all()
