"""The same bundle on an NVIDIA GPU.

Spans encoder and generator, where there is such a GPU.
"""

from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.bundle import load_bundle
from exhibit.contract.settings.schema import ModelConfig
from exhibit.inference import open_models
from tests.fakes.bundle import RESOLUTION


@pytest.mark.gpu
def test_models_on_cuda_draw_what_the_cpu_draws(tiny: Path) -> None:
    bundle = load_bundle(tiny)
    ink = np.full((RESOLUTION, RESOLUTION), 255, np.uint8)
    ink[10:12, 4:-4] = 0
    pictures = []
    for provider in ("cuda", "cpu"):
        models = open_models(bundle, ModelConfig(providers=(provider,)))
        assert models.providers_got == (provider, provider)
        pictures.append(models.generator.pixels_of(*models.encoder.encode_pixels(ink)).astype(int))
    assert np.abs(pictures[0] - pictures[1]).max() <= 2
