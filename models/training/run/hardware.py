"""What a run is computed on, for its card."""

from __future__ import annotations

import platform
from typing import Any

import torch

from models.processor import processor_name


def hardware(device: torch.device, processes: int, precision: str) -> dict[str, Any]:
    """Say what a run is computed on, as plain values.

    Args:
        device: of this process.
        processes: how many there are.
        precision: as chosen.
    """
    found: dict[str, Any] = {
        "processor": processor_name(),
        "threads": torch.get_num_threads(),
        "processes": processes,
        "precision": precision,
        "torch": str(torch.__version__),
        "system": platform.platform(),
    }
    if device.type == "cuda":
        found["graphics"] = torch.cuda.get_device_name(device)
    return found
