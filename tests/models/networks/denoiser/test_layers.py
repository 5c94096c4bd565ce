"""Layers must have derivatives both ways: directions are found by them."""

import pytest

torch = pytest.importorskip("torch")

from torch.func import jvp, vmap  # noqa: E402

from models.networks.denoiser.layers import Attention, ResidualBlock, TimeEmbedding  # noqa: E402


def test_residual_block_and_attention_begin_as_short_cuts() -> None:
    x = torch.randn(2, 16, 4, 4)
    torch.testing.assert_close(ResidualBlock(16, 16, 8)(x, torch.randn(2, 8)), x)
    torch.testing.assert_close(Attention(16, 2)(x), x)


def test_attention_looks_from_everywhere_to_everywhere() -> None:
    layer = Attention(16, 2)
    torch.nn.init.normal_(layer.out.weight)
    x = torch.randn(1, 16, 4, 4, requires_grad=True)
    layer(x)[0, :, 0, 0].sum().backward()
    assert (x.grad[0].abs().sum(dim=0) > 0).all()


def test_layers_have_forward_derivatives_of_several_tangents() -> None:
    block, attention = ResidualBlock(16, 16, 8), Attention(16, 2)
    for zeroed in (block.conv_out, attention.out):
        torch.nn.init.normal_(zeroed.weight)
    x, told, step = torch.randn(1, 16, 4, 4).double(), torch.randn(1, 8).double(), 1e-6
    block, attention = block.double(), attention.double()

    def both(y):
        return attention(block(y, told))

    tangents = torch.randn(3, *x.shape).double()
    found = vmap(lambda tangent: jvp(both, (x,), (tangent,))[1])(tangents)
    for tangent, derivative in zip(tangents, found, strict=True):
        expected = (both(x + step * tangent) - both(x - step * tangent)) / (2 * step)
        torch.testing.assert_close(derivative, expected, rtol=1e-5, atol=1e-6)


def test_time_embedding_tells_near_times_apart() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        told = TimeEmbedding(16)(torch.tensor([0.5, 0.501, 0.9]))
    assert 0 < (told[0] - told[1]).norm() < (told[0] - told[2]).norm()
