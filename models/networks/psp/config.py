"""The shape of an encoder; every size is derived from here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from exhibit.contract.errors import ExhibitError
from models.networks.stylegan2.config import FEATURE_RESOLUTIONS

Backbone = Literal["light", "irse50"]
Inversion = Literal["w_plus", "feature"]
BACKBONES: tuple[Backbone, ...] = ("light", "irse50")
INVERSIONS: tuple[Inversion, ...] = ("w_plus", "feature")
PLANES = ("ink", "mass", "recalled")
"""What an encoder may see, in this order: lines, black surfaces, the drawing that was recalled."""


class EncoderError(ExhibitError):
    """An encoder cannot be built or loaded as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig:
    """Shape of a pSp encoder.

    Args:
        backbone: `light`, or `irse50` as published.
        ink_size: side of the ink in pixels.
        input_channels: channels of the ink; 1, or 3 for published checkpoints made for colour.
        num_ws, w_dim: codes of the generator it serves.
        inversion: `w_plus` gives codes only, `feature` codes and a map for one activation.
        feature_channels: channels of that map; 0 for `w_plus`.
        feature_side: side of that map, 16 or 32.
        detail_channels: planes as large as the ink that the map carries beside, folded to its side
            and counted in `feature_channels`; 0 for none.
        planes: how many of `PLANES` it sees: 1 is the ink alone, as in the paper, 3 all.
        steps: how often the answer is refined; 1 is pSp, more is ReStyle.
        width: channels of the light backbone at half the ink's side; others are multiples of it.
    """

    backbone: Backbone = "light"
    ink_size: int = 128
    input_channels: int = 1
    num_ws: int = 12
    w_dim: int = 128
    inversion: Inversion = "feature"
    feature_channels: int = 128
    feature_side: int = 16
    detail_channels: int = 0
    planes: int = 1
    steps: int = 1
    width: int = 24

    def __post_init__(self) -> None:
        if self.backbone not in BACKBONES:
            raise EncoderError(f"backbone '{self.backbone}': expected one of {BACKBONES}")
        if self.inversion not in INVERSIONS:
            raise EncoderError(f"inversion '{self.inversion}': expected one of {INVERSIONS}")
        if self.ink_size < 64 or self.ink_size & (self.ink_size - 1):
            raise EncoderError(f"ink size {self.ink_size}: expected a power of two from 64")
        if self.planes not in (1, len(PLANES)):
            raise EncoderError(f"planes {self.planes}: expected 1 (ink) or 3 ({', '.join(PLANES)})")
        if self.planes > 1 and self.backbone != "light":
            raise EncoderError(f"backbone '{self.backbone}' sees 1 plane, asked for {self.planes}")
        if self.feature_side not in FEATURE_RESOLUTIONS:
            raise EncoderError(
                f"feature side {self.feature_side}: expected one of {FEATURE_RESOLUTIONS}"
            )
        if self.detail_channels and self.backbone != "light":
            raise EncoderError(
                f"detail channels {self.detail_channels}: backbone '{self.backbone}' draws none"
            )
        if self.detail_channels and self.map_channels < 1:
            raise EncoderError(
                f"detail channels {self.detail_channels} at {self.ink_size}²: expected more than "
                f"the {self.feature_channels} channels of the map that carries them folded"
            )
        if self.steps < 1:
            raise EncoderError(f"steps {self.steps}: expected 1 (pSp) or more (ReStyle)")
        if (self.inversion == "feature") != (self.feature_channels > 0):
            raise EncoderError(
                f"feature channels {self.feature_channels}: expected more than 0 with inversion "
                f"'feature' and 0 with 'w_plus', here '{self.inversion}'"
            )

    @property
    def first_channels(self) -> int:
        """Channels that enter the backbone: the planes and, when refining, the picture so far."""
        return self.planes * self.input_channels + (1 if self.steps > 1 else 0)

    @property
    def fold(self) -> int:
        """Pixels of ink along a cell of the map."""
        return self.ink_size // self.feature_side

    @property
    def map_channels(self) -> int:
        """Channels of the map without the folded planes of detail."""
        return self.feature_channels - self.detail_channels * self.fold**2

    @property
    def levels(self) -> tuple[int, int, int]:
        """Number of coarse, medium and fine codes: the first 3, the next 4, the rest."""
        return 3, min(4, self.num_ws - 3), max(0, self.num_ws - 7)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for checkpoints and cards."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> EncoderConfig:
        """The reverse of `to_dict`; unknown keys are refused."""
        unknown = sorted(set(values) - set(cls.__dataclass_fields__))
        if unknown:
            raise EncoderError(f"encoder configuration: unknown key '{unknown[0]}'")
        return cls(**values)
