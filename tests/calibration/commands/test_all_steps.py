from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from calibration.cli import main
from calibration.commands import all_steps
from exhibit.contract.calibration import Calibration, load_calibration, save_calibration
from exhibit.contract.errors import CalibrationError


@pytest.fixture
def taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace the commands of the steps by ones that note their name; `light` refuses once."""
    monkeypatch.chdir(tmp_path)
    names: list[str] = []

    def command(name: str) -> click.Command:
        @click.command(name)
        @click.option("--config", "config_file")
        @click.option("--count", default=7)
        def taking(config_file: str | None, count: int) -> None:
            assert count == 7
            names.append(name)
            if name == "light" and names.count("light") == 1:
                raise CalibrationError("the blank sheet is too dark")
            if name == "table":
                save_calibration(Path("calibration.yaml"), Calibration(table_mm=(297, 210)))

        return taking

    def is_done(known: Calibration) -> bool:
        return known.table_mm == (297, 210)

    steps = [replace(step, command=command(step.name)) for step in all_steps.STEPS]
    steps = [replace(s, is_done=is_done) if s.name in ("camera", "table") else s for s in steps]
    monkeypatch.setattr(all_steps, "STEPS", tuple(steps))
    return names


def test_all_takes_every_step_and_tries_again_what_was_refused(taken: list[str]) -> None:
    ended = CliRunner().invoke(main, ["all"], input="\n" * 9)
    assert ended.exit_code == 0, ended.output
    assert taken == ["camera", "table", "light", "light", "projector", "pens", "check"]
    assert "not measured: the blank sheet is too dark" in ended.output


def test_all_that_was_left_goes_on_where_it_was(taken: list[str]) -> None:
    # After two steps the input ends, as with Ctrl-C.
    CliRunner().invoke(main, ["all"], input="\n\n")
    assert taken == ["camera", "table"]
    assert load_calibration(Path("calibration.yaml")).table_mm == (297, 210)
    taken.clear()
    ended = CliRunner().invoke(main, ["all"], input="s\n\ns\ns\n")
    assert taken == ["projector"]
    assert ended.output.count("measured already") == 2


def test_all_again_measures_also_what_is_done(taken: list[str]) -> None:
    save_calibration(Path("calibration.yaml"), Calibration(table_mm=(297, 210)))
    CliRunner().invoke(main, ["all", "--again"], input="\ns\ns\ns\ns\ns\n")
    assert taken == ["camera"]
