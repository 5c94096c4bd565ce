"""A published encoder is read as data and gives the same codes."""

import argparse
from pathlib import Path

import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")

from models.cli import main  # noqa: E402
from models.networks.psp.config import EncoderError  # noqa: E402
from models.networks.psp.inverter import Inverter  # noqa: E402
from models.networks.stylegan2.config import GeneratorConfig  # noqa: E402
from models.networks.stylegan2.generator import Generator  # noqa: E402
from models.saved.checkpoint import CheckpointError  # noqa: E402
from models.saved.encoder import load_hand  # noqa: E402
from models.saved.published_psp import load_published  # noqa: E402
from tests.models.hands import published_encoder  # noqa: E402
from tests.models.saved.test_rosinality import rosinality_state  # noqa: E402


def _published(path: Path, inverter: Inverter, decoder=None, **options: object) -> Path:
    weights = {f"encoder.{k}": v for k, v in inverter.encoder.state_dict().items()}
    mean = torch.arange(64.0).expand(8, 64).contiguous()
    options = argparse.Namespace(input_size=128, input_nc=3, **options)
    named = rosinality_state(decoder) if decoder is not None else {}
    state = weights | {f"decoder.{k}": v for k, v in named.items()}
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


def _decoder() -> Generator:
    shape = {"resolution": 32, "channel_base": 256, "channel_max": 16, "img_channels": 3}
    return Generator(
        GeneratorConfig(z_dim=64, w_dim=64, mapping_layers=2, layout="published", **shape)
    ).eval()


@torch.no_grad()
def test_import_psp_to_graphs_gives_the_published_answers(tmp_path: Path):
    encoder, decoder = published_encoder(), _decoder()
    path = _published(tmp_path / "psp.pt", encoder, decoder, encoder_type="GradualStyleEncoder")
    run = CliRunner()
    made = run.invoke(main, ["import-psp", str(path), "-o", str(tmp_path / "ours.pt")])
    assert made.exit_code == 0, made.output
    assert "8 codes of 64; generator of 32 px, 3 channel(s)" in made.output
    hand = load_hand(tmp_path / "ours.pt")
    ink = torch.randn(1, 1, 128, 128)
    codes = encoder(ink).w_plus + torch.arange(64.0)
    expected = decoder.synthesis(codes)
    found = hand.generator.synthesis(hand.inverter(ink).w_plus)
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=1e-3)
    made = run.invoke(main, ["export", str(tmp_path / "ours.pt"), "-o", str(tmp_path / "graphs")])
    assert made.exit_code == 0, made.output
    assert (tmp_path / "graphs" / "encoder.onnx").is_file()


def test_import_psp_dry_run_writes_nothing(tmp_path: Path):
    path = _published(tmp_path / "psp.pt", published_encoder(), _decoder())
    out = tmp_path / "ours.pt"
    made = CliRunner().invoke(main, ["import-psp", str(path), "-o", str(out), "--dry-run"])
    assert made.exit_code == 0 and not out.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoder_type": "Encoder4Editing"}, "e4e \\(encoder_type Encoder4Editing\\)"),
        ({"encoder_type": "ResNetBackboneEncoder"}, "ReStyle \\(encoder_type"),
        ({"encoder_type": "Mine"}, "another encoder \\(encoder_type Mine\\)"),
        ({"n_iters_per_batch": 5}, "ReStyle \\(n_iters_per_batch 5\\)"),
        ({"learn_in_w": True}, "learn_in_w is on"),
    ],
)
def test_load_published_encoder_of_another_kind_is_refused_by_name(
    tmp_path: Path, options: dict, message: str
):
    path = _published(tmp_path / "other.pt", published_encoder(), **options)
    with pytest.raises(EncoderError, match=message):
        load_published(path)


def test_load_published_that_does_not_start_from_the_mean_starts_from_zero(tmp_path: Path):
    path = _published(tmp_path / "psp.pt", published_encoder(), start_from_latent_avg=False)
    assert not load_published(path).w_avg.any()


def test_load_published_encoder_that_sees_its_own_answer_is_refused(tmp_path: Path):
    encoder = published_encoder()
    encoder.encoder.input_layer[0] = torch.nn.Conv2d(6, 64, 3, 1, 1, bias=False)
    with pytest.raises(EncoderError, match="sees 6 channels"):
        load_published(_published(tmp_path / "restyle.pt", encoder))
