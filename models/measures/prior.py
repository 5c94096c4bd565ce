"""What a model draws by itself: how likely as a drawing, and how near to one that it learnt."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Gray
from models.measures.copies import Copies, Distances, near_copies, random_pairs
from models.measures.frechet import frechet
from models.measures.kid import Features, floor, kid, picture_features
from models.networks.perceptual.lpips import Lpips

_PAIRS = 200
_MOST_FEATURES = 500
"""Drawings whose features are computed; copies are looked for among all."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Measures of samples beside those of the collection itself.

    Args:
        kid: of samples; `kid_floor` of two halves of the collection.
        frechet: of samples; `frechet_floor` of as many drawings of the collection.
        copies: share of samples that are near-copies of a drawing; `copies_floor` of drawings that
            are near-copies of another one.
        nearest: median distance of a sample to its nearest drawing, over that of random pairs.
    """

    kid: float
    kid_floor: float
    frechet: float
    frechet_floor: float
    copies: float
    copies_floor: float
    nearest: float
    nearest_floor: float

    def rows(self) -> list[tuple[str, str]]:
        """Name and value of each measure, with its floor."""
        return [
            ("KID of random pictures (drawings)", f"{self.kid:.3f} ({self.kid_floor:.3f})"),
            ("Fréchet distance", f"{self.frechet:.2f} ({self.frechet_floor:.2f})"),
            ("near-copies", f"{self.copies:.0%} ({self.copies_floor:.0%})"),
            ("nearest drawing", f"{self.nearest:.2f} ({self.nearest_floor:.2f})"),
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """What samples are compared with: measured once, however many models there are.

    Args:
        drawings: (m, side, side) uint8, all that was learnt.
        features: of at most 500 of them, see `picture_features`.
        within: distances of random pairs.
        floors: drawings and their nearest other ones.
        side_px: at which pictures are compared.
        seed: of the halves whose KID is the floor.
    """

    drawings: Gray
    features: Features
    within: Distances
    floors: Copies
    side_px: int
    seed: int


def measured_collection(
    lpips: Lpips, drawings: Gray, copies: int, side_px: int, seed: int = 0
) -> Collection:
    """Measure a collection.

    Args:
        lpips: the distance; its VGG16 also gives the features.
        drawings: (m, D, D) uint8.
        copies: of how many drawings the nearest other one is looked for.
        side_px: to which all are brought first.
        seed: of pairs, and of the drawings that stand for samples in the floors.
    """
    drawings = _sized(drawings, side_px)
    order = np.random.default_rng(seed).permutation(len(drawings))
    left_out, rest = np.split(order, [min(copies, len(order) // 2)])
    looked_at = drawings[order[:_MOST_FEATURES]]
    within = random_pairs(lpips, drawings, _PAIRS, seed, side_px)
    return Collection(
        drawings=drawings,
        features=picture_features(lpips.network, looked_at, side_px),
        within=within,
        floors=near_copies(lpips, drawings[left_out], _mirrored(drawings[rest]), within, side_px),
        side_px=side_px,
        seed=seed,
    )


def prior(lpips: Lpips, samples: Gray, collection: Collection) -> Prior:
    """Measure samples of a model.

    Args:
        lpips: that the collection was measured with.
        samples: (n, R, R) uint8; nearest drawings are looked for of as many of them as of the
            collection's own.
        collection: all that the model learnt.
    """
    side_px, reference = collection.side_px, collection.features
    samples = _sized(samples, side_px)
    found = picture_features(lpips.network, samples, side_px)
    some = min(len(samples), len(reference) // 2)
    floors, within = collection.floors, collection.within
    looked_at = samples[: len(floors.nearest)]
    near = near_copies(lpips, looked_at, _mirrored(collection.drawings), within, side_px)
    median = float(np.median(within))
    return Prior(
        kid=kid(found, reference),
        kid_floor=floor(reference, collection.seed),
        frechet=frechet(found, reference),
        frechet_floor=frechet(reference[:some], reference[some:]),
        copies=near.share,
        copies_floor=floors.share,
        nearest=float(np.median(near.distances)) / median,
        nearest_floor=float(np.median(floors.distances)) / median,
    )


def _mirrored(drawings: Gray) -> Gray:
    """Drawings and their reflections: a reflected copy is a copy."""
    return np.concatenate([drawings, drawings[:, :, ::-1]])


def _sized(pictures: Gray, side_px: int) -> Gray:
    shape = (side_px, side_px)
    sized = [cv2.resize(picture, shape, interpolation=cv2.INTER_AREA) for picture in pictures]
    return np.stack(sized)
