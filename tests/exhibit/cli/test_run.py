"""What cannot work must be refused in one line before any process starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from exhibit.cli import main
from exhibit.supervisor.startup import INCOMPLETE
from tests.fakes.bundle import write_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


def _refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["run", "--headless", "--seconds", "1", *arguments])
    assert ended.value.code == 2
    errors = capsys.readouterr().err
    assert "Traceback" not in errors
    return errors.strip().splitlines()[-1]


@pytest.mark.parametrize("given", ["/nowhere.mp4", "simulate", "nobody's camera"])
def test_run_camera_that_is_not_there_is_refused(
    capsys: pytest.CaptureFixture[str], bundle: Path, given: str
) -> None:
    line = _refusal(capsys, "--bundle", str(bundle), "--camera", given)
    assert line.startswith(f"Error: camera '{given}' not found; expected auto, simulated")


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_run_file_or_folder_with_nothing_to_show_is_refused_before_the_start(
    capsys: pytest.CaptureFixture[str], bundle: Path, tmp_path: Path, dry: tuple[str, ...]
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no video", encoding="utf-8")
    for source, said in ((notes, "is not a video that can be played"), (bundle, "has no image")):
        line = _refusal(capsys, "--bundle", str(bundle), "--camera", str(source), *dry)
        assert line.startswith("Error: ") and said in line


def test_run_unknown_bundle_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert _refusal(capsys, "--bundle", "nobody").startswith("Error: bundle 'nobody' not found")


def test_run_damaged_bundle_is_refused_naming_the_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    damaged = write_bundle(tmp_path / "damaged")
    with (damaged / "generator.onnx").open("ab") as file:
        file.write(b"x")
    line = _refusal(capsys, "--bundle", str(damaged))
    assert "generator.onnx: SHA-256 is" in line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--config", "/nowhere/config.yaml"), "No such file or directory"),
        (("--seconds", "0"), "Invalid value for '--seconds'"),
        (("--report", "/nowhere/report.json"), "the folder /nowhere cannot be written to"),
    ],
)
def test_run_bad_option_is_refused(
    capsys: pytest.CaptureFixture[str], bundle: Path, arguments: tuple[str, str], said: str
) -> None:
    assert said in _refusal(capsys, "--bundle", str(bundle), *arguments)


def test_run_dry_run_says_what_would_be_shown_and_starts_nothing(
    capsys: pytest.CaptureFixture[str],
    bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    def refuse(*_: object) -> None:
        raise AssertionError("started")

    monkeypatch.setattr("exhibit.cli.run.run_table", refuse)
    with pytest.raises(SystemExit) as ended:
        main(["run", "--dry-run", "--headless", "--camera", "simulated", "--bundle", str(bundle)])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith("Dry run, nothing was started: camera simulated") and str(bundle) in said
    # Two of them would have been two starts that never finished, and the third one in safe mode.
    assert not (tmp_path / "state" / INCOMPLETE).exists()
