"""The guide that calibrates a running table: a process of its own, started when somebody begins."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exhibit.contract.board import read_status, send_command
from exhibit.contract.calibration import usable_calibration
from exhibit.contract.calibration_guide import NAME
from exhibit.contract.errors import InputError
from exhibit.contract.lifeline import end_with_parent
from exhibit.contract.plain_files import plain_bytes

_MODULE, _COMMAND = "calibration.guide", "calibration"
_WRITES_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Measured:
    """A step and when it was measured, as ISO 8601 says it; empty where it was not, or before
    dates were kept."""

    name: str
    done: bool
    at: str


class Calibrating:
    """Starts the guide, speaks to it, and says how it stands.

    Args:
        run_dir: the folder that the processes share.
        start: starts a process; never waited for.
    """

    def __init__(self, run_dir: Path, start: Callable[[list[str]], Any] | None = None) -> None:
        self._run_dir, self._start = run_dir, start or _start
        self._process: Any = None

    def begin(self) -> None:
        """Start the guide where it does not run."""
        if self._process is not None and self._process.poll() is None:
            return
        command = [sys.executable, "-m", _MODULE, "--run-dir", str(self._run_dir)]
        self._process = self._start(command)

    def order(self, order: Mapping[str, Any]) -> bool:
        """Say something to the guide; False where it is not there."""
        return send_command(self._run_dir, NAME, order)

    @property
    def guide(self) -> dict[str, Any] | None:
        """What the guide says of itself, None where it does not run."""
        try:
            return read_status(self._run_dir, NAME) or None
        except ValueError:
            return None


def measured(file: Path) -> list[Measured]:
    """Return how the steps stand in a calibration."""
    known, _ = usable_calibration(file)
    return [
        Measured(name, section is not None, _date(section))
        for name, section in (
            ("camera", known.lens),
            ("table", known.camera),
            ("light", known.light),
            ("projector", known.projector),
            ("pens", known.pens),
        )
    ]


def written(command: Sequence[str], suffix: str) -> bytes:
    """Return the file that a command of `calibrate` writes.

    The runtime does not import calibration: it runs beside it.

    Args:
        command: its name and options.
        suffix: of the file, with the dot.

    Raises:
        InputError: it refuses, with its reason.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"file{suffix}"
        whole = [sys.executable, "-m", _COMMAND, *command, "-o", str(file)]
        try:
            ended = subprocess.run(
                whole,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_WRITES_WITHIN_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise InputError(f"it was not written within {_WRITES_WITHIN_S:.0f} s") from None
        if ended.returncode:
            last = ended.stderr.strip().rpartition("\n")[2]
            raise InputError(last.removeprefix("Error: ") or f"exit code {ended.returncode}")
        return plain_bytes(file)


def _date(section: Any) -> str:
    made = getattr(section, "made", None)
    return "" if made is None else str(made.at.isoformat())


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent())
