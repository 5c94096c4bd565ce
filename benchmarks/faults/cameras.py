"""Everything that a camera and its driver do wrong, on a device made up behind V4L2's code."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.faults.fault import KILL, STOP, Act, Fault, orders
from benchmarks.faults.table import ServedTable

DEVICE = Path("/dev/shm/usb-Made_up_camera-video-index0")
"""Shared memory is the run's own here, and nobody else sees a device in it."""
_BACK_S = 10.0
"""A camera that is plugged in again is live within this."""


def camera_faults() -> Iterator[Fault]:
    """Yield them."""
    yield Fault(
        "camera unplugged 25 s",
        _unplugged,
        "is not there",
        mend=_plugged_in,
        mend_after_s=25.0,
        goes=True,
        well_s=_BACK_S,
    )
    for ordered, named, seconds in (
        ("stalled", "no frame for", 8.0),
        ("hangs", "no frame for", 8.0),
        ("frozen", "frozen", 12.0),
        ("black", "black", 8.0),
        ("glaring", "over-exposed", 8.0),
        ("corrupt", "can be decoded", 8.0),
        ("dead light", "row 2 of 3, column", 12.0),
        ("small", "got 320", 8.0),
    ):
        what = _SAID.get(ordered, f"camera {ordered}")
        yield Fault(
            what,
            orders("camera", ordered),
            named,
            mend=orders("camera", ""),
            mend_after_s=seconds,
            mend_told=True,
            goes=True,
        )
    yield Fault(
        "another device in its place",
        _replaced,
        "cannot be opened",
        mend=_plugged_in,
        mend_after_s=12.0,
        mend_told=True,
        goes=True,
        well_s=_BACK_S,
    )
    yield Fault("camera's process killed", _sent_to_reader(KILL), "has ended", goes=True)
    yield Fault("camera's process stopped", _sent_to_reader(STOP), "no frame for", goes=True)


_SAID = {
    "hangs": "camera hangs in its driver",
    "glaring": "camera over-exposed",
    "corrupt": "camera gives corrupt JPEG",
    "dead light": "an LED zone dead",
    "small": "camera gives frames of another size",
}


@contextmanager
def plugged_in(_home: Path) -> Iterator[None]:
    """Let there be a camera until the end of the `with`."""
    DEVICE.unlink(missing_ok=True)
    os.mkfifo(DEVICE)
    try:
        yield
    finally:
        DEVICE.unlink(missing_ok=True)


def _unplugged(_table: ServedTable) -> None:
    DEVICE.unlink()


def _plugged_in(_table: ServedTable) -> None:
    DEVICE.unlink(missing_ok=True)
    os.mkfifo(DEVICE)


def _replaced(_table: ServedTable) -> None:
    # What has no frames is opened by OpenCV itself, and refused.
    DEVICE.unlink()
    DEVICE.symlink_to("/dev/null")


def _sent_to_reader(number: int) -> Act:
    def act(table: ServedTable) -> None:
        for process in psutil.Process(table.process("engine")).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if "exhibit.camera.reading" in process.cmdline():
                    process.send_signal(number)

    return act
