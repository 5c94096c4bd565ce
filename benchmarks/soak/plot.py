"""The plot of a soak: what every process held over time, and when it was struck."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.soak.lives import HELD

_TITLES = {
    "rss_mb": "memory, MB",
    "own_mb": "of its own, MB",
    "descriptors": "descriptors",
    "threads": "threads",
}


def plot(found: dict[str, Any], path: Path) -> None:
    """Draw memory, descriptors, threads and the stage's lateness of a soak into a PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(HELD) + 1, 1, figsize=(10, 11), sharex=True)
    for axis, held in zip(axes, HELD, strict=False):
        for number, (name, process) in enumerate(found["processes"].items()):
            for index, life in enumerate(process["lives"]):
                minutes = [at / 60 for at in life["at_s"]]
                label = name if index == 0 else None
                axis.plot(minutes, life[held], color=f"C{number}", label=label, linewidth=1)
        axis.set_ylabel(_TITLES[held])
    axes[0].legend(ncols=4, fontsize=8)
    late = [(row["at_s"] / 60, row["stage_p99_ms"]) for row in found["rows"] if row["stage_p99_ms"]]
    if late:
        axes[-1].plot(*zip(*late, strict=True), color="black", linewidth=1)
    axes[-1].axhline(33, color="grey", linestyle="--", linewidth=1)
    axes[-1].set_ylabel("stage p99, ms")
    axes[-1].set_xlabel("minutes; dotted: a process is killed or stopped")
    for axis in axes:
        for fault in found["faults"]:
            axis.axvline(fault["at_s"] / 60, color="grey", linestyle=":", linewidth=0.8)
    figure.tight_layout()
    figure.savefig(path, dpi=90)
