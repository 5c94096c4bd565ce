"""A published encoder is read as data and gives the same codes."""

import argparse
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from models.networks.psp.inverter import Inverter  # noqa: E402
from models.saved.checkpoint import CheckpointError  # noqa: E402
from models.saved.published_psp import load_published  # noqa: E402
from tests.models.hands import published_encoder  # noqa: E402


def _published(path: Path, inverter: Inverter) -> Path:
    weights = {f"encoder.{k}": v for k, v in inverter.encoder.state_dict().items()}
    mean = torch.arange(64.0).expand(8, 64)
    options = argparse.Namespace(input_size=128, input_nc=3)
    state = weights | {"decoder.x": torch.zeros(1)}
    torch.save({"state_dict": state, "latent_avg": mean, "opts": options}, path)
    return path


def test_load_published_reads_weights_and_mean(tmp_path: Path):
    irse50 = published_encoder()
    loaded = load_published(_published(tmp_path / "psp.pt", irse50))
    assert loaded.config == irse50.config
    assert torch.equal(loaded.w_avg, torch.arange(64.0))
    ink = torch.randn(1, 1, 128, 128)
    with torch.no_grad():
        expected = irse50(ink).w_plus + loaded.w_avg
        torch.testing.assert_close(loaded(ink).w_plus, expected)


def test_load_published_file_that_would_run_code_is_refused(tmp_path: Path):
    class Evil:
        def __reduce__(self):
            return (print, ("ran",))

    torch.save({"state_dict": {}, "x": Evil()}, tmp_path / "evil.pt")
    with pytest.raises(CheckpointError, match="not a checkpoint of tensors"):
        load_published(tmp_path / "evil.pt")
