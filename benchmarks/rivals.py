"""What others do to find ink in one picture: the methods that ours is compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import doxapy
import numpy as np
from skimage.filters import threshold_niblack, threshold_sauvola

from exhibit.contract.values import Gray

Method = Callable[[Gray], Gray]

_WINDOW = 31


def otsu(gray: Gray) -> Gray:
    """One threshold for the whole picture (Otsu 1979)."""
    return _gray(cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1])


def background_otsu(gray: Gray) -> Gray:
    """Divide by the background, a median of the picture without its lines, then Otsu."""
    without_lines = cv2.dilate(gray, np.ones((7, 7), np.uint8))
    background = np.maximum(cv2.medianBlur(without_lines, _WINDOW), 1)
    return otsu(_gray(cv2.divide(gray, background, scale=255.0)))


def opencv_adaptive(gray: Gray) -> Gray:
    """Darker than the Gaussian mean nearby by a constant."""
    kind = cv2.ADAPTIVE_THRESH_GAUSSIAN_C
    return _gray(cv2.adaptiveThreshold(gray, 255, kind, cv2.THRESH_BINARY, _WINDOW, 12))


def sauvola(gray: Gray) -> Gray:
    """Sauvola and Pietikäinen 2000, as in scikit-image."""
    return _gray(np.where(gray > threshold_sauvola(gray, _WINDOW, k=0.2), 255, 0))


def niblack(gray: Gray) -> Gray:
    """Niblack 1986, as in scikit-image."""
    return _gray(np.where(gray > threshold_niblack(gray, _WINDOW, k=0.8), 255, 0))


def _doxa(name: str, parameters: Mapping[str, Any]) -> Method:
    def method(gray: Gray) -> Gray:
        found = np.empty(gray.shape, np.uint8)
        binarization = doxapy.Binarization(getattr(doxapy.Binarization.Algorithms, name))
        binarization.initialize(np.ascontiguousarray(gray))
        binarization.to_binary(found, dict(parameters))
        return found

    return method


def _gray(values: Any) -> Gray:
    return np.asarray(values, np.uint8)


RIVALS: dict[str, Method] = {
    "Otsu": otsu,
    "background + Otsu": background_otsu,
    "Sauvola": sauvola,
    "Niblack": niblack,
    "Su": _doxa("SU", {}),
    "Wolf": _doxa("WOLF", {"window": _WINDOW, "k": 0.2}),
    "ISauvola": _doxa("ISAUVOLA", {"window": _WINDOW, "k": 0.2}),
    "Bataineh": _doxa("BATAINEH", {}),
    "OpenCV adaptive": opencv_adaptive,
}
"""By name. Windows of 31 pixels suit lines of 2 to 5 pixels."""
