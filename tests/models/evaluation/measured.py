"""What the fakes of models share with those that measure them."""

from __future__ import annotations

from dataclasses import dataclass

SIDE = 64


def absolute(a, b):
    """A perceptual distance that is easy to reckon with: the mean difference."""
    return (a - b).abs().mean(dim=(1, 2, 3))


@dataclass(frozen=True)
class Card:
    """As much of a bundle's card as a measure of inks reads."""

    stroke_width_px: float = 1.5
    ink_size: int = SIDE
