"""A notice that the stage shows over the picture, such as how to claim a new table.

It lives in the run folder, so that a stage that starts again shows it too.
"""

from __future__ import annotations

import json
from pathlib import Path

from exhibit.contract.files import tell

_NAME = "notice.json"


def write_notice(run_dir: Path, lines: list[str], until: float) -> bool:
    """Show lines of text until `until` in monotonic seconds; False without room in memory."""
    return tell(run_dir / _NAME, json.dumps({"lines": lines, "until": until}))


def clear_notice(run_dir: Path) -> None:
    """Take the notice away."""
    (run_dir / _NAME).unlink(missing_ok=True)


def read_notice(run_dir: Path, now: float) -> list[str]:
    """Return the lines to show at `now` (monotonic seconds), none where there are none."""
    try:
        found = json.loads((run_dir / _NAME).read_text(encoding="utf-8"))
        return [str(line) for line in found["lines"]] if now < float(found["until"]) else []
    except (OSError, ValueError, KeyError, TypeError):
        return []
