"""What became of an update, left in the state folder until the operator's page has told of it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Literal

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_text

News = Literal["update", "update failed"]
KINDS: tuple[News, ...] = ("update", "update failed")
_FILE = "update-news.json"


def leave_news(state_dir: Path, what: News, text: str) -> None:
    """Leave what became of an update; without room on the disk only who updates hears it."""
    with contextlib.suppress(OSError):
        write_whole(state_dir / _FILE, json.dumps({"what": what, "text": text}), PRIVATE)


def take_news(state_dir: Path) -> tuple[News, str] | None:
    """Return what became of an update, once; None where there is nothing new."""
    file = state_dir / _FILE
    try:
        found = json.loads(plain_text(file))
        what, text = found["what"], str(found["text"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        what, text = None, ""
    with contextlib.suppress(OSError):
        file.unlink()
    return (what, text) if what in KINDS else None
