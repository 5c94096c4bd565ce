"""Where an appearance lies in pictures by themselves: concept maps, laid over the pictures."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Floats, Gray
from exhibit.ink.images import as_gray
from models.directions.drawing import draw_codes
from models.directions.feature_maps import maps_at
from models.directions.result import Discovered
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes

_SHOWN_PX = 112
_GAP_PX = 4
_REDDEST = 0.8
"""How much of the paper's green and blue goes where an appearance is strongest."""


def concept_maps(subject: Subject, codes: Codes, direction: Discovered) -> Floats:
    """How much of a direction's appearance each place holds, as far as it is more than elsewhere.

    Args:
        subject: generator.
        codes: whose maps are looked at.
        direction: of the feature map.

    Returns:
        (n, side, side) float32, 0 to 1: aᵀZ above its median, 1 for the largest of all pictures.

    Raises:
        InputError: the direction moves codes.

    Source: Oldfield et al. 2023, "PandA", concept localisation by AᵀZ.
    """
    if direction.space != "map":
        raise InputError(
            f"direction '{direction.name}' moves codes; expected one of the feature map"
        )
    maps = maps_at(subject, codes, direction.side)
    told = np.einsum("c,nchw->nhw", _mixture(direction), maps.astype(np.float64))
    above = np.maximum(told - np.median(told), 0)
    return np.asarray(above / max(float(above.max()), 1e-12), np.float32)


def _mixture(direction: Discovered) -> Doubles:
    """The channels' mixture (C,) of an appearance, whatever part it is given to."""
    rows = direction.vector.reshape(len(direction.vector), -1).astype(np.float64)
    strongest = rows[:, np.argmax(np.square(rows).sum(axis=0))]
    return np.asarray(strongest / np.linalg.norm(strongest))


def concept_overlay(subject: Subject, codes: Codes, direction: Discovered) -> Gray:
    """Lay concept maps over pictures, side by side: (H, W, 3) uint8 RGB, red where it lies.

    Args and Raises: as in `concept_maps`.
    """
    tiles = []
    pictures = draw_codes(subject, codes)
    shape = (_SHOWN_PX, _SHOWN_PX)
    for picture, where in zip(pictures, concept_maps(subject, codes, direction), strict=True):
        small = cv2.resize(picture, shape, interpolation=cv2.INTER_AREA).astype(np.float32)
        paler = 1 - _REDDEST * cv2.resize(where, shape, interpolation=cv2.INTER_LINEAR)
        tiles += [np.dstack([small, small * paler, small * paler]), _gap()]
    return as_gray(np.hstack(tiles[:-1]).round().astype(np.uint8))


def _gap() -> Floats:
    return np.full((_SHOWN_PX, _GAP_PX, 3), 255, np.float32)
