"""A folder keeps drawings for their hours, removes only what is ours, and is never made."""

import os
from pathlib import Path

import pytest

from exhibit.takehome.folder import Folder
from exhibit.takehome.outbox import DeliveryError, Parcel

NOW, HOUR_S = 1_800_000_000.0, 3600.0
OURS = "drawing-20261128-231500-0a1b.pdf"


def _age(path: Path, seconds: float) -> Path:
    path.write_bytes(b"x")
    os.utime(path, (NOW - seconds, NOW - seconds))
    return path


def test_folder_keeps_a_drawing(tmp_path: Path) -> None:
    Folder(tmp_path).keep(Parcel(OURS, b"a drawing", NOW))
    assert (tmp_path / OURS).read_bytes() == b"a drawing"


def test_folder_removes_only_drawings_and_only_old_ones(tmp_path: Path) -> None:
    old = _age(tmp_path / OURS, 25 * HOUR_S)
    young = _age(tmp_path / "drawing-20261128-231500-0a1c.png", 23 * HOUR_S)
    others = [
        _age(tmp_path / name, 99 * HOUR_S)
        for name in ("holiday.pdf", "drawing-of-mine.pdf", f"{OURS}.txt")
    ]
    Folder(tmp_path).clean(24 * HOUR_S, NOW)
    assert not old.exists()
    assert all(path.exists() for path in (young, *others))


def test_folder_counts_a_drawing_of_the_future_from_now(tmp_path: Path) -> None:
    path = _age(tmp_path / OURS, -1000 * HOUR_S)
    folder = Folder(tmp_path)
    folder.clean(24 * HOUR_S, NOW)
    assert path.stat().st_mtime == NOW
    folder.clean(24 * HOUR_S, NOW + 25 * HOUR_S)
    assert not path.exists()


def test_folder_that_is_gone_is_named_and_not_made(tmp_path: Path) -> None:
    gone = tmp_path / "stick"
    with pytest.raises(DeliveryError, match="stick: not there"):
        Folder(gone).keep(Parcel(OURS, b"a drawing", NOW))
    Folder(gone).clean(24 * HOUR_S, NOW)
    assert not gone.exists()
