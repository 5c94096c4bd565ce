"""What is measured of ink on labelled frames, and the numbers that are made of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.metrics import Score
from exhibit.contract.values import Gray

OURS = "ours"
_NEAR_PX = 3


@dataclass(slots=True)
class Tally:
    """What was measured of one difficulty class."""

    scores: dict[str, list[Score]] = field(default_factory=lambda: defaultdict(list))
    with_hands: dict[str, list[Score]] = field(default_factory=lambda: defaultdict(list))
    tables: list[float] = field(default_factory=list)
    lifted: list[Score] = field(default_factory=list)
    false_strokes: list[int] = field(default_factory=list)
    invented_px: list[int] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)
    delays_ms: list[float] = field(default_factory=list)
    flicker: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


def merge(tallies: list[Tally]) -> Tally:
    """Return what was measured of several classes as if they were one."""
    together = Tally()
    for part in fields(Tally):
        for tally in tallies:
            more = getattr(tally, part.name)
            if isinstance(more, dict):
                for name, scores in more.items():
                    getattr(together, part.name)[name] += scores
            else:
                getattr(together, part.name).extend(more)
    return together


def false_strokes(mask: Gray, truth: Gray) -> int:
    """Return how many connected pieces of a mask lie nowhere near true ink."""
    count, labels = cv2.connectedComponents((mask < 128).astype(np.uint8), connectivity=8)
    real = np.unique(labels[_near(truth)])
    return count - 1 - int(np.count_nonzero(real))


def invented_px(mask: Gray, truth: Gray) -> int:
    """Return how many pixels of a mask lie nowhere near true ink."""
    return int(np.count_nonzero((mask < 128) & ~_near(truth)))


def _near(truth: Gray) -> NDArray[np.bool_]:
    reach = np.ones((2 * _NEAR_PX + 1,) * 2, np.uint8)
    return np.asarray(cv2.dilate((truth < 128).astype(np.uint8), reach) > 0)


def mean(scores: list[Score]) -> dict[str, float]:
    """Return the mean of each measure."""
    names = ("f_measure", "pseudo_f", "psnr", "drd")
    return {n: round(float(np.mean([getattr(s, n) for s in scores])), 2) for n in names}


def report(tally: Tally) -> dict[str, object]:
    """Return one class's numbers."""
    lost, held = (int(sum(part)) for part in zip(*tally.lost, strict=True))
    ms: NDArray[np.float64] = np.array(tally.wall_ms)
    return {
        "methods": {name: mean(scores) for name, scores in tally.scores.items()},
        "with_hands_f": {n: mean(s)["f_measure"] for n, s in tally.with_hands.items()},
        "worst_f": {
            "table": min(tally.tables),
            "frame": round(min(s.f_measure for s in tally.scores[OURS]), 1),
        },
        "frames": len(tally.scores[OURS]),
        "false_strokes": sum(tally.false_strokes),
        "false_strokes_per_frame": round(float(np.mean(tally.false_strokes)), 3),
        "invented_px": max(tally.invented_px, default=0),
        "lost_under_hands_percent": round(100.0 * lost / max(1, held), 2),
        "delay_ms": _percentiles(tally.delays_ms),
        "flicker_percent": round(100.0 * float(np.mean(tally.flicker or [0.0])), 4),
        "ms_per_frame": _percentiles(ms.tolist()),
        "cpu_ms_per_frame": _percentiles(tally.cpu_ms),
    }


def _percentiles(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    return {f"p{p}": round(float(np.percentile(values, p)), 2) for p in (50, 95)}
