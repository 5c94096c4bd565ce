"""The process that reads one camera: `python -m exhibit.camera.reading --run-dir DIR ...`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from exhibit.camera.faults import Fault, fault_of
from exhibit.camera.opening import open_camera
from exhibit.contract.board import write_status
from exhibit.contract.errors import REFUSED, CameraError
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.slot_writer import SlotWriter
from exhibit.contract.values import Camera

_RETRY_S = 0.05
_RECHECK_S = 1.0


def main(opener: Callable[[CameraConfig], Camera] = open_camera) -> None:
    """Open a camera and read it until the process is killed.

    Args:
        opener: opens the camera; the seam at which tests put one that hangs.
    """
    parser = argparse.ArgumentParser(description="Reads one camera of a Tracing Table.")
    parser.add_argument("--run-dir", type=Path, required=True)
    parser.add_argument("--name", required=True, help="of the slot and of the status")
    parser.add_argument("--config", required=True, help="section `camera` as JSON")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="camera: %(message)s")
    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        camera = opener(CameraConfig.model_validate_json(given.config))
    except CameraError as error:
        fault = asdict(fault_of(error, time.monotonic()))
        write_status(given.run_dir, given.name, {"fault": fault})
        sys.exit(REFUSED)
    read_on(camera, given.run_dir, given.name)


def read_on(
    camera: Camera, run_dir: Path, name: str, until: Callable[[], bool] = lambda: False
) -> None:
    """Read a camera: every frame into a slot, and what is wrong with it into a status.

    Args:
        camera: opened.
        run_dir: folder shared with whoever looks.
        name: of the slot and the status.
        until: says when to stop.
    """
    slot = SlotWriter(run_dir / f"{name}.slot")
    told: dict[str, Any] = {}
    look_at = 0.0
    fault: Fault | None = None
    while not until():
        before = fault
        try:
            frame = camera.read()
            fault = None
        except CameraError as error:
            fault = fault_of(error, time.monotonic())
            # The camera waits by itself; this only keeps one that is gone from spinning.
            time.sleep(_RETRY_S)
        else:
            slot.publish(frame.sequence, frame.captured_at, frame.pixels)
        if (fault is None) == (before is None) and time.monotonic() < look_at:
            continue
        look_at = time.monotonic() + _RECHECK_S
        status = _status(camera, fault)
        if status != told and write_status(run_dir, name, status):
            told = status


def _end_with_input() -> None:
    """End when whoever looks has ended, whatever this process hangs in."""
    sys.stdin.buffer.read()
    os._exit(0)


def _status(camera: Camera, fault: Fault | None) -> dict[str, Any]:
    return {
        "name": camera.name,
        "simulated": camera.simulated,
        "mismatches": list(getattr(camera, "mismatches", ())),
        "fault": None if fault is None else asdict(fault),
    }


if __name__ == "__main__":
    main()
