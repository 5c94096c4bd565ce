"""Networks and files as strangers make them."""

from __future__ import annotations

import torch

from models.networks.stylegan2.config import GeneratorConfig
from models.networks.stylegan2.generator import Generator

SHAPE = {"resolution": 32, "channel_base": 128, "channel_max": 8, "layout": "published"}


def random_generator() -> Generator:
    torch.manual_seed(0)
    generator = Generator(GeneratorConfig(z_dim=8, w_dim=8, mapping_layers=2, **SHAPE)).eval()
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        generator.mapping.w_avg.normal_()
    return generator


class Evil:
    """Asks the unpickler to call something."""

    def __init__(self, function, *arguments) -> None:
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call
