"""What the stage shows when nobody draws: a slow walk prepared in the bundle, from disk."""

from __future__ import annotations

import logging
from threading import Thread

import cv2
import numpy as np

from exhibit.contract.arrays import open_arrays
from exhibit.contract.bundle import LATENTS, check_walk, find_bundle
from exhibit.contract.errors import BundleError
from exhibit.contract.values import Gray

log = logging.getLogger(__name__)

STEP_S = 0.35
"""From one prepared picture of the walk to the next; between them the stage fades."""
_FIRST_READ_S = 1.0
_CURVE_PICTURES = 160
_CURVE_SIDE_PX = 256


class Attract:
    """The attract loop of the newest bundle that could be read.

    Bundles are read in a thread of their own. Where there is none, a slowly turning curve is drawn
    instead: the table shows something whatever is missing.
    """

    def __init__(self, bundle: str) -> None:
        self.fault = ""
        self._pictures: Gray | None = None
        self._at = 0
        self._bundle = ""
        self.load(bundle).join(_FIRST_READ_S)

    def load(self, bundle: str) -> Thread:
        """Begin to read a bundle's loop, given by name or folder; the old one goes on until then.

        Returns:
            the thread that reads.
        """
        self._bundle = bundle
        reader = Thread(target=self._read, args=(bundle,), name="attract", daemon=True)
        reader.start()
        return reader

    def next_picture(self) -> Gray:
        """Return the next picture (R, R) or (R, R, 3) of the walk; the last leads to the first."""
        if self._pictures is None:
            self._pictures = turning_curve()
        pictures = self._pictures
        self._at = (self._at + 1) % len(pictures)
        return np.asarray(pictures[self._at], np.uint8)

    def _read(self, bundle: str) -> None:
        pictures, fault = None, ""
        try:
            pictures = read_walk(bundle)
        except BundleError as error:
            fault = str(error)
            log.warning("attract loop: %s", error)
        if bundle != self._bundle:
            return  # another one was asked for while this one was read
        self.fault = fault
        if pictures is not None:
            self._pictures = pictures


def read_walk(bundle: str) -> Gray:
    """Return the prepared pictures (n, R, R) or (n, R, R, 3) uint8 of a bundle.

    Only this file is read, and not hashed: the engine checks the whole bundle, and the loop must
    play where the rest of it is damaged.

    Raises:
        BundleError: the bundle or its loop is missing or malformed.
    """
    file = find_bundle(bundle) / LATENTS
    try:
        with open_arrays(file) as arrays:
            walk = arrays["attract"]
    except Exception as error:  # noqa: BLE001 - a damaged archive fails in many ways
        raise BundleError(f"{file}: {error}; expected an archive with 'attract'") from None
    check_walk(walk, file)
    return np.asarray(walk, np.uint8)


def turning_curve() -> Gray:
    """Return (n, R, R) uint8 pictures of one closed line that slowly changes and comes back."""
    t = np.linspace(0, 2 * np.pi, 1200)
    pictures = np.full((_CURVE_PICTURES, _CURVE_SIDE_PX, _CURVE_SIDE_PX), 255, np.uint8)
    for index in range(_CURVE_PICTURES):
        turn = np.sin(2 * np.pi * index / _CURVE_PICTURES)
        x = 0.30 * np.sin(3 * t + 1.2 * turn) + 0.10 * np.sin(8 * t - turn)
        y = 0.30 * np.sin(2 * t + 0.5 * turn) + 0.10 * np.cos(7 * t + turn)
        points = np.rint((0.5 + np.stack([x, y], axis=1)) * _CURVE_SIDE_PX * 16).astype(np.int32)
        cv2.polylines(pictures[index], [points], True, 30, 1, cv2.LINE_AA, shift=4)
    return pictures
