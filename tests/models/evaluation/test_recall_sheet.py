import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from exhibit.recall import Memory
from models.cli import main
from models.evaluation.recall_sheet import COLUMNS, recall_sheet
from models.sheets import as_grey
from tests.exhibit.recall import shapes
from tests.fakes.bundle import write_bundle
from tests.fakes.memory import write_remembering_bundle

SIDE, GAP = 96, 6


def tile(sheet: np.ndarray, row: int, column: int) -> np.ndarray:
    top, left = row * (SIDE + GAP), column * (SIDE + GAP)
    return sheet[top : top + SIDE - 16, left : left + SIDE]


def test_recall_sheet_shows_ink_what_was_found_and_nothing_where_nothing_was() -> None:
    memory = Memory.of([shapes.ring(), shapes.house()])
    inks = [shapes.small(shapes.house()), shapes.blank(128)]
    sheet = recall_sheet(memory, inks, ["house", "blank"], SIDE)
    assert sheet.shape == (3 * (SIDE + GAP), COLUMNS * (SIDE + GAP))
    ink = tile(as_grey(inks[0], SIDE), 0, 0)
    np.testing.assert_array_equal(tile(sheet, 0, 0), ink)
    for row in (1, 2):
        near = cv2.dilate((ink < 200).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        drawn = tile(sheet, row, 0) < 128
        assert drawn.any() and (drawn & near).sum() > 0.8 * drawn.sum()
        assert (tile(sheet, row, 1) == 255).all()


@pytest.fixture
def sketches(tmp_path: Path) -> Path:
    drawing = [[[0, 100, 100, 0, 0], [0, 0, 80, 80, 0], [0, 1, 2, 3, 4]]]
    lines = [json.dumps({"word": word, "drawing": drawing}) for word in ("clock", "cow", "cat")]
    (tmp_path / "sketches.ndjson").write_text("\n".join(lines))
    return tmp_path / "sketches.ndjson"


def test_recall_sheet_command_draws_the_held_out_sketches(tmp_path: Path, sketches: Path) -> None:
    bundle = write_remembering_bundle(tmp_path / "tiny", [shapes.ring(), shapes.house()])
    out = tmp_path / "sheet.png"
    asked = ["recall-sheet", str(bundle), "--sketches", str(sketches), "-o", str(out)]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    assert "2 sketches" in result.output
    assert cv2.imread(str(out)) is not None


def test_recall_sheet_command_of_a_bundle_without_memory_says_so(
    tmp_path: Path, sketches: Path
) -> None:
    bundle = write_bundle(tmp_path / "tiny")
    asked = ["recall-sheet", str(bundle), "--sketches", str(sketches), "-o", "sheet.png"]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code != 0
    assert "has no memory" in str(result.exception) + result.output
