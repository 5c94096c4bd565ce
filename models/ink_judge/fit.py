"""Fits the networks of the ink judge, one after the other, to pixels of pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from exhibit.contract.values import Floats
from exhibit.ink.evidence import Context, Evidence, halved
from exhibit.ink.judge import judge_once, likelihood, what_is_seen
from models.ink_judge.pages import LearntPage

HIDDEN = 32
_PIXELS_A_PAGE = 3000
_NEAR_PX, _FAR_SHARE, _MOST_WEIGHT = 9, 0.25, 2.0
_EPOCHS, _BATCH, _RATE = 6, 4096, 8e-3
_MOST_SPREADS = 5.0


class PixelJudge(nn.Module):
    """Judges pixels by what was measured of each: `seen` (planes, n) gives logits (1, n)."""

    mean: Tensor
    spread: Tensor

    def __init__(self, planes: int) -> None:
        """Make a network for a number of planes."""
        super().__init__()
        self.register_buffer("mean", torch.zeros(planes))
        self.register_buffer("spread", torch.ones(planes))
        sizes = (planes, HIDDEN, HIDDEN, 1)
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))

    def forward(self, seen: Tensor) -> Tensor:
        """Return (1, n) for (planes, n)."""
        values = (seen - self.mean[:, None]) / self.spread[:, None]
        values = values.clamp(-_MOST_SPREADS, _MOST_SPREADS)
        # Weights from the left: pixels stay side by side in memory, as the planes have them.
        for number, layer in enumerate(self.layers):
            if number:
                values = values.relu()
            assert isinstance(layer, nn.Linear)
            values = torch.addmm(layer.bias[:, None], layer.weight, values)
        return values

    def logits(self, seen: Floats) -> Floats:
        """Return logits (n,) for (planes, n), without gradients."""
        with torch.no_grad():
            return np.asarray(self(torch.from_numpy(seen)).numpy()[0], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Pixels:
    """Pixels of many pages: what is seen (n, planes), share of ink (n,), weight (n,)."""

    seen: Tensor
    ink: Tensor
    weight: Tensor


@dataclass(slots=True, eq=False)
class _Judged:
    """A page, and what the networks so far make of it at half its size: logits, or None."""

    evidence: Evidence
    ink: NDArray[np.bool_]
    logit: Floats | None = None

    def seen(self, size: int) -> Floats:
        """Return all that the next network sees at a size, (planes, n) float32."""
        context = None
        if self.logit is not None:
            context = Context(self.evidence, likelihood(self.logit))
        return what_is_seen(self.evidence, context, size, 0, self.evidence.shape(size)[0])

    def share(self, size: int) -> Floats:
        """Return how much of each place is ink at a size, (H, W) float32."""
        ink = self.ink.astype(np.float32)
        return halved(ink) if size else ink


def fit_judge(
    pages: Sequence[LearntPage], passes: int, seed: int, say: Callable[[str], None]
) -> list[PixelJudge]:
    """Fit as many networks as there are passes, each to what the ones before it found.

    All but the last judge at half of a page's size.

    Args:
        pages: what is learnt from; their sides must be multiples of 32 pixels.
        passes: how many networks, at least two.
        seed: of weights and of the pixels chosen.
        say: is told how each went.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    judged = [_Judged(Evidence(page.pixels), page.ink) for page in pages]
    judges: list[PixelJudge] = []
    for number in range(1, passes + 1):
        size = 1 if number < passes else 0
        pixels = _gather(judged, size, rng)
        judge = PixelJudge(pixels.seen.shape[1])
        loss = _fit(judge, pixels)
        judges.append(judge)
        say(f"pass {number} of {passes}: {len(pixels.ink)} pixels, loss {loss:.4f}")
        if size:
            for page in judged:
                page.logit = judge_once(judge.logits, page.evidence, page.logit, size)
    return judges


def _gather(pages: Sequence[_Judged], size: int, rng: np.random.Generator) -> _Pixels:
    """Choose pixels of each page, those near ink four times as often."""
    seen, inks, weights = [], [], []
    for page in pages:
        share = page.share(size)
        near = cv2.dilate(share, np.ones((_NEAR_PX, _NEAR_PX), np.uint8))
        chance = np.where(near.ravel() > 0, 1.0, _FAR_SHARE)
        count = min(_PIXELS_A_PAGE, chance.size)
        chosen = rng.choice(chance.size, count, replace=False, p=chance / chance.sum())
        seen.append(page.seen(size)[:, chosen].T.copy())
        inks.append(share.ravel()[chosen])
        weights.append(np.minimum(1.0 / chance[chosen], _MOST_WEIGHT))
    return _Pixels(_tensor(seen), _tensor(inks), _tensor(weights))


def _tensor(parts: Sequence[NDArray[np.generic]]) -> Tensor:
    return torch.from_numpy(np.concatenate(parts).astype(np.float32))


def _fit(judge: PixelJudge, pixels: _Pixels) -> float:
    """Fit one network; returns the mean loss of the last epoch."""
    judge.mean.copy_(pixels.seen.mean(dim=0))
    judge.spread.copy_(pixels.seen.std(dim=0) + 1e-3)
    count = len(pixels.ink)
    batches = -(-count // _BATCH)
    optimiser = torch.optim.Adam(judge.parameters(), _RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, _EPOCHS * batches)
    mean = 0.0
    for _ in range(_EPOCHS):
        total = 0.0
        for batch in torch.randperm(count).split(_BATCH):
            logits = judge(pixels.seen[batch].T)[0]
            losses = functional.binary_cross_entropy_with_logits(
                logits, pixels.ink[batch], reduction="none"
            )
            loss = (losses * pixels.weight[batch]).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(batch)
        mean = total / count
    return mean
