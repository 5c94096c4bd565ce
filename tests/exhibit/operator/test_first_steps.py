"""A newcomer must learn which of the first steps is missing, and is never told that all is well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from exhibit.contract.slot_writer import SlotWriter
from exhibit.operator.desk import Desk
from tests.exhibit.operator.conftest import FakeTable


def _codes(client: TestClient) -> dict[str, str]:
    steps = client.get("/api/v1/first-steps").json()
    assert all(step["ok"] == step["code"].endswith("_ok") for step in steps)
    return {step["name"]: step["code"] for step in steps}


def test_first_steps_of_a_bare_table_are_all_to_do(table: FakeTable, admin: TestClient) -> None:
    assert _codes(admin) == {
        "camera": "camera_none",
        "exposure": "exposure_none",
        "calibration": "calibration_todo",
        "drawing": "drawing_sheet",
    }


@pytest.mark.parametrize(
    ("said", "step", "code"),
    [
        ({"camera": "/dev/x"}, "camera", "camera_ok"),
        ({"camera": "/dev/x", "state": "degraded"}, "camera", "camera_lost"),
        ({"camera": "simulated table", "simulated": True}, "camera", "camera_simulated"),
        ({"sheet": True}, "drawing", "drawing_line"),
        ({"sheet": True, "coverage": 0.01}, "drawing", "drawing_ok"),
    ],
)
def test_first_steps_follow_what_the_engine_says(
    table: FakeTable, admin: TestClient, said: dict[str, object], step: str, code: str
) -> None:
    table.say("engine", **{"state": "showing", **said})
    assert _codes(admin)[step] == code


@pytest.mark.parametrize(
    ("paper", "glare", "code"),
    [(40, 0.0, "exposure_dark"), (180, 0.0, "exposure_ok"), (180, 0.1, "exposure_bright")],
)
def test_first_steps_judge_the_light_of_the_newest_frame(
    table: FakeTable, admin: TestClient, desk: Desk, paper: int, glare: float, code: str
) -> None:
    frame = np.full((48, 64), paper, np.uint8)
    frame[: round(48 * glare)] = 255
    SlotWriter(desk.run_dir / "camera.slot").publish(0, 1.0, frame)
    assert _codes(admin)["exposure"] == code


def test_first_steps_calibration_that_cannot_be_read_says_why(
    table: FakeTable, admin: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("calibration.yaml").write_text("camera: [", encoding="utf-8")
    steps = {step["name"]: step for step in admin.get("/api/v1/first-steps").json()}
    assert steps["calibration"]["code"] == "calibration_bad"
    assert "calibration.yaml: not readable" in steps["calibration"]["values"]["reason"]


def test_first_page_shows_every_step_in_words(table: FakeTable, admin: TestClient) -> None:
    text = admin.get("/first").text
    for words in ("1. Camera", "2. Exposure", "3. Calibration", "4. A test drawing"):
        assert words in text
    assert "calibrate camera, calibrate table, calibrate projector, calibrate light" in text
    assert 'data-key="camera.exposure"' in text
