"""The shapes of a generator and its discriminator; every size is derived from here."""

import math
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

from exhibit.contract.errors import ExhibitError

Layout = Literal["published", "light"]
LAYOUTS: tuple[Layout, ...] = ("published", "light")
MIN_RESOLUTION, MAX_RESOLUTION = 32, 1024
FEATURE_RESOLUTIONS = (16, 32)


class ModelError(ExhibitError):
    """A network cannot be built or loaded as asked."""


def _check_common(resolution: int, channels: int, layout: str) -> None:
    power_of_two = resolution > 0 and resolution & (resolution - 1) == 0
    if not power_of_two or not MIN_RESOLUTION <= resolution <= MAX_RESOLUTION:
        raise ModelError(
            f"resolution {resolution}: expected a power of two from "
            f"{MIN_RESOLUTION} to {MAX_RESOLUTION}"
        )
    if channels not in (1, 3):
        raise ModelError(f"img_channels {channels}: expected 1 (grey) or 3 (RGB)")
    if layout not in LAYOUTS:
        raise ModelError(f"layout {layout!r}: expected one of {', '.join(LAYOUTS)}")


def _check_clamp(conv_clamp: float | None) -> None:
    if conv_clamp is not None and not conv_clamp > 0:
        raise ModelError(f"conv_clamp {conv_clamp}: expected a number above 0, or none")


def channels_at(resolution: int, channel_base: int, channel_max: int) -> int:
    """Feature maps of the block at a resolution: channel_base / resolution, at most channel_max."""
    return max(1, min(channel_base // resolution, channel_max))


def block_resolutions(resolution: int) -> list[int]:
    """4, 8, ... resolution: the blocks of a network, coarse to fine."""
    return [2**power for power in range(2, int(math.log2(resolution)) + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorConfig:
    """Shape of a StyleGAN2 generator (names as in the published configuration).

    `feature_resolution` is the side of the block that takes the residual map; no weight of the
    generator depends on it. With `detail_channels` the map carries so many planes more, each as
    large as the picture and folded to the map's side, which the last block adds to its activation.
    Beyond ±`conv_clamp` activations are cut off, as in networks trained in half precision.
    """

    resolution: int = 128
    z_dim: int = 128
    w_dim: int = 128
    img_channels: int = 1
    mapping_layers: int = 8
    channel_base: int = 2048
    channel_max: int = 128
    layout: Layout = "light"
    feature_resolution: int = 16
    detail_channels: int = 0
    conv_clamp: float | None = None

    def __post_init__(self) -> None:
        _check_common(self.resolution, self.img_channels, self.layout)
        if self.feature_resolution not in FEATURE_RESOLUTIONS:
            raise ModelError(
                f"feature_resolution {self.feature_resolution}: expected one of "
                f"{', '.join(map(str, FEATURE_RESOLUTIONS))}"
            )
        _check_clamp(self.conv_clamp)
        if self.detail_channels < 0:
            raise ModelError(f"detail_channels {self.detail_channels}: expected at least 0")
        if self.detail_channels and self.resolution <= self.feature_resolution:
            raise ModelError(
                f"detail_channels {self.detail_channels} at resolution {self.resolution}: "
                f"expected a picture finer than its map of {self.feature_resolution}²"
            )
        if self.mapping_layers < 0:
            raise ModelError(f"mapping_layers {self.mapping_layers}: expected at least 0")
        if self.mapping_layers == 0 and self.z_dim != self.w_dim:
            raise ModelError(
                f"mapping_layers 0 with z_dim {self.z_dim}: expected z_dim {self.w_dim}, that of w"
            )

    @property
    def num_ws(self) -> int:
        """Codes of w_plus: 2·log2(resolution) − 2."""
        return 2 * int(math.log2(self.resolution)) - 2

    @property
    def feature_shape(self) -> tuple[int, int, int]:
        """(C, side, side) of the residual map, its folded planes of detail last."""
        side = self.feature_resolution
        folded = self.detail_channels * (self.resolution // side) ** 2
        return self.channels(side) + folded, side, side

    def channels(self, resolution: int) -> int:
        """Feature maps of the block at a resolution."""
        return channels_at(resolution, self.channel_base, self.channel_max)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for checkpoints and cards."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The reverse of `to_dict`; unknown keys are refused."""
        return cls(**_known(cls, values))


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscriminatorConfig:
    """Shape of a StyleGAN2 discriminator (names as in the published configuration)."""

    resolution: int = 128
    img_channels: int = 1
    channel_base: int = 2048
    channel_max: int = 128
    layout: Layout = "light"
    mbstd_group: int = 4
    conv_clamp: float | None = None

    def __post_init__(self) -> None:
        _check_common(self.resolution, self.img_channels, self.layout)
        _check_clamp(self.conv_clamp)
        if self.mbstd_group < 1:
            raise ModelError(f"mbstd_group {self.mbstd_group}: expected at least 1")

    def channels(self, resolution: int) -> int:
        """Feature maps of the block at a resolution."""
        return channels_at(resolution, self.channel_base, self.channel_max)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for checkpoints."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The reverse of `to_dict`; unknown keys are refused."""
        return cls(**_known(cls, values))


def _known(cls: type[Any], values: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(cls)}
    unknown = sorted(set(values) - names)
    if unknown:
        raise ModelError(
            f"{cls.__name__}: unknown key {unknown[0]!r}; expected {', '.join(sorted(names))}"
        )
    return dict(values)
