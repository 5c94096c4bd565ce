"""Small networks and drawings for tests of the encoder side."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import torch

from models.networks.psp.config import EncoderConfig
from models.networks.psp.inverter import Inverter, inverter_for
from models.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator
from models.saved.checkpoint import GAN, write_checkpoint
from models.saved.encoder import Hand

SHAPE = {"resolution": 32, "channel_base": 256, "channel_max": 16}


def small_generator(resolution: int = 32) -> Generator:
    """An untrained generator whose w_avg is not zero."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        generator = Generator(
            GeneratorConfig(
                **SHAPE | {"resolution": resolution}, z_dim=16, w_dim=16, mapping_layers=2
            )
        )
        generator.mapping.w_avg.copy_(torch.randn(16))
    return generator.eval().requires_grad_(False)


def small_config(**changes: object) -> EncoderConfig:
    """An encoder for `small_generator`."""
    values = {"ink_size": 64, "num_ws": 8, "w_dim": 16, "feature_channels": 16, "width": 4}
    return EncoderConfig(**(values | changes))


def published_encoder() -> Inverter:
    """The published architecture for ink of 128 px, untrained."""
    config = EncoderConfig(
        backbone="irse50",
        ink_size=128,
        input_channels=3,
        num_ws=8,
        w_dim=64,
        inversion="w_plus",
        feature_channels=0,
    )
    return Inverter(config).eval()


def small_hand(**changes: object) -> Hand:
    """Encoder and generator, untrained, with a map that is not zero."""
    generator = small_generator()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        inverter = inverter_for(generator, small_config(**changes))
        for head in (inverter.encoder.coarse, inverter.encoder.feature):
            layer = head.linear if hasattr(head, "linear") else head
            torch.nn.init.normal_(layer.weight, std=0.1)
    return Hand(inverter.eval().requires_grad_(False), generator, {})


def write_gan(path: Path, resolution: int = 32) -> Path:
    """A checkpoint as models train-gan writes it."""
    generator = small_generator(resolution)
    discriminator = Discriminator(DiscriminatorConfig(**SHAPE | {"resolution": resolution}))
    write_checkpoint(
        path,
        GAN,
        {
            "generator_config": generator.config.to_dict(),
            "discriminator_config": discriminator.config.to_dict(),
            "ema": generator.state_dict(),
            "discriminator": discriminator.state_dict(),
        },
    )
    return path


def write_drawings(folder: Path, count: int = 6) -> Path:
    """Squares and circles, as a data set."""
    (folder / "images").mkdir(parents=True)
    for index in range(count):
        page = np.full((64, 64), 255, np.uint8)
        if index % 2:
            cv2.circle(page, (32, 32), 12 + 2 * index, 0, 2)
        else:
            cv2.rectangle(page, (10, 12 + index), (50, 40 + index), 0, 2)
        cv2.imwrite(str(folder / "images" / f"{index}.png"), page)
    return folder


def write_sketches(path: Path, words: tuple[str, ...] = ("cat", "arm")) -> Path:
    """One sketch of two strokes for each word; each stroke takes a second."""
    rows = []
    for index, word in enumerate(words):
        first = [[0, 50, 100], [0, 10 * index, 0], [0, 500, 1000]]
        second = [[100, 100], [0, 100], [1000, 2000]]
        rows.append(json.dumps({"word": word, "key_id": str(index), "drawing": [first, second]}))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
