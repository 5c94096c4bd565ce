"""An encoder goes on: for a generator that has grown, for more planes, for a finer map."""

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from models.networks.psp.config import EncoderConfig  # noqa: E402
from models.networks.psp.inverter import Inverter  # noqa: E402
from models.networks.stylegan2.config import ModelError  # noqa: E402
from models.training.encoder.grow import continued  # noqa: E402

SOURCE = Path("small.pt")
SMALL = EncoderConfig(ink_size=64, num_ws=8, w_dim=16, feature_channels=8, width=4)


def go_on(before: EncoderConfig, after: EncoderConfig) -> tuple[Inverter, Inverter]:
    """An untrained encoder, and another one that goes on from its weights."""
    old, new = Inverter(before), Inverter(after)
    weights = continued(old.state_dict(), before, new.state_dict(), after, SOURCE)
    new.load_state_dict(weights)
    return old.eval(), new.eval()


def test_continued_new_codes_begin_as_the_finest_known():
    old, new = go_on(replace(SMALL, num_ws=10), replace(SMALL, num_ws=12))
    ink = torch.randn(2, 1, 64, 64)
    found, before = new(ink).w_plus, old(ink).w_plus
    assert torch.allclose(found[:, :10], before, atol=1e-6)
    assert torch.allclose(found[:, 10:], before[:, 8:], atol=1e-6)


def test_continued_with_more_planes_sees_only_the_ink_at_first():
    old, new = go_on(SMALL, replace(SMALL, planes=3))
    planes = torch.randn(2, 3, 64, 64)
    assert torch.allclose(new(planes).w_plus, old(planes[:, :1]).w_plus, atol=1e-6)


def test_continued_with_a_finer_map_keeps_the_codes_and_begins_it_at_zero():
    old, new = go_on(SMALL, replace(SMALL, planes=3, feature_side=32))
    planes = torch.randn(2, 3, 64, 64)
    codes = new(planes)
    assert torch.allclose(codes.w_plus, old(planes[:, :1]).w_plus, atol=1e-6)
    assert codes.feature.shape == (2, 8, 32, 32)
    assert codes.feature.abs().max() == 0


def test_continued_with_detail_keeps_codes_and_map_and_begins_the_detail_at_zero():
    after = replace(SMALL, detail_channels=2, feature_channels=8 + 2 * 4**2)
    old, new = go_on(SMALL, after)
    ink = torch.randn(2, 1, 64, 64)
    before, found = old(ink), new(ink)
    assert torch.allclose(found.w_plus, before.w_plus, atol=1e-6)
    assert torch.allclose(found.feature[:, :8], before.feature, atol=1e-6)
    assert found.feature.shape == (2, 8 + 2 * 4**2, 16, 16)
    assert found.feature[:, 8:].abs().max() == 0


@pytest.mark.parametrize("planes", [1, 3])
def test_continued_with_finer_ink_reads_doubled_pixels_as_it_read_the_pixels(planes):
    before = replace(SMALL, planes=planes, feature_side=32)
    old = Inverter(before)
    old.encoder.fine_map.out.weight.data.normal_(std=0.1)
    after = replace(before, ink_size=128, planes=3)
    new = Inverter(after)
    new.load_state_dict(continued(old.state_dict(), before, new.state_dict(), after, SOURCE))
    ink = torch.randn(2, 3, 64, 64)
    found, expected = new(ink.repeat_interleave(2, 2).repeat_interleave(2, 3)), old(ink[:, :planes])
    assert torch.allclose(found.w_plus, expected.w_plus, atol=1e-5)
    assert torch.allclose(found.feature, expected.feature, atol=1e-5)


def test_continued_another_encoder_is_refused_with_its_shapes():
    old, new = Inverter(SMALL), Inverter(replace(SMALL, width=8))
    with pytest.raises(ModelError, match=r"small.pt: .*'encoder.*shape \(.*, expected \("):
        continued(old.state_dict(), SMALL, new.state_dict(), new.config, SOURCE)
