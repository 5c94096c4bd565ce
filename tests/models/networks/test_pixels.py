"""Paper must be 255 and ink 0, and nothing may wrap around."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.networks.pixels import to_uint8  # noqa: E402


def test_to_uint8_gives_pixels_in_their_order_and_clips() -> None:
    pictures = torch.tensor([[[[-1.0, 1.0], [0.0, 9.0]]], [[[-9.0, -1.0], [1.0, 1.0]]]])
    pixels = to_uint8(pictures)
    assert pixels.shape == (2, 2, 2, 1)
    np.testing.assert_array_equal(pixels[0, :, :, 0], [[0, 255], [128, 255]])
    np.testing.assert_array_equal(pixels[1, :, :, 0], [[0, 0], [255, 255]])
