"""A checkpoint holds finite numbers, is whole, and is read without running anything."""

import errno
import os
import random
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from models.saved.checkpoint import (  # noqa: E402
    ENCODER,
    GAN,
    CheckpointError,
    not_finite,
    read_checkpoint,
    write_checkpoint,
)
from models.saved.compacting import compact  # noqa: E402
from models.saved.encoder import load_hand  # noqa: E402
from tests.models.hands import small_hand  # noqa: E402


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_write_checkpoint_not_finite_names_the_tensor_and_keeps_the_old_file(
    tmp_path: Path, value: float
) -> None:
    path = tmp_path / "net.pt"
    write_checkpoint(path, GAN, {"ema": {"w": torch.ones(2)}})
    before = path.read_bytes()
    state = {"optimizer_g": {"state": {0: {"exp_avg": torch.tensor([0.0, value])}}}}
    with pytest.raises(CheckpointError, match=r"net.pt: not written, optimizer_g.state.0.exp_avg"):
        write_checkpoint(path, GAN, state)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["net.pt"]


def test_not_finite_looks_into_lists_and_leaves_whole_numbers_and_plain_values() -> None:
    state = {"states": [torch.zeros(2), (torch.tensor([1.0, -torch.inf]),)]}
    assert not_finite(state) == "states[1][0]"
    assert not_finite({"n": torch.ones(2, dtype=torch.uint8), "at": float("nan")}) is None


def test_write_checkpoint_too_large_for_half_precision_is_refused(tmp_path: Path) -> None:
    """Half precision ends at 65,504; what lies beyond would be read as infinity."""
    state = {"format": GAN, "ema": {"w": torch.tensor([7e4])}}
    with pytest.raises(CheckpointError, match=r"ema.w is not finite"):
        write_checkpoint(tmp_path / "small.pt", GAN, compact(state))


@pytest.mark.parametrize("part", ["encoder_config", "inverter_ema", "pictures_seen"])
def test_load_hand_of_a_checkpoint_without_a_part_names_it(tmp_path: Path, part: str) -> None:
    hand = small_hand()
    state = {
        "encoder_config": hand.inverter.config.to_dict(),
        "inverter_ema": hand.inverter.state_dict(),
        "generator_config": hand.generator.config.to_dict(),
        "generator_ema": hand.generator.state_dict(),
        "pictures_seen": 3,
    }
    path = tmp_path / "hand.pt"
    write_checkpoint(path, ENCODER, state)
    assert load_hand(path).notes["encoder_pictures"] == 3
    write_checkpoint(path, ENCODER, {key: value for key, value in state.items() if key != part})
    with pytest.raises(CheckpointError, match=f"hand.pt: holds no '{part}'"):
        load_hand(path)


def test_read_checkpoint_of_another_format_or_of_no_dictionary_is_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "gan.pt", GAN, {})
    with pytest.raises(CheckpointError, match=r"gan.pt: expected .*models train-encoder"):
        read_checkpoint(tmp_path / "gan.pt", ENCODER)
    assert read_checkpoint(tmp_path / "gan.pt", ENCODER, GAN)["format"] == GAN
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(CheckpointError, match="list"):
        read_checkpoint(tmp_path / "list.pt", GAN)
    (tmp_path / "text.pt").write_text("no checkpoint")
    with pytest.raises(CheckpointError, match="not a checkpoint of tensors"):
        read_checkpoint(tmp_path / "text.pt", GAN)


def test_write_checkpoint_on_a_full_disk_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run" / "latest.pt"
    write_checkpoint(path, GAN, {"step": 1})

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(os, "fsync", full)
        write_checkpoint(path, GAN, {"step": 2})
    assert read_checkpoint(path, GAN)["step"] == 1
    assert [entry.name for entry in path.parent.iterdir()] == ["latest.pt"]


def test_write_checkpoint_on_a_full_disk_is_the_disk_s_error_and_leaves_nothing(
    tmp_path, monkeypatch
) -> None:
    def full(*_: object) -> None:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError:
            raise RuntimeError("[enforce fail at inline_container.cc:672]")  # noqa: B904

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match=r"No space left on device: .*latest\.pt"):
        write_checkpoint(tmp_path / "latest.pt", GAN, {})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("zipped", [True, False])
def test_read_checkpoint_cut_short_or_damaged_is_one_line(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / "net.pt"
    state = {"format": GAN, "ema": {"w": torch.ones(64)}}
    torch.save(state, path, _use_new_zipfile_serialization=zipped)
    whole = path.read_bytes()
    rng = random.Random(1)
    damaged = [whole[: len(whole) * part // 24] for part in range(24)] + [b"text", b"PK\3\4"]
    for _ in range(60):
        flipped = bytearray(whole)
        flipped[rng.randrange(len(whole))] = rng.randrange(256)
        damaged.append(bytes(flipped))
    for data in damaged:
        path.write_bytes(data)
        try:
            read_checkpoint(path, GAN)
        except CheckpointError as error:
            assert "\n" not in str(error) and "weights_only" not in str(error)
