from pathlib import Path

from exhibit.contract.board import CommandInbox, write_status
from exhibit.contract.calibration import Calibration, ProjectorCalibration, save_calibration
from exhibit.contract.calibration_guide import NAME
from exhibit.operator.calibrating import Calibrating, measured


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
