"""Losses of the encoder. Pictures and ink: float32, -1 ink .. 1 paper, (n, 1, side, side)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from models.measures.likeness import at_side, darkness, soft_recall


def adherence_loss(pictures: Tensor, ink: Tensor, target: float) -> Tensor:
    """How far each answer stays below the wanted recall; beyond it the adversary alone decides."""
    return F.relu(target - soft_recall(pictures, ink)).mean()


def crowding_loss(pictures: Tensor, ink: Tensor) -> Tensor:
    """Mean darkness on paper that lies between lines of ink, above what two lines would give.

    A dark block satisfies every line it covers. Where the visitor left paper within 2 to 4 pixels
    (at 128) of a line, a line drawing stays mostly light.
    """
    side = pictures.shape[-1]
    wanted = at_side(darkness(ink), side)
    unit = max(1, round(side / 128))
    inner = F.max_pool2d(wanted, 4 * unit + 1, stride=1, padding=2 * unit)
    outer = F.max_pool2d(wanted, 8 * unit + 1, stride=1, padding=4 * unit)
    ring = F.relu(outer - inner)
    dark = darkness(pictures).mean(dim=1, keepdim=True)
    crowded = (ring * dark).sum(dim=(1, 2, 3)) / ring.sum(dim=(1, 2, 3)).clamp_min(1.0)
    return F.relu(crowded - 0.3).mean()


def moved(x: Tensor, steps: tuple[int, int]) -> Tensor:
    """Move pictures (n, c, S, S) by whole pixels, down and to the right; paper comes in."""
    down, right = steps
    reach = max(abs(down), abs(right))
    side = x.shape[-1]
    padded = F.pad(x, [reach] * 4, value=1.0)
    return padded[..., reach - down : reach - down + side, reach - right : reach - right + side]


def calm_loss(
    answer: Callable[[Tensor], Tensor], ink: Tensor, answers: Tensor, towards: tuple[int, int]
) -> Tensor:
    """Mean difference between moved answers and the answers to ink moved alike.

    A sheet is never quite still under the camera; what lies between the visitor's lines is not to
    become another drawing each time.

    Args:
        answer: from ink to pictures.
        ink: (n, planes, S, S), all moved alike.
        answers: (n, c, R, R), to that ink.
        towards: pixels down and to the right, of ink or picture, whichever has the larger ones.
    """
    side, size = answers.shape[-1], ink.shape[-1]
    down, right = towards
    finer_ink, finer_picture = max(1, size // side), max(1, side // size)
    again = answer(moved(ink, (down * finer_ink, right * finer_ink)))
    return (moved(answers, (down * finer_picture, right * finer_picture)) - again).abs().mean()


def matching_loss(found: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
    """Mean L1 of a discriminator's activations over its blocks.

    Source: Wang et al. 2018, "High-Resolution Image Synthesis ... with Conditional GANs", eq. 4.
    """
    losses = [(a.float() - b.float()).abs().mean() for a, b in zip(found, wanted, strict=True)]
    return torch.stack(losses).mean()


def offset_loss(w_plus: Tensor, w_avg: Tensor) -> Tensor:
    """Mean squared offset from w_avg per number: the ‖E(x)‖ of pSp, size-independent."""
    return (w_plus - w_avg).square().mean()


def delta_loss(w_plus: Tensor) -> Tensor:
    """Mean squared difference of each layer's code from the first.

    Source: Tov et al. 2021, "Designing an Encoder for StyleGAN Image Manipulation", eq. 4.
    """
    return (w_plus[:, 1:] - w_plus[:, :1]).square().mean()


def ink_share_loss(pictures: Tensor, low: float, high: float) -> Tensor:
    """How far the mean darkness of each picture lies outside low..high."""
    share = darkness(pictures).mean(dim=(1, 2, 3))
    return (F.relu(share - high) + F.relu(low - share)).mean()
