"""Appearances for what a visitor has drawn, whatever it is: mixtures of channels without a place.

An encoder that gives a feature map holds the paper white with it, everywhere and by far more than
maps of random pictures vary: of an appearance alone nothing is seen. So each one is laid on what
takes that away: the mean of the encoder's map, turned round.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Floats
from models.directions.drawing import draw_codes, figures_of
from models.directions.factors import Factors
from models.directions.feature_maps import maps_at
from models.directions.result import DirectionSet, Discovered
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes

SHARE = 0.5
"""Of an appearance, for 1 of what takes the encoder's map away."""
JUDGED = 8
"""Codes on whose pictures it is measured what somebody sees."""


def ink_directions(
    subject: Subject, factors: Factors, codes: Codes, side: int, details: dict[str, Any]
) -> DirectionSet:
    """Give the appearances that change most of what is drawn.

    Args:
        subject: generator, and how many.
        factors: appearances of its maps of that side, without what an encoder adds.
        codes: whose drawings they are given to.
        side: of the map.
        details: are kept with every direction.

    Returns:
        Directions (C, 1, 1); their scores are the mean change within what is drawn, 0 to 255, at
        the length they have here (`details["length"]`), their sigmas the deviation of the maps'
        mean within it.

    Raises:
        InputError: more directions than there are.
    """
    maps = maps_at(subject, codes, side)
    figures = figures_of(subject, codes, side).numpy()
    candidates = _candidates(factors, codes, maps)
    if subject.count > len(candidates):
        raise InputError(
            f"panda: {subject.count} directions; expected at most {len(candidates)} for the ink"
        )
    few = codes.some(range(min(JUDGED, len(codes.w_plus))))
    seen = [_change(subject, few, figures, vector) for vector in candidates]
    order = np.argsort(-np.array(seen), kind="stable")[: subject.count]
    held = (maps * figures[:, None]).sum(axis=(2, 3)) / figures.sum(axis=(1, 2))[:, None]
    reach = 2 * float(np.linalg.norm(held, axis=1).mean())
    found = []
    for rank, index in enumerate(order):
        length = float(np.linalg.norm(candidates[index]))
        unit = candidates[index] / length
        known = {"part": "ink", "side": side, "length": length, "reach": reach}
        direction = Discovered(
            name=f"panda-{rank + 1}",
            vector=unit.astype(np.float32).reshape(-1, 1, 1),
            method="panda",
            layers=(),
            seed=subject.seed,
            checkpoint=subject.checkpoint,
            score=seen[index],
            sigma=float((held @ unit).std()),
            details=details | known,
        )
        found.append(direction)
    return DirectionSet(tuple(found))


def _candidates(factors: Factors, codes: Codes, maps: Floats) -> list[Doubles]:
    """Mixtures (C,) in the length in which they are tried."""
    columns = factors.appearances.T
    if codes.feature is None:
        length = float(np.linalg.norm(maps, axis=1).mean())
        return [sign * length * column for column in columns for sign in (1.0, -1.0)]
    added = codes.feature[:, : maps.shape[1]].double()
    away = -added.mean(dim=(0, 2, 3)).numpy()
    share = SHARE * float(np.linalg.norm(away))
    mixed = [away + sign * share * column for column in columns for sign in (1.0, -1.0)]
    return [away, *mixed]


def _change(subject: Subject, codes: Codes, figures: Floats, vector: Doubles) -> float:
    """Mean change of pictures within what is drawn, 0 to 255, by a mixture in its length."""
    places = torch.from_numpy(figures[: len(codes.w_plus)])
    mixture = torch.from_numpy(vector.astype(np.float32))
    change = mixture[None, :, None, None] * places[:, None]
    feature = change
    if codes.feature is not None:
        feature = codes.feature.clone()
        feature[:, : len(vector)] += change
    before = draw_codes(subject, codes).astype(np.float64)
    moved = np.abs(draw_codes(subject, Codes(codes.w_plus, feature)) - before)
    cell = before.shape[1] // places.shape[1]
    inside = np.kron(places.numpy() > 0.5, np.ones((cell, cell), np.bool_)).reshape(before.shape)
    return float(moved[inside].mean()) if inside.any() else 0.0
