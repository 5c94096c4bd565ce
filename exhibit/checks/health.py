"""How the table that runs out of this installation is, seen from outside of its processes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from exhibit.contract.board import read_status
from exhibit.contract.installed import INSTALLED_AT
from exhibit.contract.reasons import Reason, is_off
from exhibit.contract.run_folders import running_tables
from exhibit.contract.table_state import State, TableState

_NO_FAULT = ("object_left", "stage_frozen", "stage_blank", "table_ended", "memory_was_full")
"""What visitors and operators do on purpose, and what is over."""
_NO_TABLE: Reason = {"code": "no_table", "text": "no table of this version runs"}


@dataclass(frozen=True, slots=True, eq=False)
class Health:
    """How a table is.

    Attributes:
        shows: all its processes live that are on, and there was a picture.
        life: names one life of all processes; another one means that one of them ended.
        reasons: what is not as it should be.
    """

    shows: bool
    life: str
    reasons: tuple[Reason, ...]

    @property
    def is_well(self) -> bool:
        """Whether nobody needs to look after it."""
        return self.shows and not self.reasons


def look_at_table(installed_at: Path = INSTALLED_AT) -> Health:
    """Return how the table is that runs out of an installation, the newest where several do."""
    found = [folder for folder in running_tables() if _is_of(folder, installed_at)]
    if not found:
        return Health(False, "", (_NO_TABLE,))
    _become_owner(found[0])
    return _judge(TableState(found[0]).look(), found[0].name)


def _judge(state: State, name: str) -> Health:
    lives = state["processes"]
    alive = all(lives[each]["pid"] or is_off(lives, each) for each in lives) and bool(lives)
    reasons = tuple(r for r in state["reasons"] if r["code"] not in _NO_FAULT)
    silent = any(r["code"].endswith("_silent") for r in reasons)
    shows = alive and not silent and bool(state["engine"]["pictures"])
    restarts = sum(int(process["restarts"]) for process in lives.values())
    return Health(shows, f"{name}/{restarts}", reasons)


def _is_of(folder: Path, installed_at: Path) -> bool:
    try:
        return read_status(folder, "supervisor").get("installed_at") == str(installed_at)
    except (OSError, ValueError):
        return False  # somebody else's, or replaced at this moment


def _become_owner(folder: Path) -> None:
    """Look as the table's own user: whoever looks at heartbeats makes those that are missing."""
    found = folder.stat()
    if os.geteuid() == 0 and found.st_uid:
        os.setegid(found.st_gid)
        os.seteuid(found.st_uid)
