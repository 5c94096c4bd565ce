"""A labelled set must be complete, and the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
from click.testing import CliRunner

from exhibit.camera.simulated import DIFFICULTIES
from tests.tools.render_table import labelled_set, render_table


def test_labelled_set_has_all_classes_and_both_polarities() -> None:
    sequences = labelled_set(frames=300, seed=1)
    assert sum(sequence.count for sequence in sequences) == 300
    assert {s.table.conditions.name for s in sequences} == set(DIFFICULTIES)
    assert {s.table.polarity for s in sequences} == {"bright", "dark"}
    assert len({s.table.seed for s in sequences}) == len(sequences)


def test_sequence_with_frames_between_labels_the_same_moments() -> None:
    sequence, same = (labelled_set(6, 1, classes=("clean",))[0] for _ in range(2))
    watched = [frame for frame, labelled in sequence.frames(between=4) if labelled]
    alone = [frame for frame, _ in same.frames()]
    assert [f.captured_at for f in watched] == [f.captured_at for f in alone]


def test_render_table_writes_frame_and_truth_and_repeats_itself(tmp_path: Path) -> None:
    arguments = ["--frames", "4", "--seed", "3", "--fps", "0.2", "--class", "hands"]
    for name in ("one", "two"):
        result = CliRunner().invoke(render_table, [*arguments, "-o", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    folder = tmp_path / "one" / "hands-1-dark"
    rows = json.loads((folder / "frames.json").read_text())["frames"]
    assert [row["file"] for row in rows] == ["0000.png", "0001.png"]
    ink = cv2.imread(str(folder / "0001.ink.png"), cv2.IMREAD_GRAYSCALE)
    assert (ink == 0).sum() == rows[1]["ink_px"] > 0
