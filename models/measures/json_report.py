"""Measured figures as a file."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import click
import numpy as np

from exhibit.contract.files import write_whole

JSON_OPTION = click.option(
    "--json", "json_path", type=click.Path(path_type=Path, dir_okay=False), help="Report as JSON."
)
"""Where a command writes its report, as `json_path`; None is nowhere."""


def write_json(report: dict[str, Any], path: Path) -> None:
    """Write the report, its figures as `rounded` gives them; the folder is made."""
    write_whole(path, json.dumps(rounded(report), indent=2, allow_nan=False) + "\n")


def rounded(value: Any) -> Any:
    """Round every float of nested dictionaries and lists to four digits.

    What could not be measured is None: JSON has no NaN.
    """
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    if isinstance(value, float | np.floating):
        return round(float(value), 4) if math.isfinite(value) else None
    return value
