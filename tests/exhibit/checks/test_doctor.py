"""A technician must learn what is missing and what to type, and whether the table can run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from exhibit.checks.bench import compare
from exhibit.checks.doctor import Finding, examine
from exhibit.cli import main
from exhibit.inference import package, providers
from exhibit.inference.package import Package
from exhibit.inference.providers import Choice
from exhibit.sound.portaudio import PortAudio
from tests.fakes.bundle import write_bundle
from tests.fakes.portaudio import Device, FakeSoundDevice

ROOT = Path(__file__).parents[3]


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def _config(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    bundle = write_bundle(folder / "bundle")  # makes the folder too
    path.write_text(f"model: {{bundle: {bundle}}}\n{text}", encoding="utf-8")
    return path


def _asked_without(folder: Path, module: str, text: str) -> subprocess.CompletedProcess[str]:
    """Ask the doctor in a process that finds `text` in place of a module."""
    (folder / f"{module}.py").write_text(text, encoding="utf-8")
    path = os.pathsep.join([str(folder), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-c", "from exhibit.cli import main; main()", "doctor"],
        env={**os.environ, "PYTHONPATH": path},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def _findings(config: Path) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(config)}


@pytest.mark.usefixtures("no_display")
def test_doctor_bare_machine_can_run_and_says_what_is_missing(tmp_path: Path) -> None:
    found = _findings(_config(tmp_path, "camera: {source: /dev/video99}\n"))
    assert {name for name, finding in found.items() if finding.verdict == "fault"} == set()
    assert "golden pictures agree" in found["bundle"].text
    assert found["camera"].text.startswith("/dev/video99 is not there")
    no_name = _findings(_config(tmp_path / "long", f"camera: {{source: {'x' * 300}}}\n"))
    assert "x is not there" in no_name["camera"].text
    assert "ls /dev/v4l/by-id/" in found["camera"].remedy
    assert "--headless" in found["display"].remedy
    assert "calibrate" in found["calibration"].remedy


@pytest.mark.usefixtures("no_display")
def test_doctor_bad_config_is_a_fault_with_its_line(tmp_path: Path) -> None:
    found = _findings(_config(tmp_path, "camera:\n  sauce: auto\n"))
    assert found["config"].verdict == "fault"
    assert "config.yaml:3: camera.sauce" in found["config"].text
    assert "exhibit check" in found["config"].remedy


@pytest.mark.usefixtures("no_display")
def test_doctor_command_missing_bundle_exits_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("model: {bundle: /nowhere}\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--config", str(path)])
    assert ended.value.code == 1
    assert "FAULT  bundle" in capsys.readouterr().out


@pytest.mark.usefixtures("no_display")
@pytest.mark.parametrize(
    ("module", "library", "package"),
    [
        ("cv2", "libGL.so.1", "sudo apt install libgl1"),
        ("cv2", "libgthread-2.0.so.0", "sudo apt install libglib2.0-0"),
        ("onnxruntime", "libgomp.so.1", "sudo apt install libgomp1"),
    ],
)
def test_doctor_command_of_a_missing_library_names_its_package_and_goes_on(
    tmp_path: Path, module: str, library: str, package: str
) -> None:
    text = f"raise ImportError('{library}: cannot open shared object file: No such file')"
    asked = _asked_without(tmp_path, module, text)
    assert asked.returncode == 1
    assert asked.stderr == ""
    assert f"{library}: cannot open shared object file" in asked.stdout
    assert package in asked.stdout
    for subject in ("python", "config", "processes", "bundle", "camera", "display", "sound"):
        assert subject in asked.stdout


@pytest.mark.usefixtures("no_display")
@pytest.mark.parametrize(
    ("missing", "processes"),
    [("pygame", "stage"), ("psutil", "supervisor, operator"), ("PIL", "exhibit ink")],
)
def test_doctor_names_the_processes_that_a_missing_package_ends(
    tmp_path: Path, missing: str, processes: str
) -> None:
    text = f"raise ModuleNotFoundError('No module named {missing}', name='{missing}')"
    asked = _asked_without(tmp_path, missing, text)
    assert asked.returncode == 1
    assert f"FAULT  processes    {processes}: No module named {missing}" in asked.stdout
    assert "pip install -e ." in asked.stdout


@pytest.mark.usefixtures("no_display")
def test_doctor_file_that_cannot_be_played_is_a_fault(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no video", encoding="utf-8")
    found = _findings(_config(tmp_path, f"camera: {{source: {notes}}}\n"))
    assert found["camera"].verdict == "fault"
    assert "is not a video that can be played" in found["camera"].text


@pytest.mark.usefixtures("no_display")
def test_doctor_direction_that_the_bundle_lacks_is_a_fault(tmp_path: Path) -> None:
    found = _findings(_config(tmp_path, "editing: {directions: [{name: nobody}]}\n"))
    assert found["directions"].verdict == "fault"
    assert "has no direction 'nobody'" in found["directions"].text


def test_bench_compare_holds_the_numbers_against_the_bars() -> None:
    shipped = {
        "first_picture_s": 1.5,
        "camera_to_light_ms": {"p95": 300.0},
        "rss_mb_peak": 250.0,
    }
    saturated = {
        "stage_fps": 60.0,
        "stage_interval_ms": {"p99": 17.0},
        "rss_mb_peak": 260.0,
    }
    measures = {measure.what: measure for measure in compare(shipped, saturated)}
    assert [what for what, measure in measures.items() if not measure.met] == [
        "camera to light, p95"
    ]
    assert measures["memory of all processes, peak"].value == 260.0


def test_bench_compare_nothing_measured_misses_the_bars() -> None:
    nothing = {
        "first_picture_s": None,
        "camera_to_light_ms": None,
        "stage_fps": None,
        "stage_interval_ms": None,
        "rss_mb_peak": 0.0,
    }
    measures = compare(nothing, nothing)
    assert [measure.value for measure in measures if not measure.met] == [None] * 4


_WITH_CUDA = Package("onnxruntime-gpu", "1.31.1", 350_000_000, 285_000_000)
_WITHOUT = Package("onnxruntime", "1.31.1", 65_000_000, 0)


@pytest.mark.parametrize(
    ("packages", "cuda", "verdict", "text", "remedy"),
    [
        ([_WITH_CUDA], True, "ok", "onnxruntime-gpu 1.31.1, 350 MB", ""),
        ([_WITH_CUDA], False, "ok", "onnxruntime-gpu 1.31.1, 350 MB", "285 MB less do the same"),
        ([_WITHOUT], False, "ok", "onnxruntime 1.31.1, 65 MB", ""),
        ([_WITH_CUDA, _WITHOUT], True, "note", "one lies over the other", "pip uninstall -y"),
    ],
)
@pytest.mark.usefixtures("no_display")
def test_doctor_says_which_onnxruntime_and_what_no_cuda_could_save(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    packages: list[Package],
    cuda: bool,
    verdict: str,
    text: str,
    remedy: str,
) -> None:
    chosen = Choice(("cuda", "cpu") if cuda else ("cpu",), ())
    monkeypatch.setattr(package, "installed_packages", lambda: tuple(packages))
    monkeypatch.setattr(providers, "choose_providers", lambda asked: chosen)
    found = _findings(_config(tmp_path, ""))["onnxruntime"]
    assert (found.verdict, text in found.text) == (verdict, True)
    assert remedy in found.remedy if remedy else found.remedy == ""


@pytest.mark.parametrize(
    ("plugged", "config", "verdict", "said"),
    [
        ((), "", "note", "no device; the table is silent"),
        (("speaker",), "", "ok", "speaker; off until sound.enabled is true"),
        (("speaker",), "sound: {enabled: true}\n", "ok", "speaker"),
        (("speaker",), "sound: {device: Bose}\n", "note", "speaker; sound.device is 'Bose'"),
    ],
)
def test_doctor_says_what_could_sound(
    plugged: tuple[str, ...],
    config: str,
    verdict: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = FakeSoundDevice(*(Device(name) for name in plugged))
    monkeypatch.setattr("exhibit.sound.portaudio.PortAudio", lambda: PortAudio(fake.load))
    found = _findings(_config(tmp_path, config))["sound"]
    assert found.verdict == verdict
    assert found.text.startswith(said)


def test_doctor_without_portaudio_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeSoundDevice()
    fake.missing = True
    monkeypatch.setattr("exhibit.sound.portaudio.PortAudio", lambda: PortAudio(fake.load))
    found = _findings(_config(tmp_path, ""))["sound"]
    assert found.verdict == "note"
    assert "apt install libportaudio2" in found.text
