"""Measured figures as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np


def write_json(report: dict[str, Any], path: Path) -> None:
    """Write the report; figures rounded to four digits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rounded(report), indent=2) + "\n", encoding="utf-8")


def rounded(value: Any) -> Any:
    """Round every float of a nested dictionary to four digits."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return round(float(value), 4) if isinstance(value, float | np.floating) else value
