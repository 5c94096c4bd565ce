"""Safe mode: what a table runs with when what was set does not work.

Switched on by hand it leaves out the operator's overrides. Where the table switched it on by
itself, since something crashed again and again, what answers falls back to the defaults too: the
shipped bundle on the processor, without directions. Where the picture lies and which camera looks
stay as `config.yaml` says: they are facts of the place.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_text
from exhibit.contract.settings.layers import Layer
from exhibit.contract.settings.schema import Config

SAFE_MODE = "safe-mode"
_OF_THE_PLACE = {
    "stage": ("display", "fps", "width", "height", "mirror", "rotate"),
    "ink": ("light",),
}


def safe_mode_reason(state_dir: Path) -> str | None:
    """Return why safe mode is on: "" where a person switched it on, None where it is off."""
    marker = state_dir / SAFE_MODE
    try:
        return plain_text(marker, errors="replace").strip()[:500]
    except FileNotFoundError:
        return None
    except OSError:
        # Left out is always safe; what is there and cannot be read was meant. Whether it is there
        # at all cannot be seen in a folder of another owner, and neither can overrides.
        return "" if os.access(marker, os.F_OK) else None


def begin_safe_mode(state_dir: Path, reason: str) -> None:
    """Switch safe mode on, also for later starts; raises OSError where it cannot be kept."""
    write_whole(state_dir / SAFE_MODE, reason, PRIVATE)


def end_safe_mode(state_dir: Path) -> None:
    """Switch safe mode off; raises OSError where it cannot be."""
    with contextlib.suppress(FileNotFoundError):
        (state_dir / SAFE_MODE).unlink()


def safest(file: Config) -> Layer:
    """Return the layer that wins over all others where the table switched safe mode on itself."""
    plain = Config().model_dump(mode="json")
    layer: Layer = {name: dict(plain[name]) for name in ("model", "editing", "stage", "ink")}
    layer["model"]["providers"] = ["cpu"]
    layer["model"]["threads"] = file.model.threads
    kept = file.model_dump(mode="json")
    for section, names in _OF_THE_PLACE.items():
        layer[section] |= {name: kept[section][name] for name in names}
    return layer
