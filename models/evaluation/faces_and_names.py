"""Twenty faces and twenty first names by rule: are they answered as faces, and as names?"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np

from exhibit.contract.values import Gray
from models.evaluation.inks import ink_of
from models.evaluation.table_model import TableModel
from models.measures.adherence import SIDE_PX, distance_to, ink_mask
from models.sketches.faces import Face, random_face
from models.sketches.framing import Placement
from models.sketches.raster import draw_strokes
from models.sketches.writing import FIRST_NAMES, PRINTED, SCRIPT, placed_writing

FACES, NAMES = "faces", "names"
COUNT = len(FIRST_NAMES)
_REACH_PX = 4.0
"""Pixels of 256 within which a mark has to be drawn."""
_DRAWN = 0.9
"""Share of a mark's line that has to be, for the mark to be drawn."""
_EXTENT = 0.8
_SAYS_FACE = frozenset(
    (
        *("face", "head", "portrait", "man", "woman", "boy", "girl", "child", "person", "lady"),
        *("baby", "doll", "clown", "smiley"),
    )
)


def face_inks(model: TableModel, seed: int) -> tuple[list[Face], list[Gray]]:
    """Draw the faces, and their ink as the bundle gets it."""
    rng = np.random.default_rng(seed)
    faces = [random_face(rng) for _ in range(COUNT)]
    return faces, [ink_of(model, face.strokes) for face in faces]


def name_inks(model: TableModel, seed: int) -> list[Gray]:
    """Write `FIRST_NAMES`, printed and in script by turns, as the bundle gets them."""
    rng = np.random.default_rng(seed)
    fonts = (*PRINTED, *SCRIPT)
    place = Placement(extent=_EXTENT)
    return [
        ink_of(model, placed_writing([name], fonts[number % len(fonts)], place, rng))
        for number, name in enumerate(FIRST_NAMES)
    ]


def faces_kept(faces: Sequence[Face], answers: Sequence[Gray]) -> float:
    """Return the share of faces whose eyes and mouth are all drawn where they were drawn."""
    kept = [
        all(_is_drawn(face.strokes[mark], answer) for mark in face.marks)
        for face, answer in zip(faces, answers, strict=True)
    ]
    return float(np.mean(kept))


def says_face(name: str) -> bool:
    """Whether a reader took a picture for somebody's face."""
    return not _SAYS_FACE.isdisjoint(name.lower().replace("'s", "").split())


def letters_read(name: str, read: str) -> float:
    """Return the share of a name's letters that a reader read, in their order, 0 .. 1."""
    blocks = SequenceMatcher(None, name.lower(), read.lower(), autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(name)


def _is_drawn(mark: np.ndarray, answer: Gray) -> bool:
    line = draw_strokes([mark], SIDE_PX, 1.0) < 128
    near = distance_to(ink_mask(answer)) <= _REACH_PX
    return float(near[line].mean()) >= _DRAWN
