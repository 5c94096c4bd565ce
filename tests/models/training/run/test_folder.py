"""A cut while a checkpoint is written, or a damaged file, costs minutes and not the run."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

from exhibit.contract.errors import InputError
from models.saved.checkpoint import ENCODER, GAN, CheckpointError
from models.training.run import folder as run_folder
from models.training.run.folder import keep, read_newest, refuse_another_run

STATE = {"random_states": []}


def keep_two(folder: Path) -> None:
    for step in (1, 2):
        keep(folder, GAN, STATE | {"step": step})


def test_read_newest_reads_the_one_before_where_the_newest_is_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep_two(tmp_path)
    path, state = read_newest(tmp_path, GAN)
    assert (path.name, state["step"]) == ("latest.pt", 2)
    path.write_bytes(path.read_bytes()[:100])
    path, state = read_newest(tmp_path, GAN)
    assert (path.name, state["step"]) == ("previous.pt", 1)
    assert "latest.pt: not a checkpoint" in caplog.text


def test_read_newest_reads_the_one_before_where_the_newest_is_gone(tmp_path: Path) -> None:
    keep_two(tmp_path)
    (tmp_path / "latest.pt").unlink()
    assert read_newest(tmp_path, GAN)[1]["step"] == 1


def test_read_newest_of_nothing_another_kind_or_a_compact_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"latest\.pt: no such checkpoint"):
        read_newest(tmp_path, GAN)
    keep_two(tmp_path)
    with pytest.raises(CheckpointError, match=r"latest.pt: expected .*train-encoder"):
        read_newest(tmp_path, ENCODER)
    keep(tmp_path, GAN, {"step": 3})
    with pytest.raises(InputError, match=r"latest.pt is a compact .*in --from, not --resume"):
        read_newest(tmp_path, GAN)


def test_keep_cut_between_its_renames_leaves_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_two(tmp_path)

    def cut(path: Path, form: str, state: dict) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(run_folder, "write_checkpoint", cut)
        keep(tmp_path, GAN, STATE | {"step": 3})
    assert read_newest(tmp_path, GAN)[1]["step"] == 2
    (tmp_path / "latest.pt").replace(tmp_path / "previous.pt")  # the first rename alone
    assert read_newest(tmp_path, GAN)[1]["step"] == 2
    with pytest.raises(InputError, match="--resume"):
        refuse_another_run(tmp_path)
