"""Reads frames with whatever version of `exhibit` is found first; started by `ink_cost`."""

from __future__ import annotations

import json
import sys
import time
import zlib
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np

_INK_SIZE, _STROKE_WIDTH_PX = 128, 1.5
_CONFIGS = ("exhibit.contract.settings.schema", "exhibit.contract.config")
"""Where the settings of ink are, now and in versions before."""


def make_config() -> Any:
    """Return the settings of ink as they are without a file."""
    for name in _CONFIGS:
        try:
            return import_module(name).InkConfig()
        except ModuleNotFoundError:
            continue
    raise SystemExit(f"no settings of ink: expected one of {', '.join(_CONFIGS)}")


def read(frames: Path, times: Path) -> tuple[list[float], list[int]]:
    """Return milliseconds of processor time and a checksum of the mask of every frame."""
    make_frame: Any = import_module("exhibit.contract.values").Frame
    make_extractor: Any = import_module("exhibit.ink").make_extractor
    extractor = make_extractor(make_config(), _INK_SIZE, _STROKE_WIDTH_PX)
    spent, masks = [], []
    seen = zip(np.load(times), np.load(frames, mmap_mode="r"), strict=True)
    for number, (time_s, pixels) in enumerate(seen):
        frame = make_frame(number, float(time_s), np.array(pixels))
        start = time.thread_time()
        ink = extractor.extract(frame)
        spent.append(1000.0 * (time.thread_time() - start))
        masks.append(zlib.crc32(ink.mask.tobytes() + ink.settled.tobytes()))
    return spent, masks


def main(folder: Path) -> None:
    """Read every sequence of a folder and print what was measured as JSON."""
    cv2.setNumThreads(1)
    spent: list[float] = []
    masks: list[int] = []
    for times in sorted(folder.glob("*.times.npy")):
        ms, found = read(folder / times.name.replace(".times", ""), times)
        spent += ms
        masks += found
    print(json.dumps({"ms": spent, "masks": masks}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
