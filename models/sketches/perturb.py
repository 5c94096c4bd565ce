"""Make clean strokes into what visitors leave on the table: beginnings, wobble, gaps, specks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exhibit.contract.values import Floats

Strokes = tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Perturbation:
    """How far strokes may be changed; lengths in units of the square.

    Args:
        keep: smallest and largest share of the line length that is kept.
        wobble: standard deviation of a slow sideways movement of the pen.
        shift: largest shift of all strokes.
        scale: largest relative change of size.
        break_chance: chance for a stroke to be broken in two with a gap.
        join_chance: chance for two neighbouring strokes to be joined by a line.
        specks: largest number of specks of dust.
    """

    keep: tuple[float, float] = (0.05, 1.0)
    wobble: float = 0.006
    shift: float = 0.03
    scale: float = 0.06
    break_chance: float = 0.15
    join_chance: float = 0.08
    specks: int = 2


def perturb(strokes: Sequence[Floats], how: Perturbation, rng: np.random.Generator) -> Strokes:
    """Apply every change, each with random strength.

    Args:
        strokes: each (n, 2) float32 in the unit square.
        how: bounds of the changes.
        rng: source of randomness.

    Returns:
        The changed strokes; at least one.
    """
    kept = keep_share(strokes, float(rng.uniform(*how.keep)), rng)
    kept = _break(kept, how.break_chance, rng)
    kept = _join(kept, how.join_chance, rng)
    scale = 1 + rng.uniform(-how.scale, how.scale)
    shift = rng.uniform(-how.shift, how.shift, 2)
    amplitude = how.wobble * rng.uniform()
    moved = tuple(
        (((_wobble(s, amplitude, rng) - 0.5) * scale) + 0.5 + shift).astype(np.float32)
        for s in kept
    )
    return moved + _specks(int(rng.integers(0, how.specks + 1)), rng)


def keep_share(strokes: Sequence[Floats], share: float, rng: np.random.Generator) -> Strokes:
    """Keep a share of the line length, stroke by stroke or the strokes nearest to a random point.

    Args:
        strokes: each (n, 2).
        share: 0..1 of the total length; at least one stroke is kept.
        rng: chooses between both ways, and the strokes or the region.
    """
    if share >= 1 or len(strokes) == 0:
        return tuple(strokes)
    lengths = np.array([length_of(stroke) for stroke in strokes])
    if rng.uniform() < 0.5:
        order = rng.permutation(len(strokes))
    else:
        middles = np.stack([stroke.mean(axis=0) for stroke in strokes])
        centre = middles[rng.integers(len(strokes))]
        order = np.argsort(((middles - centre) ** 2).sum(axis=1))
    budget = share * lengths.sum()
    kept: list[Floats] = []
    for index in order:
        part = shorten(strokes[index], budget)
        kept.append(part)
        budget -= length_of(part)
        if budget <= 0:
            break
    return tuple(kept)


def length_of(stroke: Floats) -> float:
    """Return the length of a polyline (n, 2) in its own units."""
    return float(np.sqrt((np.diff(stroke, axis=0) ** 2).sum(axis=1)).sum())


def shorten(stroke: Floats, length: float) -> Floats:
    """Cut a polyline (n, 2) after `length`; at least its first two points stay."""
    steps = np.sqrt((np.diff(stroke, axis=0) ** 2).sum(axis=1))
    count = 1 + int(np.searchsorted(np.cumsum(steps), length, side="right"))
    return stroke[: max(count, 2)]


def _break(strokes: Strokes, chance: float, rng: np.random.Generator) -> Strokes:
    broken: list[Floats] = []
    for stroke in strokes:
        if len(stroke) >= 8 and rng.uniform() < chance:
            cut = int(rng.integers(3, len(stroke) - 3))
            broken += [stroke[:cut], stroke[cut + 1 :]]
        else:
            broken.append(stroke)
    return tuple(broken)


def _join(strokes: Strokes, chance: float, rng: np.random.Generator) -> Strokes:
    joined: list[Floats] = []
    for stroke in strokes:
        near = joined and np.hypot(*(joined[-1][-1] - stroke[0])) < 0.15
        if near and rng.uniform() < chance:
            joined[-1] = np.concatenate([joined[-1], stroke])
        else:
            joined.append(stroke)
    return tuple(joined)


def _wobble(stroke: Floats, amplitude: float, rng: np.random.Generator) -> Floats:
    """Displace a stroke by two slow waves along its length."""
    along = np.linspace(0, 1, len(stroke))[:, None]
    cycles = rng.uniform(1, 6, (1, 2))
    phase = rng.uniform(0, 2 * np.pi, (1, 2))
    waves = amplitude * np.sin(2 * np.pi * cycles * along + phase)
    return (stroke + waves).astype(np.float32)


def _specks(count: int, rng: np.random.Generator) -> Strokes:
    return tuple(
        (rng.uniform(0.02, 0.98, 2) + np.array([[0, 0], [0.004, 0.002]])).astype(np.float32)
        for _ in range(count)
    )
