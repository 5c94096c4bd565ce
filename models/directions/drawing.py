"""Draw codes, as they are and moved along a direction."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Gray
from exhibit.ink.figure import figure_of
from models.directions.feature_maps import at_side
from models.directions.result import Discovered
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes
from models.sketches.raster import as_gray

CHUNK = 16


def draw_moved(subject: Subject, codes: Codes, direction: Discovered, strength: float) -> Gray:
    """Draw codes moved along a direction, as the table's editor moves them.

    Args:
        subject: whose generator draws.
        codes: to start from.
        direction: which moves its own layers only, or the feature map.
        strength: in units of w, or of the map.

    Returns:
        (n, R, R) uint8.
    """
    figures = figures_of(subject, codes, direction.side) if direction.of_ink else None
    return draw_codes(taking(subject, direction), moved_codes(codes, direction, strength, figures))


def figures_of(subject: Subject, codes: Codes, side: int) -> Tensor:
    """How much of each place of a map lies in what codes draw by themselves, (n, side, side).

    At the table the visitor's own ink says it; here a picture without a line is taken whole.
    """
    pictures = draw_codes(subject, codes)
    paper = np.full(pictures.shape[1:], 255, np.uint8)
    figures = np.stack([figure_of(picture, paper, side) for picture in pictures])
    figures[figures.max(axis=(1, 2)) == 0] = 1
    return torch.from_numpy(figures)


def taking(subject: Subject, direction: Discovered) -> Subject:
    """The subject whose generator takes what a direction moves: codes, or a map of its side."""
    return at_side(subject, direction.side) if direction.space == "map" else subject


def moved_codes(
    codes: Codes, direction: Discovered, strength: float, figures: Tensor | None = None
) -> Codes:
    """Add a direction to codes; `taking` gives the generator for them.

    Args:
        codes: (n, num_ws, w_dim), and their residual maps.
        direction: of W, W+ or the feature map.
        strength: how much of it.
        figures: (n, side, side), for a direction that is added where the drawing lies.

    Raises:
        InputError: the direction was found at another side than that of the codes' maps, or in a
            denoiser.
    """
    if direction.space == "h":
        raise InputError(
            f"direction '{direction.name}' moves a denoiser; expected one of a generator, or the "
            "commands of models diffuse"
        )
    vector = direction.amount(strength) * torch.from_numpy(np.array(direction.vector))
    if direction.space == "map":
        change = vector.expand(len(codes.w_plus), -1, -1, -1)
        if figures is not None:
            change = vector * figures[:, None]
        return Codes(codes.w_plus, _added(codes, change, direction.name))
    offset = torch.zeros(codes.w_plus.shape[1:])
    rows = list(direction.layers)
    offset[rows] = vector.expand_as(offset)[rows]
    return Codes(codes.w_plus + offset, codes.feature)


def _added(codes: Codes, change: Tensor, name: str) -> Tensor:
    """Residual maps of codes with changes (n, C, side, side); planes of detail stay as they are."""
    if codes.feature is None:
        return change
    feature = codes.feature.clone()
    _, channels, side, _ = change.shape
    if feature.shape[2] != side or feature.shape[1] < channels:
        raise InputError(
            f"direction '{name}' is added to a map of {channels} channels at {side}²; the "
            f"codes' maps have {feature.shape[1]} at {feature.shape[2]}²"
        )
    feature[:, :channels] += change
    return feature


def draw_w(subject: Subject, w: Doubles) -> Gray:
    """Draw codes (n, w_dim) of the prior as grey pictures (n, R, R) uint8."""
    return draw_codes(subject, Codes(subject.as_ws(torch.from_numpy(w).float()), None))


def draw_codes(subject: Subject, codes: Codes) -> Gray:
    """Draw codes as grey pictures (n, R, R) uint8, with the stored noise."""
    drawn = []
    with torch.no_grad():
        for first in range(0, len(codes.w_plus), CHUNK):
            part = slice(first, first + CHUNK)
            feature = None if codes.feature is None else codes.feature[part]
            pictures = as_gray(subject.generator.synthesis(codes.w_plus[part], feature).numpy())
            drawn.append(pictures.mean(axis=1).round().astype(np.uint8))
    return np.concatenate(drawn)
