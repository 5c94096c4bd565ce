import pytest

torch = pytest.importorskip("torch")

from models.networks.psp.config import EncoderError  # noqa: E402
from models.networks.psp.inverter import inverter_for  # noqa: E402
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
