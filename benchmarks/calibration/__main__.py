"""Do ink and light meet on tables whose truth is known? `python -m benchmarks.calibration`.

Made-up rigs with lenses, poses, projectors, papers and lights of all kinds are calibrated as a
person does it, with every command's own code, and judged all over the sheet by what is true.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np

from benchmarks.calibration import speed
from benchmarks.calibration.drift import Watched
from benchmarks.calibration.light_on_ink import Error, by_disc, by_hand_alone, by_nudging
from benchmarks.calibration.seen import Seen, calibrate_seeing
from calibration.rig import CONDITIONS, Rig, make_rig

# What the issue of a millimetre asks for.
BARS = {
    "camera_rms_px": 0.35,
    "disc_mean_mm": 0.5,
    "disc_largest_mm": 1.0,
    "nudging_mean_mm": 1.0,
    "nudging_largest_mm": 2.0,
    "drift_noticed_s": 60.0,
    "false_alarms": 0,
}
_KNOCKS = 12


@click.command()
@click.option("--rigs", type=click.IntRange(0, 1000), default=50, show_default=True)
@click.option("--hours", type=click.FloatRange(0, 1000), default=24.0, show_default=True,
              help="Of a quiet day on which no alarm may be raised.")  # fmt: skip
@click.option("--hands", type=click.IntRange(0, 100000), default=100, show_default=True,
              help="Rigs of which only a hand at the disc is asked, not the camera.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--worst", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.json",
              help="Write what every rig gave.")  # fmt: skip
def main(rigs: int, hours: float, hands: int, as_json: bool, worst: Path | None) -> None:
    """Measure calibration."""
    cv2.setNumThreads(1)
    tables = [_table(seed) for seed in range(rigs)]
    if worst is not None:
        worst.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")
    rig = make_rig(1)
    found: dict[str, Any] = {
        "rigs": rigs,
        **_over(tables),
        "by_light": {name: _over([t for t in tables if t["light"] == name]) for name in CONDITIONS},
        "hand_alone": _hands(hands),
        "drift": _drift(rig, hours),
        "milliseconds": speed.measure(rig, calibrate_seeing(rig, 1).view),
        "bars": BARS,
    }
    click.echo(json.dumps(found) if as_json else json.dumps(found, indent=2))


def _table(seed: int) -> dict[str, Any]:
    rig = make_rig(seed)
    seen = calibrate_seeing(rig, seed)
    disc, said = by_disc(rig, seen.view, seed)
    nudged = by_nudging(rig, seen.view, seed)
    return {
        "seed": seed,
        "light": next(name for name, light in CONDITIONS.items() if light is rig.light),
        **_figures("disc", disc),
        **_figures("said_by_disc", said),
        **_figures("nudging", nudged),
        "camera_rms_px": seen.rms_px,
        "camera_error_mm": round(seen.largest_mm, 3),
    }


def _hands(count: int) -> dict[str, float]:
    errors = [by_hand_alone(make_rig(seed), seed) for seed in range(count)]
    if not errors:
        return {}
    return {
        "rigs": count,
        "mean_mm": round(float(np.mean([error.mean_mm for error in errors])), 3),
        "worst_mean_mm": round(max(error.mean_mm for error in errors), 3),
        "largest_mm": round(max(error.largest_mm for error in errors), 3),
    }


def _figures(name: str, error: Error) -> dict[str, float]:
    return {
        f"{name}_mean_mm": round(error.mean_mm, 3),
        f"{name}_largest_mm": round(error.largest_mm, 3),
    }


def _over(tables: list[dict[str, Any]]) -> dict[str, float]:
    """Return the mean of means and the largest of the largest over all tables."""
    if not tables:
        return {}
    found = {}
    for key in ("disc", "said_by_disc", "nudging"):
        means = [t[f"{key}_mean_mm"] for t in tables]
        found[f"{key}_mean_mm"] = round(float(np.mean(means)), 3)
        found[f"{key}_worst_mean_mm"] = max(means)
        found[f"{key}_largest_mm"] = max(t[f"{key}_largest_mm"] for t in tables)
    found["camera_rms_px"] = max(t["camera_rms_px"] for t in tables)
    found["camera_error_mm"] = max(t["camera_error_mm"] for t in tables)
    return found


def _drift(rig: Rig, hours: float) -> dict[str, Any]:
    seen: Seen = calibrate_seeing(rig, 1)
    rng = np.random.default_rng(4)
    knocks = []
    for number in range(_KNOCKS):
        angle = rng.uniform(0, 2 * np.pi)
        # A millimetre and a little: what lies at the bar itself may fall to either side.
        shift = np.array([1.15 * np.cos(angle), 1.15 * np.sin(angle), 0.0])
        watched = Watched(rig, seen.view, number)
        watched.false_alarms(0.05)
        knocks.append(watched.knock(rig.moved((0, 0, 0), shift), 180.0))
    noticed = [knock.noticed_after_s for knock in knocks]
    return {
        "moved_mm": [round(knock.moved_mm, 2) for knock in knocks],
        "noticed_after_s": noticed,
        "missed": noticed.count(None),
        "quiet_hours": hours,
        "false_alarms": Watched(rig, seen.view, 99).false_alarms(hours),
    }


if __name__ == "__main__":
    main()
