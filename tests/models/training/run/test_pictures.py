"""Every process reads and holds its share, no drawing is lost or twice, each can be asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

import torch
from lightning_fabric import Fabric

from exhibit.contract.errors import InputError
from models.collection import dataset
from models.collection.pictures import load_pictures
from models.training.parts import shard as shard_module
from models.training.parts.latent_places import drawing_keys
from models.training.run import pictures
from models.training.run.pictures import read_shards
from tests.models.training.gan.gan_fixtures import write_dataset
from tests.patience import PATIENCE_S


@dataclass
class Alone:
    """Stands for one of several processes, whose sums are taken below."""

    global_rank: int
    world_size: int
    device: str = "cpu"


@pytest.fixture
def sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave every process with what it has itself."""
    for module in (pictures, shard_module):
        monkeypatch.setattr(module, "sum_of_all", lambda _, own: own)
    monkeypatch.setattr(pictures, "agree", lambda _, wishes: list(wishes))


@pytest.mark.usefixtures("sums")
def test_each_file_is_decoded_by_one_process_at_both_sizes_of_one_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    before = pictures.picture_bytes

    def counting(path: Path, names: list[str]) -> object:
        for name, data in before(path, names):
            read.append(name)
            yield name, data

    monkeypatch.setattr(pictures, "picture_bytes", counting)
    folder = write_dataset(tmp_path / "data", 7)
    shards = [read_shards(Alone(rank, 3), folder, (32, 1), (64, 3)) for rank in range(3)]
    assert sorted(read) == list(dataset.picture_names(folder))
    assert [len(small.pictures) for small, _ in shards] == [3, 2, 2]
    assert [large.pictures.shape[1:] for _, large in shards] == [(3, 64, 64)] * 3


def test_shard_of_one_process_is_the_whole_collection(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "data", 70)
    (folder / "images" / "05.png").write_bytes(b"no picture")
    fabric = Fabric(accelerator="cpu", devices=1)
    (shard,) = read_shards(fabric, folder, (32, 1))
    whole = load_pictures(folder, 32, 1)
    assert torch.equal(shard.pictures, whole.pictures) and shard.names == whole.names
    assert torch.equal(torch.cat(list(shard.blocks())), whole.pictures)
    assert torch.equal(shard.some(10), whole.pictures[::6])
    assert torch.equal(shard.keys, drawing_keys(folder, whole.names))


@pytest.mark.slow
@pytest.mark.timeout(2 * PATIENCE_S)
def test_two_processes_hold_half_each_and_give_each_other_what_is_asked_for(
    tmp_path: Path,
) -> None:
    folder, out = write_dataset(tmp_path / "data", 71), tmp_path / "out"
    out.mkdir()
    (folder / "images" / "05.png").write_bytes(b"no picture")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command += ["-m", "tests.models.training.run.one_of_two", str(folder), str(out)]
    ran = subprocess.run(command, timeout=PATIENCE_S, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-3000:]
    found = [json.loads((out / f"{rank}.json").read_text()) for rank in (0, 1)]
    whole = load_pictures(folder, 32, 1).pictures
    assert sorted(found[0]["rows"] + found[1]["rows"]) == list(range(70))
    for one in found:
        assert one["held_bytes"] * 2 == pytest.approx(whole.numel(), rel=0.1)
        assert one["whole"] == [int(picture.sum()) for picture in whole]
        assert one["at"] == [int(whole[place].sum()) for place in (69, 0, 33)]
        assert one["keys"] == drawing_keys(folder, load_pictures(folder, 32, 1).names).tolist()


def test_what_one_process_cannot_read_ends_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "agree", lambda *_: [True])
    with pytest.raises(InputError, match="another process cannot read its share"):
        read_shards(Alone(0, 2), write_dataset(tmp_path / "data", 6), (32, 1))


@pytest.mark.usefixtures("sums")
def test_process_without_a_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no readable picture in it for process 3 of 3"):
        read_shards(Alone(2, 3), write_dataset(tmp_path / "data", 2), (32, 1))
