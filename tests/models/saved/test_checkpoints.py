"""A run that is cut while it saves must leave a checkpoint that another run can go on from."""

import errno
import os

import pytest

torch = pytest.importorskip("torch")

from models.saved.gan import load_checkpoint, save_checkpoint  # noqa: E402


def test_save_checkpoint_on_a_full_disk_keeps_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "run" / "latest.pt"
    save_checkpoint(path, {"step": 1})

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(path, {"step": 2})
    assert load_checkpoint(path)["step"] == 1
    assert [entry.name for entry in path.parent.iterdir()] == ["latest.pt"]
