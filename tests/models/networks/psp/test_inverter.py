import argparse
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from models.networks.psp.config import EncoderConfig, EncoderError  # noqa: E402
from models.networks.psp.inverter import Inverter, inverter_for  # noqa: E402
from models.saved.checkpoint import CheckpointError  # noqa: E402
from models.saved.published_psp import load_published  # noqa: E402
from models.training.encoder.losses import offset_loss  # noqa: E402
from tests.models.hands import small_config, small_generator, small_hand  # noqa: E402


def test_inverter_untrained_feature_is_zero_and_codes_are_near_the_mean():
    generator = small_generator()
    inverter = inverter_for(generator, small_config())
    codes = inverter(torch.randn(2, 1, 64, 64))
    assert codes.w_plus.shape == (2, 8, 16)
    assert codes.feature.shape == (2, 16, 16, 16)
    assert codes.feature.abs().max() == 0
    assert (codes.w_plus - generator.mapping.w_avg).abs().max() < 0.5


def test_inverter_w_plus_has_no_feature():
    generator = small_generator()
    config = small_config(inversion="w_plus", feature_channels=0)
    assert inverter_for(generator, config)(torch.randn(1, 1, 64, 64)).feature is None


def test_inverter_two_steps_sees_its_own_picture():
    hand = small_hand(steps=2)
    ink = torch.randn(1, 1, 64, 64)
    codes = hand.inverter(ink, hand.generator.synthesis)
    with pytest.raises(EncoderError, match="needs the generator"):
        hand.inverter(ink)
    other = small_generator()
    with torch.no_grad():
        other.synthesis.b4.const.mul_(-1)
    changed = hand.inverter(ink, other.synthesis)
    assert (codes.w_plus - changed.w_plus).abs().max() > 1e-6


def test_inverter_wrong_ink_names_shape():
    with pytest.raises(EncoderError, match="64, 64"):
        small_hand().inverter(torch.zeros(1, 1, 32, 32))


def test_inverter_for_generator_with_other_codes_is_refused():
    with pytest.raises(EncoderError, match="num_ws"):
        inverter_for(small_generator(), small_config(num_ws=10))


def test_offset_penalty_pulls_to_the_mean_and_the_printed_one_away():
    """Erratum 9: with an encoder that predicts offsets, the penalty must be on the offset."""
    w_avg = torch.full((16,), 3.0)
    start = torch.ones(1, 8, 16)
    offset = start.clone().requires_grad_(True)
    (ours,) = torch.autograd.grad(offset_loss(offset + w_avg, w_avg), offset)
    (printed,) = torch.autograd.grad((offset - w_avg).square().mean(), offset)
    after = {name: start - 1e2 * g for name, g in {"ours": ours, "printed": printed}.items()}
    assert after["ours"].norm() < start.norm()
    assert after["printed"].norm() > start.norm()


def _published(path: Path, inverter: Inverter) -> Path:
    weights = {f"encoder.{k}": v for k, v in inverter.encoder.state_dict().items()}
    mean = torch.arange(64.0).expand(8, 64)
    options = argparse.Namespace(input_size=128, input_nc=3)
    state = weights | {"decoder.x": torch.zeros(1)}
    torch.save({"state_dict": state, "latent_avg": mean, "opts": options}, path)
    return path


@pytest.fixture(scope="module")
def irse50() -> Inverter:
    config = EncoderConfig(
        backbone="irse50",
        ink_size=128,
        input_channels=3,
        num_ws=8,
        w_dim=64,
        inversion="w_plus",
        feature_channels=0,
    )
    return Inverter(config).eval()


def test_load_published_reads_weights_and_mean(tmp_path: Path, irse50: Inverter):
    loaded = load_published(_published(tmp_path / "psp.pt", irse50))
    assert loaded.config == irse50.config
    assert torch.equal(loaded.w_avg, torch.arange(64.0))
    ink = torch.randn(1, 1, 128, 128)
    with torch.no_grad():
        expected = irse50(ink).w_plus + loaded.w_avg
        torch.testing.assert_close(loaded(ink).w_plus, expected)


def test_irse50_has_the_published_names(irse50: Inverter):
    names = set(irse50.encoder.state_dict())
    assert {
        "input_layer.0.weight",
        "body.3.shortcut_layer.0.weight",
        "body.23.res_layer.5.fc2.weight",
        "styles.7.convs.0.weight",
        "styles.7.linear.weight",
        "latlayer2.bias",
    } <= names


def test_load_published_file_that_would_run_code_is_refused(tmp_path: Path):
    class Evil:
        def __reduce__(self):
            return (print, ("ran",))

    torch.save({"state_dict": {}, "x": Evil()}, tmp_path / "evil.pt")
    with pytest.raises(CheckpointError, match="not a checkpoint of tensors"):
        load_published(tmp_path / "evil.pt")
