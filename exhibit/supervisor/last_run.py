"""How the run before ended: a supervisor that is killed tells nobody, so that the next one does."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.lifeline import lives
from exhibit.contract.plain_files import plain_text

RUNNING = "running.json"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def begin_run(state_dir: Path) -> str:
    """Note on the disk that a table runs.

    Returns:
        how the one before ended, in words; empty where it ended in order, or runs still.
    """
    found = _how_it_ended(_read(state_dir / RUNNING))
    _write(state_dir, "")
    return found


def end_run(state_dir: Path, reason: str = "") -> None:
    """Note that it ends: in order, or for a reason that the next one is to tell."""
    if reason:
        _write(state_dir, reason)
        return
    with contextlib.suppress(OSError):
        (state_dir / RUNNING).unlink()


def _how_it_ended(before: dict[str, Any] | None) -> str:
    if before is None:
        return ""
    pid, reason = before.get("pid"), before.get("reason")
    if reason:
        return f"the table ended and was started again: {str(reason)[:300]}"
    if before.get("boot") != _boot():
        return "the machine went off while the table ran, and was started again"
    # In a container the next supervisor has the number of the one before.
    if not isinstance(pid, int) or (lives(pid) and pid != os.getpid()):
        return ""
    return f"the supervisor (process {pid}) was killed, and the table was started again"


def _read(marker: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(plain_text(marker))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write(state_dir: Path, reason: str) -> None:
    now = {"pid": os.getpid(), "boot": _boot(), "reason": reason}
    # On a full or read-only disk the next start tells nothing, and the table starts.
    with contextlib.suppress(OSError):
        write_whole(state_dir / RUNNING, json.dumps(now) + "\n", PRIVATE)


def _boot() -> str:
    """Return what tells one start of the machine from another; empty where nothing does."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""
