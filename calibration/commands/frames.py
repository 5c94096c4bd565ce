"""Frames from a camera that has just been opened."""

from __future__ import annotations

import click

from exhibit.contract.values import Camera, Gray

_SETTLING_FRAMES = 10
"""Of a camera that has just been opened: exposure is still moving."""


def grab(opened: Camera, count: int) -> list[Gray]:
    """Return the pixels of `count` frames after the first few, and close the camera."""
    frames: list[Gray] = []
    try:
        with click.progressbar(length=_SETTLING_FRAMES + count, label="Looking") as progress:
            for index in range(_SETTLING_FRAMES + count):
                frame = opened.read()
                if index >= _SETTLING_FRAMES:
                    frames.append(frame.pixels)
                progress.update(1)
    finally:
        opened.close()
    return frames
