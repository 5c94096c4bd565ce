"""What is measured is what the table does: sixteen appearances at four parts, all moving."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from benchmarks.appearances import APPEARANCES, editor_of
from benchmarks.inference import drawing, ink_of
from exhibit.contract.bundle import load_bundle
from exhibit.contract.errors import InputError
from exhibit.contract.values import Code
from tests.fakes.bundle import FEATURE_SHAPE, NUM_WS, RESOLUTION, W_DIM, write_bundle


def test_editor_of_moves_all_appearances_and_no_code(tmp_path: Path) -> None:
    editor = editor_of(load_bundle(write_bundle(tmp_path / "tiny", "feature")))
    code = Code(0, 0.0, np.zeros((NUM_WS, W_DIM), np.float32))
    edited = editor.edit(code, ink_of(drawing(RESOLUTION)))
    assert edited.w_plus is code.w_plus and editor.moving
    assert edited.added is not None and edited.added.shape == FEATURE_SHAPE
    assert len(editor.strengths) == APPEARANCES and all(editor.strengths.values())


def test_editor_of_a_bundle_without_a_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no feature map"):
        editor_of(load_bundle(write_bundle(tmp_path / "tiny", "w_plus")))
