"""How well and how fast ink is found: `python -m benchmarks.ink`.

A labelled set of 300 simulated frames in five difficulty classes; ours sees the frames between them
too, as at the table. The others get each frame by itself and, as a help, are told the sheet's true
outline. Then 240 frames in six classes of what visitors draw with, ours alone, and 300 frames of a
blank sheet with hands over it, of five seeds. Everything follows from `--seed`: another one shows
tables that nothing was chosen on. Single pictures are measured by `benchmarks.stills`.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.metrics import Gray, Score, score
from benchmarks.rivals import RIVALS
from benchmarks.visibility import Visibility
from exhibit.camera.simulated import DRAWN_WITH
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Frame, Ink
from exhibit.ink import make_extractor
from exhibit.ink.sheet_outline import inside
from tests.tools.render_table import Sequence, labelled_set

FRAMES, SEED = 300, 1
OURS = "ours"
HANDLED_FRAMES, HANDLED_HZ = 280, 2.0
DRAWN_FRAMES, DRAWN_HZ = 240, 1.0
BLANK_SEEDS = 5
_BETWEEN, _HANDLED_BETWEEN, _DRAWN_BETWEEN = 11, 9, 29
_INK_SIZE, _STROKE_WIDTH_PX = 128, 1.5
_NEAR_PX = 3


@dataclass(slots=True)
class Tally:
    """What was measured of one difficulty class."""

    scores: dict[str, list[Score]] = field(default_factory=lambda: defaultdict(list))
    with_hands: dict[str, list[Score]] = field(default_factory=lambda: defaultdict(list))
    tables: list[float] = field(default_factory=list)
    lifted: list[Score] = field(default_factory=list)
    false_strokes: list[int] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)
    delays_ms: list[float] = field(default_factory=list)
    flicker: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Method:
    """How sequences are looked at: the settings of ours, and whether the others are asked too."""

    config: InkConfig
    rivals: bool


def watch(sequence: Sequence, tally: Tally, method: Method, between: int = _BETWEEN) -> None:
    """Run one sequence through the extractor and, labelled frames only, through the others."""
    config = method.config
    extractor = make_extractor(config, _INK_SIZE, _STROKE_WIDTH_PX)
    visibility = Visibility(config, sequence.table.conditions.shake_px)
    before = len(tally.scores[OURS])
    for frame, labelled in sequence.frames(between):
        wall, cpu = time.perf_counter(), time.process_time()
        ink = extractor.extract(frame)
        tally.cpu_ms.append(1000 * (time.process_time() - cpu))
        tally.wall_ms.append(1000 * (time.perf_counter() - wall))
        visibility.note(frame, ink)
        if labelled:
            _score(frame, ink, tally, visibility, method.rivals)
    tally.tables.append(mean(tally.scores[OURS][before:])["f_measure"])
    tally.delays_ms += visibility.delays_ms
    tally.flicker += visibility.flicker


def _score(frame: Frame, ink: Ink, tally: Tally, visibility: Visibility, rivals: bool) -> None:
    truth = frame.truth
    assert truth is not None
    tally.false_strokes.append(false_strokes(ink.mask, truth.ink))
    tally.lost.append(visibility.lost_under_hands(frame, ink))
    # A sheet on its way in or out, or nothing on it yet: there is no F-measure of that.
    if truth.sheet is None or not visibility.resting or (truth.ink == 0).sum() < 100:
        return
    masks = {OURS: ink.mask}
    if rivals:
        on_sheet = inside(truth.sheet, (480, 640), 6.0) > 0
        for name, method in RIVALS.items():
            masks[name] = np.where(on_sheet, method(frame.pixels), 255).astype(np.uint8)
    for name, mask in masks.items():
        found = score(mask, truth.ink)
        tally.scores[name].append(found)
        if truth.hand.any():
            tally.with_hands[name].append(found)
        if truth.lifted is not None and name == OURS:
            tally.lifted.append(found)


def false_strokes(mask: Gray, truth: Gray) -> int:
    """Return how many connected pieces of a mask lie nowhere near true ink."""
    reach = np.ones((2 * _NEAR_PX + 1,) * 2, np.uint8)
    near = cv2.dilate((truth < 128).astype(np.uint8), reach) > 0
    count, labels = cv2.connectedComponents((mask < 128).astype(np.uint8), connectivity=8)
    real = np.unique(labels[near])
    return count - 1 - int(np.count_nonzero(real))


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
        "false_strokes_per_frame": round(float(np.mean(tally.false_strokes)), 3),
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


def table_frames(frames: int, seed: int, method: Method) -> dict[str, object]:
    """Measure the labelled set of a seed, class by class."""
    return _by_class(labelled_set(frames, seed), method, _BETWEEN)


def drawn_with(seed: int, method: Method) -> dict[str, object]:
    """Measure what visitors draw with, class by class; no part of the labelled set."""
    sequences = labelled_set(DRAWN_FRAMES, seed, DRAWN_HZ, tuple(DRAWN_WITH))
    return _by_class(sequences, replace(method, rivals=False), _DRAWN_BETWEEN)


def _by_class(sequences: list[Sequence], method: Method, between: int) -> dict[str, object]:
    tallies: dict[str, Tally] = defaultdict(Tally)
    for sequence in sequences:
        watch(sequence, tallies[sequence.table.conditions.name], method, between)
    classes = {name: report(tally) for name, tally in tallies.items()}
    everything = Tally()
    for tally in tallies.values():
        for name, scores in tally.scores.items():
            everything.scores[name] += scores
        for name, scores in tally.with_hands.items():
            everything.with_hands[name] += scores
        for part in (
            "tables",
            "false_strokes",
            "lost",
            "delays_ms",
            "flicker",
            "wall_ms",
            "cpu_ms",
        ):
            getattr(everything, part).extend(getattr(tally, part))
    return {"classes": classes, "all": report(everything)}


def handled_paper(seed: int, method: Method) -> dict[str, object]:
    """Measure paper that is rubbed clean, lifted and covered; not a part of the labelled set."""
    tally = Tally()
    for sequence in labelled_set(HANDLED_FRAMES, seed, HANDLED_HZ, ("handled",)):
        watch(sequence, tally, replace(method, rivals=False), _HANDLED_BETWEEN)
    lifted = {"lifted": mean(tally.lifted), "lifted_frames": len(tally.lifted)}
    return {**report(tally), **lifted}


def blank_sheet(frames: int, seed: int) -> dict[str, int]:
    """Count false strokes on a blank sheet with hands moving over it, every frame at 30 Hz."""
    live = settled = 0
    for sequence in labelled_set(frames, seed, 30.0, ("blank",)):
        extractor = make_extractor(InkConfig(), _INK_SIZE, _STROKE_WIDTH_PX)
        # The sheet lies and hands are on it three seconds after the start.
        for number in range(90):
            extractor.extract(sequence.table.frame_at(sequence.start_s + number / 30.0))
        for number in range(90, 90 + sequence.count):
            ink = extractor.extract(sequence.table.frame_at(sequence.start_s + number / 30.0))
            live += false_strokes(ink.mask, np.full_like(ink.mask, 255))
            settled += int(ink.settled.min() < 255)
    return {
        "seed": seed,
        "frames": frames,
        "false_strokes": live,
        "frames_with_settled_ink": settled,
    }


def show(found: dict[str, Any]) -> None:
    """Print everything as tables."""
    sections = [
        *found["table"]["classes"].items(),
        ("all", found["table"]["all"]),
        *found["drawn_with"]["classes"].items(),
        ("all six", found["drawn_with"]["all"]),
    ]
    for name, numbers in sections:
        click.echo(f"\n{name} ({numbers['frames']} frames)")
        _show_methods(numbers["methods"], numbers["with_hands_f"])
        for key, value in numbers.items():
            if key not in ("methods", "with_hands_f", "frames"):
                click.echo(f"  {key:28} {value}")
    handled = found["handled"]
    click.echo(f"\nhandled paper ({handled['frames']} frames)")
    for key, value in handled.items():
        click.echo(f"  {key:28} {value}")
    for blank in found["blank"]:
        click.echo(f"blank sheet: {blank}")


def _show_methods(methods: dict[str, dict[str, float]], hands: dict[str, float]) -> None:
    click.echo(f"  {'':20} {'F':>6} {'pF':>6} {'PSNR':>6} {'DRD':>7} {'F hands':>8}")
    for name, m in methods.items():
        row = f"{m['f_measure']:6.1f} {m['pseudo_f']:6.1f} {m['psnr']:6.1f} {m['drd']:7.2f}"
        click.echo(f"  {name:20} {row} {hands.get(name, float('nan')):8.1f}")


@click.command()
@click.option("--frames", default=FRAMES, show_default=True, help="Labelled frames of the table.")
@click.option(
    "--seed",
    default=SEED,
    show_default=True,
    type=click.IntRange(0),
    help="Of all tables; blank sheets are of this seed and the four after it.",
)
@click.option("--alone", is_flag=True, help="Leave the other methods out.")
@click.option(
    "--answer",
    default="settled",
    show_default=True,
    type=click.Choice(["settled", "live"]),
    help="Ink whose delay is measured, as in `ink.answer`.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def main(
    frames: int, seed: int, alone: bool, answer: Literal["settled", "live"], as_json: bool
) -> None:
    """Measure ink on the simulated table, beside other methods."""
    cv2.setNumThreads(1)
    method = Method(InkConfig(answer=answer), not alone)
    found: dict[str, object] = {
        "table": table_frames(frames, seed, method),
        "drawn_with": drawn_with(seed, method),
        "handled": handled_paper(seed, method),
        "blank": [blank_sheet(frames, number) for number in range(seed, seed + BLANK_SEEDS)],
    }
    if as_json:
        click.echo(json.dumps(found, indent=1))
    else:
        show(found)


if __name__ == "__main__":
    main()
