"""Choices of an encoder training run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from exhibit.contract.errors import InputError
from models.training.parts.augment import AugmentConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class LossWeights:
    """Weights of the encoder's losses; 0 leaves a loss out.

    Args:
        matching: L1 of the discriminator's activations, on pairs.
        fit: LPIPS of a part and L1 at four scales, on pairs (`losses.redraw_loss`).
        moments: moment matching of all answers, and of unconditional samples.
        redraw: drawings redrawn from latents of their own, in half of the unconditional samples.
        code: squared distance of codes where they are known: with `redraw`, on drawings.
        adherence: ink that finds no line, on people's sketches, recalled or not.
        crowding: dark beside ink where the visitor left paper, on sketches.
        calm: difference between a moved answer and the answer to ink moved by a pixel, on sketches.
        adversarial: non-saturating loss of the discriminator, on all answers.
        features: the same of a second discriminator, which sees activations of AlexNet.
        offset: squared length of the offset from w_avg.
        delta: squared differences between the codes of neighbouring layers (e4e).
        ink_share: darkness outside the middle of the collection (40th to 80th percentile).
    """

    matching: float = 1.0
    fit: float = 2.0
    moments: float = 0.0
    redraw: float = 0.0
    code: float = 0.0
    adherence: float = 2.0
    crowding: float = 0.0
    calm: float = 0.0
    adversarial: float = 0.5
    features: float = 0.0
    offset: float = 0.02
    delta: float = 0.0
    ink_share: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderTraining:
    """Choices of a run; networks have their own configuration.

    Args:
        drawings, recalled, sketches: parts of a batch: drawings of the collection as a visitor
            would draw them, sketches with what the memory answers, sketches without a picture.
        blank_share: of the pairs, how many are shown without the recalled drawing.
        code_share: of the pairs, how many are drawn from their codes alone, without the map.
        prior, prior_every: unconditional samples in the discriminator's batch of every n-th step,
            while the generator learns.
        learning_rate, discriminator_rate, generator_rate: of Adam; 0 freezes the generator.
        recall_target: share of the ink that must find a line; beyond it adherence costs nothing.
        pool: recalled sketches prepared before the first step.
        augment: of all that the discriminators see.
        ema_half_life: pictures after which a weight counts half in the average.
    """

    drawings: int = 8
    recalled: int = 0
    sketches: int = 8
    blank_share: float = 1 / 3
    code_share: float = 0.15
    prior: int = 8
    prior_every: int = 1
    learning_rate: float = 0.001
    discriminator_rate: float = 0.001
    generator_rate: float = 0.0
    beta2: float = 0.99
    r1_gamma: float = 2.0
    instance_noise: float = 0.0
    r1_every: int = 16
    recall_target: float = 0.95
    stroke_width_px: float = 1.5
    pool: int = 4000
    ema_half_life: float = 3_000.0
    seed: int = 0
    weights: LossWeights = field(default_factory=LossWeights)
    augment: AugmentConfig = field(default_factory=AugmentConfig)

    def __post_init__(self) -> None:
        if self.batch % 4:
            raise InputError(
                f"batch of {self.batch} (drawings + recalled + sketches): expected a multiple of "
                "4, the discriminator's group"
            )

    @property
    def batch(self) -> int:
        """Answers a step."""
        return self.drawings + self.recalled + self.sketches

    @property
    def pairs(self) -> int:
        """Answers a step whose picture is known; they come first in the batch."""
        return self.drawings + self.recalled

    @property
    def judged(self) -> bool:
        """Whether the discriminator is asked; without it a run only fits its pairs."""
        return self.weights.adversarial > 0 or self.weights.matching > 0

    def prior_due(self, step: int) -> bool:
        """Whether this step's discriminator batch holds unconditional samples."""
        return self.generator_rate > 0 and self.prior > 0 and step % self.prior_every == 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for checkpoints, logs and the card."""
        return asdict(self)
