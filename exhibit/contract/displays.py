"""Whether anybody can see what a window shows."""

from __future__ import annotations

import os

_UNSEEN = ("offscreen", "dummy")


def is_unseen(driver: str) -> bool:
    """Return whether SDL took a driver that nobody can see, as it quietly does without a display.

    One that was asked for by `SDL_VIDEODRIVER` was meant.

    Args:
        driver: SDL's name of it, such as wayland, x11 or offscreen.
    """
    return driver in _UNSEEN and "SDL_VIDEODRIVER" not in os.environ
