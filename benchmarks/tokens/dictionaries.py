"""Which dictionary of markers is never found in a drawing? Counts false finds of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from exhibit.camera.files import IMAGE_SUFFIXES
from exhibit.contract.values import Gray
from exhibit.tokens.finder import MarkerFinder

DICTIONARIES = (
    "DICT_4X4_50",
    "DICT_4X4_1000",
    "DICT_5X5_50",
    "DICT_5X5_1000",
    "DICT_6X6_50",
    "DICT_6X6_250",
    "DICT_7X7_50",
    "DICT_ARUCO_ORIGINAL",
    "DICT_APRILTAG_16h5",
    "DICT_APRILTAG_25h9",
    "DICT_APRILTAG_36h11",
    "DICT_ARUCO_MIP_36h12",
)
_SUFFIXES = IMAGE_SUFFIXES | {".gif"}
_SKETCH_PX, _LINE_PX = 480, 4


def false_finds(folders: Iterable[Path], every: int = 1) -> dict[str, Any]:
    """Return, for each folder and dictionary, how often OpenCV and the table find a marker.

    Args:
        folders: of drawings, or of sketches in the format of Quick, Draw! (.ndjson).
        every: look at one picture in so many.

    Returns:
        By folder `pictures` and, by dictionary, `opencv`: with OpenCV's own settings, the picture
        and its mirror image; `table`: with the table's finder, which looks through a mirror.
    """
    found: dict[str, Any] = {}
    opencv = cv2.aruco.ArucoDetector([_markers(name) for name in DICTIONARIES])
    tables = {name: MarkerFinder(True, name) for name in DICTIONARIES}
    for folder in folders:
        counts = {name: {"opencv": 0, "table": 0} for name in DICTIONARIES}
        pictures = 0
        for pixels in _pictures(folder, every):
            pictures += 1
            for seen in (pixels, np.asarray(cv2.flip(pixels, 1), np.uint8)):
                # All dictionaries at once: what looks like a marker is the same for each of them.
                which = opencv.detectMarkersMultiDict(seen)[3]
                for number in () if which is None else np.ravel(which):
                    counts[DICTIONARIES[int(number)]]["opencv"] += 1
                for name, table in tables.items():
                    counts[name]["table"] += len(table.find(seen))
        found[folder.name] = {"pictures": pictures, "found": counts}
    return found


def _markers(name: str) -> cv2.aruco.Dictionary:
    return cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, name))


def _pictures(folder: Path, every: int) -> Iterator[Gray]:
    files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in _SUFFIXES)
    for file in files[::every]:
        pixels = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        if pixels is not None:
            yield np.asarray(pixels, np.uint8)
    for file in sorted(folder.glob("*.ndjson")):
        for line in file.read_text(encoding="utf-8").splitlines()[::every]:
            yield _drawn(json.loads(line)["drawing"])


def _drawn(strokes: list[list[list[float]]]) -> Gray:
    """Draw a sketch, per stroke x, y and times, as large as its picture allows."""
    points = [np.array(stroke[:2], np.float64).T for stroke in strokes]
    low, high = np.min([p.min(0) for p in points], 0), np.max([p.max(0) for p in points], 0)
    scale = (_SKETCH_PX - 40) / max(float((high - low).max()), 1.0)
    pixels = np.full((_SKETCH_PX, _SKETCH_PX), 255, np.uint8)
    for line in points:
        at = np.round((line - low) * scale + 20).astype(np.int32)
        cv2.polylines(pixels, [at], False, 0, _LINE_PX, cv2.LINE_AA)
    return pixels
