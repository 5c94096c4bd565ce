"""What stage and supervisor are told to do; everything else they see in the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from exhibit.contract.board import send_command
from exhibit.contract.taking_home import ask_to_take_home


class Orders:
    """Sends orders, and says whether they were taken.

    Args:
        run_dir: the folder that the processes share.
    """

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir

    def show(self, name: Literal["freeze", "blank"], on: bool) -> bool:
        """Freeze or blank the stage, or end that; False where the stage is not there."""
        return send_command(self._run_dir, "stage", {"do": name, "on": on})

    def take_home(self, by: str) -> bool:
        """Have what is drawn printed or kept; False where that process is not there."""
        return ask_to_take_home(self._run_dir, by)

    def restart(self, name: str) -> bool:
        """End a process and start it again; False where the supervisor is not there."""
        return send_command(self._run_dir, "supervisor", {"do": "restart", "name": name})
