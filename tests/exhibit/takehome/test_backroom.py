"""Pages are made where all else comes first, and nobody else in the process is held up by that."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.records import Origin
from exhibit.contract.settings.taking_home import TakehomeConfig
from exhibit.takehome.backroom import Asked, Backroom

PLANE = np.full((8, 8), 255, np.uint8)
CONFIG = TakehomeConfig(enabled=True)
ASKED = Asked(PLANE, PLANE, Origin(), "", ("lear",), "en", CONFIG)


def _niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_page_is_made_in_a_thread_of_the_lowest_priority_and_no_other_thread_is_slowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, made_at = Backroom(CONFIG, tmp_path), []
    monkeypatch.setattr(room, "_make", lambda asked: made_at.append((asked, _niceness())))
    before = _niceness()
    room.take(ASKED)
    room.work()
    assert made_at == [(ASKED, min(before + 15, 19))]
    assert _niceness() == before


def test_page_that_cannot_be_made_ends_the_backroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Backroom(CONFIG, tmp_path)

    def fail(_: Asked) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(room, "_make", fail)
    room.take(ASKED)
    with pytest.raises(ValueError, match="odd"):
        room.work()
