"""Blind readings: readers see numbers only, and their words are scored by a key kept apart."""

import csv

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")

from exhibit.contract.errors import InputError
from models.evaluation.blind import Named, score_named, write_blind


def pictures(grey: int, count: int) -> list[np.ndarray]:
    """Pictures (64, 64) of one grey level."""
    return [np.full((64, 64), grey, np.uint8)] * count


@pytest.fixture
def written(tmp_path):
    groups = {"answers": pictures(10, 13), "real": pictures(240, 12)}
    write_blind(tmp_path / "blind", tmp_path / "key.csv", groups, seed=3)
    return tmp_path


def test_write_blind_shows_every_picture_once_and_names_no_group(written):
    folder = written / "blind"
    files = sorted(path.relative_to(folder) for path in folder.rglob("*.png"))
    assert [str(file) for file in files] == [
        *(f"pictures/{number:03d}.png" for number in range(1, 26)),
        "sheets/1.png",
        "sheets/2.png",
    ]
    with (written / "key.csv").open() as file:
        key = list(csv.DictReader(file))
    shown = [folder / "pictures" / f"{int(row['number']):03d}.png" for row in key]
    greys = [int(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)[9, 9]) for path in shown]
    assert greys == [10 if row["group"] == "answers" else 240 for row in key]
    assert [row["group"] for row in key] != ["answers"] * 13 + ["real"] * 12


def test_write_blind_keeps_the_key_out_of_the_readers_folder(tmp_path):
    with pytest.raises(InputError, match="outside"):
        write_blind(tmp_path, tmp_path / "key.csv", {"real": pictures(0, 1)}, seed=0)


def test_score_named_counts_names_and_marks_by_group(written):
    with (written / "key.csv").open() as file:
        key = {row["number"]: row["group"] for row in csv.DictReader(file)}
    said = {"answers": "Nothing,0", "real": "hat,2"}
    lines = [f"{int(number):03d},{said[group]}" for number, group in key.items()]
    (written / "read.csv").write_text("\n".join(["number,name,mark", *lines]))
    scores = score_named(written / "read.csv", written / "key.csv")
    assert scores == {"answers": Named(13, 0, 0.0), "real": Named(12, 12, 2.0)}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("99,hat,1", "line 2: number '99'"),
        ("1,hat,3", "line 2: mark '3', expected 0, 1 or 2"),
        ("1,hat", "line 2: mark '', expected 0, 1 or 2"),
    ],
)
def test_score_named_wrong_line_is_refused_with_its_place(written, line, message):
    (written / "read.csv").write_text(f"number,name,mark\n{line}\n")
    with pytest.raises(InputError, match=message):
        score_named(written / "read.csv", written / "key.csv")


def test_score_named_says_of_faces_and_names_how_they_were_understood(tmp_path):
    groups = {"faces": pictures(10, 2), "names": pictures(90, 2), "real": pictures(240, 1)}
    write_blind(tmp_path / "blind", tmp_path / "key.csv", groups, seed=3)
    said = {("faces", 0): "an old man", ("faces", 1): "a plate", ("real", 0): "a fish"}
    said |= {("names", 0): "Anna", ("names", 1): "nothing"}
    with (tmp_path / "key.csv").open() as file:
        rows = [(r["number"], said[r["group"], int(r["index"])], 1) for r in csv.DictReader(file)]
    lines = ["number,name,mark", *(",".join(map(str, row)) for row in rows)]
    (tmp_path / "readings.csv").write_text("\n".join(lines))
    found = score_named(tmp_path / "readings.csv", tmp_path / "key.csv")
    assert found["faces"] == Named(2, 2, 1.0, 0.5)
    assert found["names"] == Named(2, 1, 1.0, 0.5)
    assert found["real"] == Named(1, 1, 1.0)
