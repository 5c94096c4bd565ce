"""A new mapping keeps the synthesis and the mean code, and reaches in many directions."""

import pytest

torch = pytest.importorskip("torch")

from models.training.encoder.remap import with_fitted_mapping, with_new_mapping  # noqa: E402
from models.training.parts.own_latents import on_the_sphere  # noqa: E402
from tests.models.hands import small_generator  # noqa: E402


def _codes(generator, count: int = 4000):
    z = torch.randn(count, generator.mapping.z_dim, generator=torch.manual_seed(3))
    with torch.no_grad():
        return generator.mapping.to_w(z)


def test_with_new_mapping_mean_code_is_the_old_one():
    old = small_generator()
    new = with_new_mapping(old, layers=2)
    assert new.config.mapping_layers == 2
    assert torch.equal(new.mapping.w_avg, old.mapping.w_avg)
    torch.testing.assert_close(_codes(new).mean(dim=0), old.mapping.w_avg, atol=0.15, rtol=0)


def test_with_new_mapping_codes_reach_in_all_directions():
    few, many = (
        torch.linalg.eigvalsh(_codes(with_new_mapping(small_generator(), layers)).T.cov())
        for layers in (8, 1)
    )
    assert (many.sum() / many.max()) > 1.5 * (few.sum() / few.max())


def test_with_new_mapping_same_code_gives_the_same_picture():
    old = small_generator()
    new = with_new_mapping(old, layers=1)
    ws = torch.randn(2, old.synthesis.num_ws, 16, generator=torch.manual_seed(5))
    with torch.no_grad():
        assert torch.equal(new.synthesis(ws), old.synthesis(ws))


def test_with_fitted_mapping_random_latents_fall_where_the_drawings_lie():
    old = small_generator()
    own = on_the_sphere(torch.randn(60, old.mapping.z_dim, generator=torch.manual_seed(1)))
    own[:, 3:] *= 0.05  # the drawings differ in three numbers
    with torch.no_grad():
        wanted = old.mapping.to_w(own)
    new, latents = with_fitted_mapping(old, own, layers=2, z_dim=3)
    assert latents.shape == (60, 3)
    torch.testing.assert_close(latents.square().mean(dim=1), torch.ones(60))
    with torch.no_grad():
        found, between = new.mapping.to_w(latents), _codes(new)
    off = (found - wanted).square().sum(dim=1).mean()
    assert off < 0.6 * wanted.var(dim=0).sum()
    to_drawings = torch.cdist(between, wanted).amin(dim=1).mean()
    assert to_drawings < torch.cdist(_codes(old), wanted).amin(dim=1).mean()
    assert torch.equal(new.mapping.w_avg, old.mapping.w_avg)
