"""A small box of scans for the tests of whole commands."""

from pathlib import Path

import cv2
import numpy as np
from click.testing import CliRunner, Result

from models.cli import main
from tests.models.collection.drawings import blank_page, draw_boat, draw_key, face_and_house

THINNEST, THICKEST = "0.5", "8"


def write_scans(folder: Path) -> Path:
    """Two figures on a page, two others twice, a blank, a painted and a broken scan."""
    folder.mkdir(parents=True)
    cv2.imwrite(str(folder / "both.png"), face_and_house())
    other = blank_page()
    draw_boat(other, 30, 150)
    draw_key(other, 260, 90)
    cv2.imwrite(str(folder / "other.png"), other)
    cv2.imwrite(str(folder / "twice.png"), other)
    cv2.imwrite(str(folder / "empty.png"), blank_page())
    painted = np.dstack([face_and_house()] * 3)
    painted[10:150, 150:380] = (20, 30, 220)
    painted[200:290, 10:200] = (220, 40, 30)
    cv2.imwrite(str(folder / "painted.png"), painted)
    (folder / "torn.jpg").write_bytes(b"\xff\xd8\xff torn")
    return folder


def run_prepare(*arguments: object) -> Result:
    """Run `models prepare` with limits that suit the small drawings."""
    return CliRunner().invoke(main, ["prepare", *map(str, arguments)])


def prepared(tmp_path: Path) -> Path:
    """A data set made of the box of scans."""
    target = tmp_path / "set"
    made = run_prepare(
        write_scans(tmp_path / "scans"), "-o", target, "--resolution", 64,
        "--line-width", THINNEST, THICKEST,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    return target
