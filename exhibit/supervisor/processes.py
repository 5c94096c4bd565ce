"""The processes of the table, in one table, and how one of them is started and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from exhibit.contract.board import Heart
from exhibit.contract.lifeline import end_with_parent
from exhibit.contract.settings.schema import Config
from exhibit.contract.taking_home import left_at

WindowKind = Literal["fullscreen", "windowed", "headless"]

SERVICE_MANAGER = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
_SLOW_START_S = 180.0
_QUICK_START_S = 30.0
_LAST_WORDS_WITHIN_S = 0.2
# Of a stack that faulthandler prints, the innermost call comes first and says where it hung.
_WHERE, _STACK = "Current thread", ('File "', "Thread 0x", "Extension modules:")
_LONGEST_LINE, _WORDS_SHOWN = 8192, 300


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process: `python -m module --run-dir DIR arguments...`.

    `start_timeout_s` is how long it may take to its first heartbeat. Without an `essential`
    process nobody sees anything, so the table ends (and systemd starts it afresh) when its restart
    budget is used up; the others are tried again when the budget allows. Visitors meet what
    `answers`: where that crashes again and again, the table goes into safe mode.

    One that is `told_of_hangs` gets `--hangs N` where it hung N times before.

    One that settings turn off is left out: `is_on` says whether they want it, and `left_at` where
    something may wait to be finished all the same. It ends itself, with `NOTHING_TO_DO`.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    start_timeout_s: float = _QUICK_START_S
    essential: bool = False
    answers: bool = False
    told_of_hangs: bool = False
    is_on: Callable[[Config], bool] = lambda _: True
    left_at: Callable[[Config], frozenset[Path]] = lambda _: frozenset()

    def command(self, run_dir: Path, hangs: int = 0) -> list[str]:
        """Return the command line of the process, which hung so many times before."""
        told = ("--hangs", str(hangs)) if hangs and self.told_of_hangs else ()
        given = ("--run-dir", str(run_dir), *self.arguments, *told)
        return [sys.executable, "-m", self.module, *given]


def process_table(
    window: WindowKind, page: tuple[str, ...] | None = None
) -> tuple[ProcessSpec, ...]:
    """Return the whole system.

    Args:
        window: how the stage is shown; without a display it is served as live pictures instead.
        page: arguments of the operator's page, or None for a table without one.
    """
    stage = ProcessSpec("stage", "exhibit.stage", (f"--{window}",), essential=True, answers=True)
    # The engine may load CUDA's libraries from a slow disk before its first heartbeat.
    engine = ProcessSpec(
        "engine", "exhibit.engine", (), _SLOW_START_S, answers=True, told_of_hangs=True
    )
    sound = ProcessSpec("sound", "exhibit.sound", is_on=lambda c: c.sound.is_on)
    takehome = ProcessSpec(
        "takehome", "exhibit.takehome", is_on=lambda c: c.takehome.enabled, left_at=left_at
    )
    web = (ProcessSpec("web", "exhibit.web"),) if window == "headless" else ()
    table = (stage, engine, sound, takehome, *web)
    return table if page is None else (*table, ProcessSpec("operator", "exhibit.operator", page))


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child: one thread for BLAS and OpenCV, quiet libraries.

    The engine's own threads are ONNX Runtime's (`model.threads`); any other pool would take the
    stage's time on a small machine.
    """
    quiet = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENCV_FOR_THREADS_NUM": "1",
        "MALLOC_ARENA_MAX": "2",
        # Without them glibc never gives large blocks back once one was freed. Below the first no
        # block of a frame is, so that the loops ask the system for nothing.
        "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
        # More than a frame leaves behind: given back and asked for again every few frames it would
        # cost time, and nobody could see from outside whether a process grows.
        "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
        "PYGAME_HIDE_SUPPORT_PROMPT": "1",
        "PYTHONUNBUFFERED": "1",
        # A process that hangs is asked where, with SIGABRT, before it is killed.
        "PYTHONFAULTHANDLER": "1",
    }
    # The service manager listens to the supervisor alone.
    kept = {name: value for name, value in environment.items() if name not in SERVICE_MANAGER}
    return {**quiet, **kept}


class Child:
    """One running process: its heartbeat, and a sure way to end it."""

    def __init__(self, spec: ProcessSpec, run_dir: Path, hangs: int = 0) -> None:
        self.spec = spec
        self.heart = Heart(run_dir, spec.name)
        self.heart.clear()
        self._process = subprocess.Popen(
            spec.command(run_dir, hangs),
            env=child_environment(os.environ),
            # Ctrl-C reaches the supervisor alone, which ends the others in order.
            process_group=0,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            preexec_fn=end_with_parent(),
        )
        self._last_words = ""
        self._listening = threading.Thread(
            target=self._listen, name=f"{spec.name} says", daemon=True
        )
        self._listening.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Exit code, negative for a signal, or None while it runs."""
        return self._process.poll()

    @property
    def is_stopped(self) -> bool:
        """Whether a signal (SIGSTOP) holds it still; only SIGCONT and SIGKILL reach it then."""
        with contextlib.suppress(ChildProcessError):
            return os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None
        return False

    @property
    def last_words(self) -> str:
        """The last line that it said on stderr, for people who do not read logs."""
        if self.exit_code is not None:
            self._listening.join(_LAST_WORDS_WITHIN_S)
        return self._last_words

    def ask_to_end(self) -> None:
        """Send SIGTERM."""
        if self.exit_code is None:
            self._process.send_signal(signal.SIGTERM)

    def abort(self) -> None:
        """Send SIGABRT: whatever the process hangs in, it says where on stderr, and ends."""
        if self.exit_code is None:
            self._process.send_signal(signal.SIGABRT)

    def kill(self) -> None:
        """Send SIGKILL, which also ends a stopped or hung process.

        It is not waited for: one that hangs in a driver goes away when the driver lets it.
        """
        if self.exit_code is None:
            self._process.kill()

    def _listen(self) -> None:
        """Pass on what it says on stderr, until it has ended."""
        stderr = self._process.stderr
        assert stderr is not None
        said = ""
        with stderr:
            for line in iter(lambda: stderr.readline(_LONGEST_LINE), b""):
                # Whoever read along may have gone; the table goes on.
                with contextlib.suppress(OSError, ValueError):
                    sys.stderr.buffer.write(line)
                    sys.stderr.buffer.flush()
                before, said = said, line.decode(errors="replace").strip()
                if said and (before.startswith(_WHERE) or not said.startswith(_STACK)):
                    self._last_words = said[:_WORDS_SHOWN]


def describe_exit(code: int) -> str:
    """Return `exit code 3` or `SIGKILL`."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
