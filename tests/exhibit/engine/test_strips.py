"""A strip must show the whole safe range, with the unchanged drawing in the middle."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from exhibit.contract.bundle import load_bundle
from exhibit.engine.strips import STEPS, draw_strips
from exhibit.operator.strips import Strips
from tests.fakes.bundle import DIRECTION_NAMES, add_appearance, write_bundle


@pytest.mark.parametrize("inversion", ["feature", "w_plus"])
def test_strips_every_direction_goes_from_end_to_end(tmp_path: Path, inversion: str) -> None:
    bundle = load_bundle(write_bundle(tmp_path / "tiny", inversion))  # type: ignore[arg-type]
    files = draw_strips(bundle, tmp_path / "strips")
    assert [file.name for file in files] == [f"strip_{name}.png" for name in DIRECTION_NAMES]
    strip = cv2.imread(str(files[0]), cv2.IMREAD_UNCHANGED)
    width = (strip.shape[1] + 4) // STEPS
    pictures = [strip[:, i * width : i * width + strip.shape[0]] for i in range(STEPS)]
    middle = pictures[STEPS // 2].astype(float)
    steps = [np.abs(picture.astype(float) - middle).mean() for picture in pictures]
    assert steps[0] > steps[1] > 0
    assert steps[-1] > steps[-2] > 0
    others = [cv2.imread(str(file), cv2.IMREAD_UNCHANGED) for file in files[1:]]
    assert all(not np.array_equal(strip, other) for other in others)


def test_strips_an_appearance_is_given_to_the_ink_of_the_golden_drawing(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "tiny", "feature")
    add_appearance(folder)
    files = {file.name: file for file in draw_strips(load_bundle(folder), tmp_path / "strips")}
    strip = cv2.imread(str(files["strip_shaded.png"]), cv2.IMREAD_UNCHANGED)
    width = (strip.shape[1] + 4) // STEPS
    means = [strip[:, i * width : i * width + strip.shape[0]].mean() for i in range(STEPS)]
    assert means == sorted(means, reverse=True) and means[0] > means[-1] + 1
    # Where nothing is drawn nothing is added.
    ends = [strip[:, i * width : i * width + strip.shape[0]].astype(int) for i in (0, STEPS - 1)]
    assert np.abs(ends[0] - ends[1])[8:16, 8:16].max() == 0


def test_strips_of_a_range_to_one_side_has_no_picture_twice(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "tiny", "feature")
    add_appearance(folder, safe_range=[0.0, 2.0])
    files = {file.name: file for file in draw_strips(load_bundle(folder), tmp_path / "strips")}
    strip = cv2.imread(str(files["strip_shaded.png"]), cv2.IMREAD_UNCHANGED)
    width = (strip.shape[1] + 4) // STEPS
    means = [strip[:, i * width : i * width + strip.shape[0]].mean() for i in range(STEPS)]
    assert len(set(means)) == STEPS


class _Process:
    def __init__(self, command: list[str]) -> None:
        self.command, self.code = command, None

    def poll(self) -> int | None:
        return self.code


def test_strips_are_drawn_once_for_a_bundle_and_one_at_a_time(tmp_path: Path) -> None:
    started: list[_Process] = []

    def start(command: list[str]) -> _Process:
        started.append(_Process(command))
        return started[-1]

    strips = Strips(tmp_path / "state", start)
    first, second = (tmp_path / name for name in ("first", "second"))
    for bundle in (first, first, second):
        strips.draw(bundle)
    assert len(started) == 1
    started[0].code = 0
    strips.draw(first)
    assert len(started) == 1
    strips.draw(second)
    assert len(started) == 2
    into = Path(started[0].command[-1])
    into.mkdir(parents=True)
    (into / "strip_bolder.png").write_bytes(b"png")
    assert strips.find(first, "bolder") == (into / "strip_bolder.png", "image/png")
    assert strips.find(second, "bolder") is None
    assert strips.find(first, "../strip_bolder") is None
