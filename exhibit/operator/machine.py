"""How the machine is: temperature, processor, memory, disk."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import Any

import psutil


def measure(state_dir: Path) -> dict[str, Any]:
    """Return what the machine's sensors say; None where it has no such sensor.

    Args:
        state_dir: whose disk is looked at.
    """
    memory = psutil.virtual_memory()
    return {
        "temperature_c": hottest_c(),
        "cpu_percent": psutil.cpu_percent(None),
        "memory_percent": memory.percent,
        "disk_free_gb": _free_gb(state_dir),
    }


def hottest_c() -> float | None:
    """Return the highest temperature of any sensor in °C."""
    read = getattr(psutil, "sensors_temperatures", None)
    sensors: dict[str, Any] = read() if read else {}
    found = [entry.current for entries in sensors.values() for entry in entries]
    return round(max(found), 1) if found else None


def _free_gb(folder: Path) -> float | None:
    for existing in (folder, *folder.parents):
        # Where nobody may look, the folder above lies on the same disk, most likely.
        with contextlib.suppress(OSError):
            return round(shutil.disk_usage(existing).free / 1e9, 1)
    return None
