"""An encoder goes on with a generator that has grown."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from models.networks.stylegan2.config import ModelError  # noqa: E402
from models.training.encoder.grow import with_more_codes  # noqa: E402

SOURCE = Path("small.pt")


def test_with_more_codes_new_ones_begin_as_the_finest_known():
    known = {"fine.weight": torch.arange(12.0).reshape(6, 2), "stem": torch.ones(3)}
    wanted = {"fine.weight": torch.zeros(8, 2), "stem": torch.zeros(3)}
    grown = with_more_codes(known, wanted, SOURCE)
    assert torch.equal(grown["fine.weight"][:6], known["fine.weight"])
    assert torch.equal(grown["fine.weight"][6:], known["fine.weight"][4:])
    assert torch.equal(grown["stem"], known["stem"])


@pytest.mark.parametrize("shape", [(6, 3), (4, 2), (20, 2)])
def test_with_more_codes_another_encoder_is_refused_with_its_shapes(shape):
    known, wanted = {"fine.weight": torch.zeros(6, 2)}, {"fine.weight": torch.zeros(shape)}
    with pytest.raises(ModelError, match=r"small.pt: .*fine.weight.* \(6, 2\), expected"):
        with_more_codes(known, wanted, SOURCE)
