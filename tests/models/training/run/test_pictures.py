"""Reading shared out must leave every process with all drawings, in one order, and none twice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

import torch

from exhibit.contract.errors import InputError
from models.collection import dataset
from models.collection.pictures import load_pictures
from models.training.run import pictures
from models.training.run.pictures import read_together
from tests.models.training.gan.gan_fixtures import write_dataset


@dataclass
class Alone:
    """Stands for one of several processes, whose sums are taken below."""

    global_rank: int
    world_size: int
    device: str = "cpu"


@pytest.fixture
def sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave every process with its own share."""
    monkeypatch.setattr(pictures, "sum_of_all", lambda _, own: own)
    monkeypatch.setattr(pictures, "agree", lambda _, wishes: list(wishes))


@pytest.mark.usefixtures("sums")
def test_shares_of_three_processes_are_the_whole_collection_once(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "data", 7)
    (folder / "images" / "zz.png").write_bytes(b"no picture")
    shares = [read_together(Alone(rank, 3), folder, 32, 1) for rank in range(3)]
    whole = load_pictures(folder, 32, 1)
    found = {
        name: picture
        for share in shares
        for name, picture in zip(share.names, share.pictures, strict=True)
    }
    assert sum(len(share) for share in shares) == len(found) == len(whole) == 7
    for name, picture in zip(whole.names, whole.pictures, strict=True):
        assert torch.equal(found[name], picture)


@pytest.mark.usefixtures("sums")
def test_each_file_is_decoded_by_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = []
    before = dataset.DrawingDataset._decode

    def counting(self: dataset.DrawingDataset, name: str, data: bytes) -> object:
        decoded.append(name)
        return before(self, name, data)

    monkeypatch.setattr(dataset.DrawingDataset, "_decode", counting)
    folder = write_dataset(tmp_path / "data", 6)
    for rank in range(2):
        read_together(Alone(rank, 2), folder, 32, 1)
    assert len(decoded) == 6 == len(set(decoded))


def test_what_one_process_cannot_read_ends_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "agree", lambda *_: [True])
    with pytest.raises(InputError, match="another process cannot read its share"):
        read_together(Alone(0, 2), write_dataset(tmp_path / "data", 6), 32, 1)
