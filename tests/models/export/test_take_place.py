"""A bundle that is replaced must be there at every moment: the table may open it, or power fail."""

import sys
import threading
from pathlib import Path

import pytest

from models.export import take_place as module
from models.export.take_place import take_place


def folder_of(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    (path / "card.yaml").write_text(text)
    return path


@pytest.fixture
def names(tmp_path: Path) -> tuple[Path, Path]:
    return folder_of(tmp_path / "scratch" / "new", "new"), folder_of(tmp_path / "lear", "old")


@pytest.mark.parametrize("in_one_step", [True, False])
def test_take_place_exchanges_new_and_old(names, in_one_step, monkeypatch):
    if not in_one_step:
        monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    new, path = names
    take_place(new, path)
    assert (path / "card.yaml").read_text() == "new"
    assert (new / "card.yaml").read_text() == "old"
    assert len(list(new.parent.iterdir())) == 1


def test_take_place_of_nothing_moves_the_folder(names, tmp_path):
    new, _ = names
    take_place(new, tmp_path / "another")
    assert (tmp_path / "another" / "card.yaml").read_text() == "new"
    assert not new.exists()


def test_take_place_that_cannot_be_moved_leaves_the_old_one(names, monkeypatch):
    monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    new, path = names
    rename = Path.rename

    def refuse(self, target):
        if self == new:
            raise OSError("another file system")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="another file system"):
        take_place(new, path)
    assert (path / "card.yaml").read_text() == "old"


@pytest.mark.skipif(sys.platform != "linux", reason="uses Linux's renameat2")
def test_take_place_reader_always_finds_one_of_both(names):
    new, path = names
    missed, ended = [], threading.Event()

    def read():
        while not ended.is_set():
            try:
                (path / "card.yaml").read_text()
            except FileNotFoundError:
                missed.append(path)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(300):
        take_place(new, path)
    ended.set()
    reader.join()
    assert not missed
