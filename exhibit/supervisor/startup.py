"""Starts that never finished: counted on the disk, and after two in a row safe mode.

One alone may be a power cut, and power comes back in bursts.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_text
from exhibit.contract.settings.safe_mode import begin_safe_mode, safe_mode_reason

INCOMPLETE = "startup-incomplete"
_MOST = 2


def begin_start(state_dir: Path) -> None:
    """Count a start; the second in a row after starts that did not finish is one in safe mode."""
    marker = state_dir / INCOMPLETE
    before = _count(marker)
    # On a full or read-only disk nothing is counted, and the table starts.
    with contextlib.suppress(OSError):
        if before >= _MOST and safe_mode_reason(state_dir) is None:
            begin_safe_mode(state_dir, f"the table did not come up in {before} starts in a row")
            before = 0
        write_whole(marker, f"{before + 1}\n", PRIVATE)


def finish_start(state_dir: Path) -> None:
    """Say that the table is up, or that somebody ended it."""
    with contextlib.suppress(OSError):
        (state_dir / INCOMPLETE).unlink()


def _count(marker: Path) -> int:
    try:
        text = plain_text(marker, encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return 0
    return int(text) if text.isdecimal() and len(text) < 4 else 1
