"""The order to take a drawing home: from the page, by OSC, or by a token on the table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exhibit.contract.board import send_command

PROCESS = "takehome"
PAGE = "page"
"""Who asks from the operator's page: a person, who may ask for the same drawing twice."""
_ORDER = "take home"


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
