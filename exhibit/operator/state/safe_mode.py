"""Safe mode as the operator's page has it: switched by a person, or by the supervisor."""

from __future__ import annotations

from pathlib import Path

from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.safe_mode import begin_safe_mode, end_safe_mode, safe_mode_reason


class SafeModeError(ConfigError):
    """In safe mode nothing can be changed but safe mode itself."""


class SafeMode:
    """Whether safe mode is on, and why.

    Attributes:
        reason: why it is on, "" where a person wanted it, None where it is off.

    Args:
        state_dir: holds the mark that safe mode leaves.
    """

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self.reason = safe_mode_reason(state_dir)

    @property
    def is_on(self) -> bool:
        """Whether it is on."""
        return self.reason is not None

    def begin(self) -> None:
        """Switch it on for a person; raises OSError where that cannot be kept, and it stays off."""
        begin_safe_mode(self._state_dir, "")
        self.reason = ""

    def end(self) -> None:
        """Switch it off; raises OSError where it cannot be, and it stays on."""
        end_safe_mode(self._state_dir)
        self.reason = None

    def look(self) -> bool:
        """Take it where the supervisor has switched it on; returns whether it just has."""
        found = safe_mode_reason(self._state_dir)
        if found is None or self.is_on:
            return False
        self.reason = found
        return True

    def refuse(self) -> None:
        """Refuse a change; raises SafeModeError where it is on."""
        if self.is_on:
            raise SafeModeError("safe mode is on: config.yaml alone holds; turn it off first")
