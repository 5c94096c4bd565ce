"""A camera in a process of its own, which can be killed whatever it hangs in.

A driver may hang in a call that no thread comes back from, and a device that one process holds is
busy for every other. The process reads, and its newest frame lies in a slot; whoever looks never
waits for it, and ends it by killing it. Where even that does not help, since it hangs in the
kernel, it is left behind: it goes when the driver lets it.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from exhibit.camera.faults import CameraFaultError, Fault
from exhibit.contract.board import read_status
from exhibit.contract.errors import CameraError
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.slot import Published
from exhibit.contract.slot_reader import SlotReader
from exhibit.contract.values import Frame

MODULE = "exhibit.camera.reading"
OPENS_WITHIN_S = 20.0
OLDEST_S = 1.0
_GONE_WITHIN_S = 1.0
_MOST_STUCK = 2
_LOOK_EVERY_S = 0.002
_AFTER_S, _LONGEST_S = 0.0003, 0.1
"""So long after a frame should have come it is looked whether it has, and then again and again."""
_STATUS_EVERY_S = 0.1
_numbers = itertools.count()


class CameraOpener:
    """Opens one camera again and again, each time in a new process.

    Args:
        config: section `camera`.
        run_dir: the folder that the processes share.
        module: what the process runs.
        opens_within_s: how long the process may take to open the camera.
    """

    def __init__(
        self,
        config: CameraConfig,
        run_dir: Path,
        module: str = MODULE,
        opens_within_s: float = OPENS_WITHIN_S,
    ) -> None:
        self._config, self._run_dir = config, run_dir
        self._module, self._opens_within_s = module, opens_within_s
        self._left: list[subprocess.Popen[bytes]] = []

    def __call__(self) -> CameraApart:
        """Start a process and wait until it has opened the camera.

        Raises:
            CameraError: it cannot, or does not within its time, or earlier ones still hang.
        """
        self._left = [process for process in self._left if process.poll() is None]
        if len(self._left) >= _MOST_STUCK:
            raise CameraFaultError(
                "stalled",
                f"camera {self._config.source} hangs in its driver, and so do {len(self._left)} "
                "processes that were killed; unplug it, or restart the computer",
            )
        name = f"camera-{next(_numbers)}"
        command = [sys.executable, "-m", self._module, "--run-dir", str(self._run_dir)]
        given = ["--name", name, "--config", self._config.model_dump_json()]
        # It ends when its input does. A signal at the parent's death would come at the end of the
        # thread that opens the camera.
        process = subprocess.Popen([*command, *given], stdin=subprocess.PIPE)
        self._left.append(process)
        camera = CameraApart(process, self._run_dir, name)
        try:
            camera.wait_until_open(self._opens_within_s)
        except BaseException:
            camera.close()
            raise
        return camera


class CameraApart:
    """A camera that another process reads.

    Attributes:
        name: of the camera, for people.
        simulated: whether it is no real one.
        captured: frames that the process read.
        dropped: those that a newer one replaced before they were looked at, or that were too old.

    Args:
        process: reads the camera.
        run_dir: the folder that it shares.
        name: of its slot and its status in that folder.
        clock: monotonic seconds.
    """

    simulated = False

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        run_dir: Path,
        name: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._process, self._run_dir, self._board = process, run_dir, name
        self._clock = clock
        self._slot = run_dir / f"{name}.slot"
        self._reader = SlotReader(self._slot, _STATUS_EVERY_S)
        self._status: dict[str, Any] = {}
        self._status_due = self._due = self._captured_at = 0.0
        self.name = ""
        self.captured = self.dropped = 0

    @property
    def camera(self) -> CameraApart:
        """Itself: what is known of the camera."""
        return self

    @property
    def mismatches(self) -> tuple[str, ...]:
        """Settings that the camera did not take, named with both values."""
        return tuple(self._look().get("mismatches", ()))

    @property
    def fault(self) -> Fault | None:
        """What is wrong with the camera now, or None when frames come as they should."""
        found = self._look().get("fault")
        if found is not None:
            return Fault(found["kind"], found["detail"], found["since"])
        if self._process.poll() is not None:
            return Fault("missing", f"the process that reads {self.name} has ended", self._clock())
        return None

    def wait_until_open(self, within_s: float) -> None:
        """Wait for the process to open the camera; raises CameraError where it does not."""
        deadline = self._clock() + within_s
        while self._clock() < deadline:
            ended = self._process.poll() is not None
            self._status_due = 0.0
            status = self._look()
            if status.get("name"):
                self.name = str(status["name"])
                return
            if ended:
                fault = status.get("fault") or {"kind": "missing", "detail": "cannot be opened"}
                raise CameraFaultError(fault["kind"], fault["detail"])
            time.sleep(_STATUS_EVERY_S / 5)
        raise CameraFaultError("stalled", f"the camera did not open within {within_s:g} s")

    def newest(self, timeout_s: float) -> Frame | None:
        """Return the newest frame not given out yet; waits for one up to `timeout_s`."""
        deadline = self._clock() + timeout_s
        while not self._reader.has_news():
            now = self._clock()
            if now >= deadline:
                return None
            time.sleep(min(max(self._due - now, _LOOK_EVERY_S), deadline - now))
        before = self._reader.version
        found = self._reader.take()
        if found is None:
            return None
        self._expect_after(found, found.version - before)
        self.dropped += max(found.version - before - 1, 0)
        self.captured += max(found.version - before, 1)
        if self._clock() - found.captured_at > OLDEST_S:
            self.dropped += 1
            return None
        found.pixels.setflags(write=False)
        return Frame(found.sequence, found.captured_at, found.pixels)

    def _expect_after(self, found: Published, versions: int) -> None:
        """Note when the next frame should come: they come evenly."""
        every_s = (found.captured_at - self._captured_at) / max(versions, 1)
        self._captured_at = found.captured_at
        self._due = found.published_at + min(max(every_s, 0.0), _LONGEST_S) + _AFTER_S

    def read(self) -> Frame:
        """Return the next frame; raises CameraError where there is none in time."""
        frame = self.newest(OLDEST_S)
        if frame is None:
            raise CameraError(f"{self.name}: {self.fault or 'no frame in time'}")
        return frame

    def close(self) -> None:
        """Kill the process; one that hangs in the kernel is not waited for."""
        self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_GONE_WITHIN_S)
        except subprocess.TimeoutExpired:
            return
        for path in (self._slot, self._run_dir / f"{self._board}.status.json"):
            path.unlink(missing_ok=True)

    def _look(self) -> dict[str, Any]:
        now = self._clock()
        if now >= self._status_due:
            self._status_due = now + _STATUS_EVERY_S
            try:
                self._status = read_status(self._run_dir, self._board)
            except (OSError, ValueError):
                self._status = {}
        return self._status
