"""StyleSpace: single channels of styles, chosen by where their gradient maps lie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.directions.region import Mask, change_ratio
from models.directions.sefa import styled_layers
from models.directions.subject import Subject

SMALL_STEP = 0.1
"""Of a channel's deviation: what a gradient map is the difference of."""
SPREAD_SAMPLES = 500


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of the style of one layer; sigma is its deviation over random pictures."""

    layer: int
    index: int
    sigma: float


def style_channels(subject: Subject) -> list[Channel]:
    """All channels of all convolutions; those of the last picture layer only mix what is drawn."""
    w = subject.sample_w(SPREAD_SAMPLES)
    found = []
    for layer, styled in enumerate(styled_layers(subject.generator)[:-1]):
        spread = styled.affine(w).std(dim=0)
        found += [Channel(layer, i, float(s)) for i, s in enumerate(spread) if s > 0]
    return found


def channels_within(
    subject: Subject, regions: dict[str, Mask], samples: int
) -> dict[str, list[Channel]]:
    """Choose the channels whose gradient maps lie most within each region.

    Args:
        subject: generator, seed, and how many channels a region.
        regions: (R, R) masks by name.
        samples: codes that gradient maps are summed over.

    Returns:
        Channels by region, the most local first.

    Source: Wu et al. 2021, "StyleSpace Analysis: Disentangled Controls for StyleGAN Image
        Generation", section 4; theirs compares gradients with semantic masks of each picture, here
        the mask of a part serves all, and a difference of a small step is the gradient.
    """
    ws = subject.as_ws(subject.sample_w(samples))
    still = subject.generator.synthesis(ws)
    channels = style_channels(subject)
    masks = torch.from_numpy(np.stack(list(regions.values()))).flatten(1).float()
    inside, all_of_it = [], []
    for channel in channels:
        energy = (draw_shifted(subject, ws, channel, SMALL_STEP) - still).square().sum(dim=(0, 1))
        inside.append(masks @ energy.flatten())
        all_of_it.append(energy.sum())
    whole = torch.stack(all_of_it)[:, None]
    share = torch.stack(inside) / whole.clamp(min=1e-20)
    best = share.argsort(dim=0, descending=True, stable=True)[: subject.count]
    return {
        name: [channels[int(i)] for i in best[:, column]] for column, name in enumerate(regions)
    }


def channel_roir(
    subject: Subject, channel: Channel, region: Mask, sigmas: float, samples: int
) -> float:
    """Measure how much of a channel's change falls outside a region, see `region.roir`."""
    ws = subject.as_ws(subject.sample_w(samples))
    change = draw_shifted(subject, ws, channel, sigmas) - subject.generator.synthesis(ws)
    return float(change_ratio(change, region).mean())


@torch.no_grad()
def draw_shifted(subject: Subject, ws: Tensor, channel: Channel, sigmas: float) -> Tensor:
    """Draw codes with one channel of style moved by so many of its deviations."""
    with _shifted(subject, channel, sigmas * channel.sigma):
        return subject.generator.synthesis(ws)


@contextmanager
def _shifted(subject: Subject, channel: Channel, by: float) -> Iterator[None]:
    affine = styled_layers(subject.generator)[channel.layer].affine
    offset = torch.zeros(affine.bias.shape)
    offset[channel.index] = by
    handle = affine.register_forward_hook(lambda _module, _given, style: style + offset)
    try:
        yield
    finally:
        handle.remove()
