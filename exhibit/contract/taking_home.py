"""The order to take a drawing home: from the page, by OSC, or by a token on the table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exhibit.contract.board import send_command
from exhibit.contract.settings.schema import Config

PROCESS, SPOOL = "takehome", "takehome"
"""Name of the process, and of its folder in the state folder."""
PAGE = "page"
"""Who asks from the operator's page: a person, who may ask for the same drawing twice."""
_ORDER = "take home"


def left_at(config: Config) -> frozenset[Path]:
    """Return where drawings may wait to be brought away or removed, also where that is off.

    What is in the folder that keeps them is for its process to see: it may be on a disk that hangs.
    """
    spool, folder = config.state_dir / SPOOL, config.takehome.folder
    found = {spool} if any(spool.glob("*/*")) else set()
    return frozenset(found if folder is None else {*found, folder})


def ask_to_take_home(run_dir: Path, by: str) -> bool:
    """Ask for what is drawn now to be printed or kept; never waits.

    Whether it is done is for the process to say: it may be off, or asked too often.

    Args:
        run_dir: the folder that the processes share.
        by: who asks, such as `page`, `osc` or `token 3`.

    Returns:
        False where the process is not there.
    """
    return send_command(run_dir, PROCESS, {"do": _ORDER, "by": by})


def who_asks(command: Mapping[str, Any]) -> str | None:
    """Return who asks with a command, None where it is another one."""
    by = command.get("by")
    return by if command.get("do") == _ORDER and isinstance(by, str) else None
