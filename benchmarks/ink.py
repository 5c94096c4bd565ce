"""How well and how fast ink is found: `python -m benchmarks.ink`.

A labelled set of 300 simulated frames in five difficulty classes; ours sees the frames between them
too, as at the table. The others get each frame by itself and, as a help, are told the sheet's true
outline. Then 240 frames in six classes of what visitors draw with, ours alone, and 300 frames of a
blank sheet with hands over it, of five seeds. Everything follows from `--seed`: another one shows
tables that nothing was chosen on. `--class felt --class blank` measures these alone, on the same
frames. Single pictures are measured by `benchmarks.stills`.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any, Literal

import click
import cv2
import numpy as np

from benchmarks.ink_tally import OURS, Tally, false_strokes, invented_px, mean, merge, report
from benchmarks.metrics import score
from benchmarks.rivals import RIVALS
from benchmarks.visibility import Visibility
from exhibit.camera.simulated import BLANK, DIFFICULTIES, DRAWN_WITH, HANDLED
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Frame, Ink
from exhibit.ink import make_extractor
from exhibit.ink.sheet_outline import inside
from tests.tools.render_table import CLASSES, Sequence, labelled_set

FRAMES, SEED = 300, 1
HANDLED_FRAMES, HANDLED_HZ = 280, 2.0
DRAWN_FRAMES, DRAWN_HZ = 240, 1.0
BLANK_SEEDS = 5
_BETWEEN, _HANDLED_BETWEEN, _DRAWN_BETWEEN = 11, 9, 29
_INK_SIZE, _STROKE_WIDTH_PX = 128, 1.5


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
        assert frame.truth is not None
        if visibility.resting and frame.truth.lifted is None:
            known = visibility.with_erased(frame.truth.ink)
            tally.invented_px.append(invented_px(ink.mask, known))
        if labelled:
            _score(frame, ink, tally, visibility, method.rivals)
    tally.tables.append(mean(tally.scores[OURS][before:])["f_measure"])
    tally.delays_ms += visibility.delays_ms
    tally.flicker += visibility.flicker


def _score(frame: Frame, ink: Ink, tally: Tally, visibility: Visibility, rivals: bool) -> None:
    truth = frame.truth
    assert truth is not None
    tally.false_strokes.append(false_strokes(ink.mask, visibility.with_erased(truth.ink)))
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


def measure(classes: tuple[str, ...], frames: int, seed: int, method: Method) -> dict[str, object]:
    """Measure classes of the simulated table.

    Args:
        classes: names of any of the labelled classes.
        frames: of all difficulty classes together, and of each blank sheet.
        seed: of all tables; blank sheets are of this seed and the four after it.
        method: how they are looked at.

    Returns:
        What was found by kind, of the kinds that were asked for: `table`, `drawn_with`, `handled`
        and `blank`.
    """
    difficulties = tuple(name for name in classes if name in DIFFICULTIES)
    drawn = tuple(name for name in classes if name in DRAWN_WITH)
    found: dict[str, object] = {}
    if difficulties:
        found["table"] = table_frames(difficulties, frames, seed, method)
    if drawn:
        found["drawn_with"] = drawn_with(drawn, seed, method)
    if HANDLED.name in classes:
        found["handled"] = handled_paper(seed, method)
    if BLANK.name in classes:
        found["blank"] = [blank_sheet(frames, seed + more) for more in range(BLANK_SEEDS)]
    return found


def table_frames(
    classes: tuple[str, ...], frames: int, seed: int, method: Method
) -> dict[str, object]:
    """Measure difficulty classes of the labelled set of a seed, which is `frames` frames in all."""
    share = frames * len(classes) // len(DIFFICULTIES)
    return _by_class(labelled_set(share, seed, classes=classes), method, _BETWEEN)


def drawn_with(classes: tuple[str, ...], seed: int, method: Method) -> dict[str, object]:
    """Measure what visitors draw with, class by class; no part of the labelled set."""
    share = DRAWN_FRAMES * len(classes) // len(DRAWN_WITH)
    sequences = labelled_set(share, seed, DRAWN_HZ, classes)
    return _by_class(sequences, replace(method, rivals=False), _DRAWN_BETWEEN)


def _by_class(sequences: list[Sequence], method: Method, between: int) -> dict[str, object]:
    tallies: dict[str, Tally] = defaultdict(Tally)
    for sequence in sequences:
        watch(sequence, tallies[sequence.table.conditions.name], method, between)
    classes = {name: report(tally) for name, tally in tallies.items()}
    everything = merge(list(tallies.values()))
    return {"classes": classes, "all": report(everything)}


def handled_paper(seed: int, method: Method) -> dict[str, object]:
    """Measure paper that is rubbed clean, lifted and covered; not a part of the labelled set."""
    tally = Tally()
    for sequence in labelled_set(HANDLED_FRAMES, seed, HANDLED_HZ, (HANDLED.name,)):
        watch(sequence, tally, replace(method, rivals=False), _HANDLED_BETWEEN)
    lifted = {"lifted": mean(tally.lifted), "lifted_frames": len(tally.lifted)}
    return {**report(tally), **lifted}


def blank_sheet(frames: int, seed: int) -> dict[str, int]:
    """Count false strokes on a blank sheet with hands moving over it, every frame at 30 Hz."""
    live = settled = most_px = 0
    for sequence in labelled_set(frames, seed, 30.0, (BLANK.name,)):
        extractor = make_extractor(InkConfig(), _INK_SIZE, _STROKE_WIDTH_PX)
        # The sheet lies and hands are on it three seconds after the start.
        for number in range(90):
            extractor.extract(sequence.table.frame_at(sequence.start_s + number / 30.0))
        for number in range(90, 90 + sequence.count):
            ink = extractor.extract(sequence.table.frame_at(sequence.start_s + number / 30.0))
            paper = np.full_like(ink.mask, 255)
            live += false_strokes(ink.mask, paper)
            most_px = max(most_px, invented_px(ink.mask, paper))
            settled += int(ink.settled.min() < 255)
    return {
        "seed": seed,
        "frames": frames,
        "false_strokes": live,
        "invented_px": most_px,
        "frames_with_settled_ink": settled,
    }


def show(found: dict[str, Any]) -> None:
    """Print everything as tables."""
    for kind, together in (("table", "all"), ("drawn_with", "all drawn with")):
        if kind in found:
            for name, numbers in found[kind]["classes"].items():
                _show_class(name, numbers)
            if len(found[kind]["classes"]) > 1:
                _show_class(together, found[kind]["all"])
    if "handled" in found:
        _show_class("handled paper", found["handled"])
    for blank in found.get("blank", []):
        click.echo(f"blank sheet: {blank}")


def _show_class(name: str, numbers: dict[str, Any]) -> None:
    click.echo(f"\n{name} ({numbers['frames']} frames)")
    _show_methods(numbers["methods"], numbers["with_hands_f"])
    for key, value in numbers.items():
        if key not in ("methods", "with_hands_f", "frames"):
            click.echo(f"  {key:28} {value}")


def _show_methods(methods: dict[str, dict[str, float]], hands: dict[str, float]) -> None:
    click.echo(f"  {'':20} {'F':>6} {'pF':>6} {'PSNR':>6} {'DRD':>7} {'F hands':>8}")
    for name, m in methods.items():
        row = f"{m['f_measure']:6.1f} {m['pseudo_f']:6.1f} {m['psnr']:6.1f} {m['drd']:7.2f}"
        click.echo(f"  {name:20} {row} {hands.get(name, float('nan')):8.1f}")


@click.command()
@click.option(
    "--class",
    "classes",
    multiple=True,
    type=click.Choice(list(CLASSES)),
    help="Class to measure, may be repeated.  [default: all]",
)
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
    classes: tuple[str, ...],
    frames: int,
    seed: int,
    alone: bool,
    answer: Literal["settled", "live"],
    as_json: bool,
) -> None:
    """Measure ink on the simulated table, beside other methods."""
    cv2.setNumThreads(1)
    method = Method(InkConfig(answer=answer), not alone)
    found = measure(classes or tuple(CLASSES), frames, seed, method)
    if as_json:
        click.echo(json.dumps(found, indent=1))
    else:
        show(found)


if __name__ == "__main__":
    main()
