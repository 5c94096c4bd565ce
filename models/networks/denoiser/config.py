"""The shape of a denoiser; every size is derived from here."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from exhibit.contract.errors import ExhibitError

GROUP_CHANNELS = 16
"""Channels that are normalised together."""
MIN_RESOLUTION, MAX_RESOLUTION = 8, 256


class DenoiserError(ExhibitError):
    """A denoiser cannot be built as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DenoiserConfig:
    """Shape of the U-Net.

    Args:
        resolution: side of the pictures, px.
        img_channels: 1 grey, 3 RGB.
        patch: pixels along a side that are folded into channels before anything is computed.
        channels: of each level, fine to coarse; every level has half the side of the one before.
        blocks: residual blocks of each level, on the way down and on the way up.
        embedding: length of what every block is told of the time.
        heads: of the attention at the coarsest level.
    """

    resolution: int = 64
    img_channels: int = 1
    patch: int = 2
    channels: tuple[int, ...] = (32, 64, 128)
    blocks: tuple[int, ...] = (1, 2, 1)
    embedding: int = 128
    heads: int = 4

    def __post_init__(self) -> None:
        power_of_two = self.resolution > 0 and self.resolution & (self.resolution - 1) == 0
        if not power_of_two or not MIN_RESOLUTION <= self.resolution <= MAX_RESOLUTION:
            raise DenoiserError(
                f"resolution {self.resolution}: expected a power of two from {MIN_RESOLUTION} to "
                f"{MAX_RESOLUTION}"
            )
        if self.img_channels not in (1, 3):
            raise DenoiserError(f"img_channels {self.img_channels}: expected 1 (grey) or 3 (RGB)")
        if not self.channels or any(c < 1 or c % GROUP_CHANNELS for c in self.channels):
            raise DenoiserError(
                f"channels {list(self.channels)}: expected multiples of {GROUP_CHANNELS}, fine to "
                "coarse"
            )
        if len(self.blocks) != len(self.channels) or min(self.blocks) < 1:
            raise DenoiserError(
                f"blocks {list(self.blocks)}: expected {len(self.channels)} numbers above 0, one "
                "for each of the channels"
            )
        if self.channels[-1] % self.heads:
            raise DenoiserError(
                f"heads {self.heads}: expected a divisor of {self.channels[-1]}, the last channels"
            )
        if self.patch < 1 or self.resolution % (self.patch * 2 ** (len(self.channels) - 1)):
            raise DenoiserError(
                f"patch {self.patch} and {len(self.channels)} levels: expected a coarsest map of "
                f"whole pixels at resolution {self.resolution}"
            )

    @property
    def h_shape(self) -> tuple[int, int, int]:
        """Shape (C, side, side) of the bottleneck: h-space at one time."""
        side = self.resolution // self.patch // 2 ** (len(self.channels) - 1)
        return self.channels[-1], side, side

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for checkpoints and cards."""
        values = asdict(self)
        return values | {name: list(values[name]) for name in ("channels", "blocks")}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Build from a checkpoint's values; raises DenoiserError where one is unknown."""
        known = {field.name for field in fields(cls)}
        if unknown := set(values) - known:
            raise DenoiserError(
                f"denoiser_config: {', '.join(sorted(unknown))} unknown; expected {sorted(known)}"
            )
        lists: dict[str, Any] = {n: tuple(values[n]) for n in ("channels", "blocks") if n in values}
        return cls(**(values | lists))
