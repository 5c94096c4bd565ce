from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from exhibit.contract.board import CommandInbox, write_status
from exhibit.contract.calibration import Calibration, ProjectorCalibration, save_calibration
from exhibit.contract.calibration_guide import NAME
from exhibit.contract.errors import InputError
from exhibit.operator.access.roles import Role
from exhibit.operator.calibrating import Calibrating, measured, written
from exhibit.operator.desk import Desk
from tests.exhibit.operator.conftest import FakeTable

Holder = Callable[[Role], TestClient]


class Started:
    """A process that runs until it is ended."""

    def __init__(self) -> None:
        self.code: int | None = None

    def poll(self) -> int | None:
        return self.code


def test_calibrating_starts_one_guide_and_another_after_it_ended(tmp_path: Path) -> None:
    commands: list[list[str]] = []
    running = Started()

    def start(command: list[str]) -> Started:
        commands.append(command)
        return running

    calibrating = Calibrating(tmp_path, start)
    calibrating.begin()
    calibrating.begin()
    assert [command[1:] for command in commands] == [
        ["-m", "calibration.guide", "--run-dir", str(tmp_path)]
    ]
    running.code = 0
    calibrating.begin()
    assert len(commands) == 2


def test_calibrating_speaks_to_the_guide_where_it_is_there(tmp_path: Path) -> None:
    calibrating = Calibrating(tmp_path, lambda _: None)
    assert (calibrating.guide, calibrating.order({"do": "accept"})) == (None, False)
    inbox = CommandInbox(tmp_path, NAME)
    write_status(tmp_path, NAME, {"step": "table"})
    assert calibrating.order({"do": "accept"})
    assert inbox.drain() == [{"do": "accept"}]
    assert calibrating.guide == {"step": "table"}
    inbox.close()


def test_measured_says_which_steps_a_calibration_has(tmp_path: Path) -> None:
    file = tmp_path / "calibration.yaml"
    assert [(step.name, step.done) for step in measured(file)] == [
        ("camera", False),
        ("table", False),
        ("light", False),
        ("projector", False),
        ("pens", False),
    ]
    projector = ProjectorCalibration(
        size_px=(640, 400),
        mirror=True,
        rotate=0,
        table_to_projector=((1.5, 0.0, 0.0), (0.0, 1.5, 0.0), (0.0, 0.0, 1.0)),
    )
    save_calibration(file, Calibration(projector=projector))
    last = measured(file)[-2]
    assert (last.name, last.done, last.at) == ("projector", True, "")


def test_written_is_the_file_of_a_command_or_the_reason_why_there_is_none() -> None:
    assert written(["print", "--paper", "a4", "--only", "board"], ".pdf").startswith(b"%PDF-")
    with pytest.raises(InputError, match=r"Invalid value for '--paper': 'a9'"):
        written(["print", "--paper", "a9"], ".pdf")


def test_sheets_and_report_come_from_the_page(table: FakeTable, admin: TestClient) -> None:
    sheets = admin.get("/api/v1/calibration/sheets.pdf?paper=a4")
    assert (sheets.status_code, sheets.content[:5]) == (200, b"%PDF-")
    assert 'filename="tracing-table-sheets-a4.pdf"' in sheets.headers["content-disposition"]
    assert admin.get("/api/v1/calibration/sheets.pdf?paper=a9").status_code == 422


def test_report_from_the_page_is_of_the_tables_own_calibration(
    table: FakeTable, admin: TestClient, desk: Desk, tmp_path: Path
) -> None:
    desk.base_file = tmp_path / "config.yaml"
    desk.base_file.write_text("calibration: here.yaml\n")
    refused = admin.get("/api/v1/calibration/report.html")
    assert (refused.status_code, "nothing was measured yet" in refused.text) == (422, True)
    save_calibration(tmp_path / "here.yaml", Calibration(table_mm=(297.0, 210.0)))
    assert "297 × 210 mm" in admin.get("/api/v1/calibration/report.html").text
    assert admin.get("/api/v1/calibration/report.pdf").content.startswith(b"%PDF-")


def test_page_of_an_administrator_has_what_the_commands_can_be_told(
    table: FakeTable, admin: TestClient, holder: Holder
) -> None:
    shown = admin.get("/calibrate").text
    for part in ('data-begin="dark"', 'id="ruler"', 'id="new-marks"', 'data-key="camera.exposure"',
                 "sheets.pdf?paper=letter", "report.pdf"):  # fmt: skip
        assert part in shown
    assert 'id="ruler"' not in holder(Role.OPERATOR).get("/calibrate").text
