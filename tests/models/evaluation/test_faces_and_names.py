import numpy as np
import pytest

pytest.importorskip("torch")

from models.evaluation.faces_and_names import faces_kept, letters_read, says_face
from models.sketches.faces import random_face
from models.sketches.raster import draw_strokes


def test_faces_kept_counts_faces_whose_eyes_and_mouth_are_where_they_were_drawn() -> None:
    faces = [random_face(np.random.default_rng(seed)) for seed in range(3)]
    whole = draw_strokes(faces[0].strokes, 256, 3.0)
    mouth = faces[1].marks[-1]
    without = [stroke for n, stroke in enumerate(faces[1].strokes) if n != mouth]
    no_mouth = draw_strokes(without, 256, 3.0)
    aside = np.roll(draw_strokes(faces[2].strokes, 256, 3.0), 12, axis=1)
    assert faces_kept(faces, [whole, no_mouth, aside]) == pytest.approx(1 / 3)
    assert faces_kept(faces[:1], [np.roll(whole, 2, axis=0)]) == 1.0


@pytest.mark.parametrize(
    ("read", "share"),
    [("Clara", 1.0), ("clara", 1.0), ("Cara", 0.8), ("nothing", 0.0), ("a word: Clara", 1.0)],
)
def test_letters_read_is_the_share_in_their_order(read: str, share: float) -> None:
    assert letters_read("Clara", read) == pytest.approx(share)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("a smiling face", True), ("Man's head", True), ("a clock", False), ("nothing", False)],
)
def test_says_face_knows_faces_by_many_words(name: str, is_one: bool) -> None:
    assert says_face(name) is is_one
