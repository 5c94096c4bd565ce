"""A part of a small generator has few appearances: their table asks for no more than there are."""

import pytest

pytest.importorskip("torch")

from models.directions.effects import panda_edits
from tests.models.directions.subjects import corner, small_subject


def test_panda_edits_gives_as_many_directions_as_there_are_appearances():
    found = panda_edits(small_subject(count=40), {"corner": corner()}, samples=8)
    assert {name: len(edits) for name, edits in found["corner"].items()} == {
        "panda": 16,
        "panda-region": 16,
    }
