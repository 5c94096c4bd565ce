"""The window in which calibration shows what is projected."""

from __future__ import annotations

import os

import pygame

from exhibit.contract.displays import is_unseen
from exhibit.contract.errors import CalibrationError
from exhibit.contract.settings.schema import StageConfig


def open_window(config: StageConfig, windowed: bool) -> pygame.Surface:
    """Open a window on the display of the stage, or a small one on a desk.

    Args:
        config: which display, and how large on a desk.
        windowed: on a desk.

    Raises:
        CalibrationError: that display is not connected.
        pygame.error: there is no display.
    """
    os.environ["SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS"] = "0"
    pygame.display.init()
    if is_unseen(pygame.display.get_driver()):
        raise pygame.error("no display answers")
    pygame.display.set_caption("Tracing Table: calibration")
    if windowed:
        return pygame.display.set_mode((config.width, config.height))
    sizes = pygame.display.get_desktop_sizes()
    if config.display >= len(sizes):
        raise CalibrationError(
            f"stage.display: {config.display} is not connected; expected a whole number from 0 to "
            f"{len(sizes) - 1}"
        )
    pygame.mouse.set_visible(False)
    size = sizes[config.display]
    return pygame.display.set_mode(size, pygame.FULLSCREEN, display=config.display)
