"""A new mapping keeps the synthesis and the mean code, and reaches in many directions."""

import pytest

torch = pytest.importorskip("torch")

from models.training.remap import with_new_mapping  # noqa: E402
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
