"""Maps are what the synthesis adds to: what is added there moves the picture as the sum says."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.feature_maps import at_side, maps_at  # noqa: E402
from models.networks.psp.inverter import Codes  # noqa: E402
from tests.models.directions.subjects import sample_codes, small_subject  # noqa: E402


def test_maps_at_holds_the_residual_map_of_an_answer():
    subject, codes = small_subject(), sample_codes(2)
    bare = maps_at(subject, codes, 16)
    feature = torch.ones(2, *subject.generator.synthesis.feature_shape)
    answered = maps_at(subject, Codes(codes.w_plus, feature), 16)
    np.testing.assert_allclose(answered, bare + 1, atol=1e-5)


def test_maps_at_is_what_leaves_the_block():
    subject, codes = small_subject(), sample_codes(1)
    left = []
    block = subject.generator.synthesis.block(16)
    hook = block.register_forward_hook(lambda _m, _i, found: left.append(found[0]))
    subject.generator.synthesis(codes.w_plus)
    hook.remove()
    np.testing.assert_array_equal(maps_at(subject, codes, 16), left[0].numpy())


def test_at_side_keeps_the_drawing():
    subject, codes = small_subject(), sample_codes(1)
    side = subject.generator.config.feature_resolution
    assert at_side(subject, side) is subject
    with pytest.raises(InputError, match="side 32: expected 16"):
        at_side(subject, 32)
    assert codes.feature is None
