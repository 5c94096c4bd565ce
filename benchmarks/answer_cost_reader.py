"""Answers sketches with whatever version of `exhibit` is found first; started by `answer_cost`."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from concurrent.futures import Executor, Future
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np

_UNIT, _SHIFT = 16, 4
"""OpenCV draws at sixteenths of a pixel."""


class AtOnce(Executor):
    """Runs what it is given where it is asked, and adds up what that took, in ms."""

    spent_ms = 0.0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return what `fn` gave."""
        done: Future[Any] = Future()
        began = time.thread_time()
        done.set_result(fn(*args, **kwargs))
        self.spent_ms += 1000 * (time.thread_time() - began)
        return done


def ink_of(number: int, strokes: list[Any], size: int, width_px: float) -> Any:
    """Return the ink of strokes in the unit square as the table's extractor gives it."""
    values = import_module("exhibit.contract.values")
    lines = np.full((size, size), 255, np.uint8)
    for stroke in strokes:
        points = np.round(np.array(stroke) * size * _UNIT).astype(np.int32)
        cv2.polylines(lines, [points], False, 0, max(1, round(width_px)), cv2.LINE_AA, _SHIFT)
    paper = np.full_like(lines, 255)
    known = {
        "sequence": number,
        "captured_at": float(number),
        "live": lines,
        "settled": lines,
        "live_mass": paper,
        "mass": paper,
        "coverage": float((lines < 128).mean()),
    }
    fields = dataclasses.fields(values.Ink)
    needed = {f.name: None for f in fields if f.default is dataclasses.MISSING}
    return values.Ink(**{**needed, **known})


def opened() -> tuple[Any, AtOnce]:
    """Return the bundle that ships, answering with one thread, and who runs its searches."""
    config = import_module("exhibit.contract.settings.schema").Config()
    model = config.model.model_copy(update={"threads": 1, "providers": ("cpu",)})
    config = config.model_copy(update={"model": model})
    bundle = import_module("exhibit.engine.opened_bundle").open_bundle(config)
    bundle.configure(config)
    beside = AtOnce()
    recaller = import_module("exhibit.recall.recaller").MemoryRecaller(
        bundle.memory, bundle.card.ink_size, config.ink.answer, beside=beside
    )
    return dataclasses.replace(bundle, recaller=recaller), beside


def answers(strokes: list[list[Any]]) -> dict[str, Any]:
    """Return milliseconds of each step of every answer; sketches grow by a stroke at a time."""
    bundle, beside = opened()
    card, models = bundle.card, bundle.models
    spent: dict[str, Any] = {s: [] for s in ("recall", "search", "encode", "edit", "synthesise")}
    number = 0
    for sketch in strokes:
        for drawn in range(1, len(sketch) + 1):
            number += 1
            ink = ink_of(number, sketch[:drawn], card.ink_size, card.stroke_width_px)
            # What the first look finds is shown by the second, as at the table a frame later.
            beside.spent_ms = 0.0
            marks = [time.thread_time()]
            bundle.recaller.recall(ink)
            recalled = bundle.recaller.recall(ink)
            marks.append(time.thread_time())
            code = models.encoder.encode(ink, recalled)
            marks.append(time.thread_time())
            edited = bundle.editor.edit(code, ink)
            marks.append(time.thread_time())
            models.generator.synthesise(edited)
            marks.append(time.thread_time())
            recall, *others = (1000 * np.diff(marks)).tolist()
            for step, ms in zip(("encode", "edit", "synthesise"), others, strict=True):
                spent[step].append(ms)
            spent["recall"].append(recall - beside.spent_ms)
            spent["search"].append(beside.spent_ms)
    return {**spent, "resolution": card.resolution}


if __name__ == "__main__":
    cv2.setNumThreads(1)
    given = json.loads((Path(sys.argv[1]) / "strokes.json").read_text(encoding="ascii"))
    print(json.dumps(answers(given)))
