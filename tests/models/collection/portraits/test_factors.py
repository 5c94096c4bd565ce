"""Truth that is written beside a turned head must be where its lines are drawn, and rigid."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("resvg_py")
pytest.importorskip("fontTools")

from models.cli import main
from models.collection.portraits.composing import Portrait, choose, render
from models.collection.portraits.factors import (
    INTENSITIES,
    LANDMARKS,
    YAWS_DEG,
    Factors,
    cells,
    draw,
    landmarks,
)
from models.collection.portraits.parts import STYLES, load_design_sets
from models.collection.portraits.turning import AS_DRAWN, EXPRESSIONS, SKULLS, Pose

DESIGNS = load_design_sets()


def head(style: str, index: int = 0) -> Portrait:
    return choose([DESIGNS[style]], 1, index)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("index", range(4))
def test_draw_as_drawn_is_what_the_designer_drew(style, index) -> None:
    portrait = head(style, index)
    designed = render(portrait, 128).astype(int)
    assert np.abs(draw(portrait, AS_DRAWN, 128) - designed).mean() < 0.01


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("pose", [Pose(name, 1.0, 0.0) for name in EXPRESSIONS])
def test_draw_with_an_expression_changes_the_face_alone(style, pose) -> None:
    portrait = head(style)
    changed = draw(portrait, pose, 128) != render(portrait, 128)
    rows, columns = np.nonzero(changed)
    points = landmarks(portrait, AS_DRAWN)[:, :2] * 128
    face = points[[not name.startswith(("head", "hair")) for name in LANDMARKS]]
    assert changed.sum() > 30
    assert rows.min() > face[:, 1].min() - 12
    assert rows.max() < face[:, 1].max() + 12
    assert columns.min() > face[:, 0].min() - 12
    assert columns.max() < face[:, 0].max() + 12


@pytest.mark.parametrize("style", STYLES)
def test_landmarks_of_one_expression_turn_as_one_rigid_body(style) -> None:
    portrait, skull = head(style), SKULLS[style]
    left, _, side, _ = map(float, portrait.design.view.split())
    axis = (skull.x - left) / side
    front = landmarks(portrait, Pose("sad", 1.0, 0.0)) - (axis, 0, 0)
    for yaw_deg in YAWS_DEG:
        yaw = np.deg2rad(yaw_deg)
        rotation = np.array(
            [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
        )
        found = landmarks(portrait, Pose("sad", 1.0, yaw_deg)) - (axis, 0, 0)
        np.testing.assert_allclose(found, front @ rotation.T, atol=1e-9)


def test_landmarks_nearer_parts_move_farther_when_the_head_turns() -> None:
    portrait = head("notionists")
    before = landmarks(portrait, Pose("happy", 1 / 3, -12.0))
    after = landmarks(portrait, Pose("happy", 1 / 3, 12.0))
    moved = dict(zip(LANDMARKS, after[:, 0] - before[:, 0], strict=True))
    assert moved["nose-low"] > moved["eyes-a-right"] > moved["head-left"]


def test_landmarks_lie_on_the_lines() -> None:
    portrait = head("notionists", 5)
    for pose in (Pose("happy", 1.0, -24.0), Pose("surprised", 1.0, 12.0)):
        picture = draw(portrait, pose, 256)
        for name, (x, y, _) in zip(LANDMARKS, landmarks(portrait, pose), strict=True):
            if name.startswith(("mouth", "brows")):
                row, column = round(y * 256), round(x * 256)
                assert picture[row - 3 : row + 4, column - 3 : column + 4].min() < 128, name


def test_landmarks_smile_lifts_the_corners_of_the_mouth() -> None:
    portrait = head("notionists")
    found = {
        name: dict(zip(LANDMARKS, landmarks(portrait, Pose(name, 1.0, 0.0))[:, 1], strict=True))
        for name in ("happy", "sad")
    }
    for corner in ("mouth-left", "mouth-right"):
        assert found["happy"][corner] < found["sad"][corner]


def test_cells_are_full_and_in_order() -> None:
    found = [tuple(cell.labels().values()) for cell in cells(2)]
    assert len(set(found)) == len(found) == 2 * len(EXPRESSIONS) * len(INTENSITIES) * len(YAWS_DEG)
    assert found[0] == ("0", "happy", "0.333", "-36")
    assert Factors(1, Pose("sad", 1.0, 12.0)).labels()["yaw_deg"] == "12"


def test_portraits_command_with_factors_writes_labels_landmarks_and_depths(tmp_path) -> None:
    target = tmp_path / "heads"
    asked = ["collection", "portraits", "-o", str(target), "--factors", "2", "--resolution", "32"]
    made = CliRunner().invoke(main, asked)
    assert made.exit_code == 0, made.output
    labels = list(csv.DictReader((target / "labels.csv").read_text().splitlines()))
    points = list(csv.DictReader((target / "landmarks.csv").read_text().splitlines()))
    assert len(labels) == 90
    assert len(points) == 90 * len(LANDMARKS)
    assert {row["file"] for row in points} == {row["file"] for row in labels}
    assert labels[0]["hair"] == labels[44]["hair"]
    described = json.loads((target / "dataset.json").read_text())
    assert described["factors"]["who"] == 2
    assert described["depths"]["nose"] > described["depths"]["eyes"]
    assert "90 heads in" in made.output
