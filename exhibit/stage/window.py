"""The window on the projector."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

import numpy as np
import pygame

from exhibit.contract.displays import is_unseen
from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.values import Gray
from exhibit.stage.box import Box
from exhibit.stage.lost_window import end_when_lost

WindowKind = Literal["fullscreen", "windowed", "headless"]
Drawing = Literal["software", "opengl"]
_QUIT_KEYS = ("escape", "q")
_MASKS = (0xFF0000, 0xFF00, 0xFF, 0)
"""Of a window whose memory has blue, green, red and nothing, in this order."""
_CONTEXTS = (
    (pygame.GL_CONTEXT_PROFILE_CORE, 3, 3),
    (pygame.GL_CONTEXT_PROFILE_ES, 3, 0),
)
"""Of OpenGL, the first that a driver has: boards often have the second alone."""
_UNSEEN = (pygame.WINDOWHIDDEN, pygame.WINDOWMINIMIZED)


class Ending(StrEnum):
    """Why a window must be closed."""

    BY_HAND = "by hand"
    OUTGROWN = "outgrown"
    HIDDEN = "hidden"


class Window:
    """A pygame window.

    Args:
        config: which display, and the size where it is not full screen.
        kind: full screen on the projector, a window on a desk, or no display at all.
        drawing: who draws in it.

    Attributes:
        is_lost: whether what was shown must be shown again.

    Raises:
        ConfigError: there is no display, or not the one that was asked for.
    """

    def __init__(
        self, config: StageConfig, kind: WindowKind, drawing: Drawing = "software"
    ) -> None:
        if kind == "headless":
            os.environ["SDL_VIDEODRIVER"] = "dummy"
        # Another window that takes the focus must not make the projection disappear.
        os.environ["SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS"] = "0"
        if drawing == "opengl":
            # Mesa's thread that keeps shaders has the lowest precedence: on a busy machine a
            # process that is ended waits for it, for a quarter of a minute.
            os.environ.setdefault("MESA_SHADER_CACHE_DISABLE", "true")
        self._kind, self._drawing, self.is_lost = kind, drawing, True
        try:
            pygame.display.init()
            if pygame.display.get_driver() == "x11":
                # Pixels go straight to the X server: 0.5 ms, where a software OpenGL takes 15 ms.
                # SDL has no such way on Wayland, and would open no window there.
                os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
                end_when_lost()
            if kind != "headless" and is_unseen(pygame.display.get_driver()):
                raise pygame.error("no display answers")
            self._surface = self._open(config)
            self._apart = self._memory_apart()
        except ConfigError:
            pygame.display.quit()
            raise
        except pygame.error as error:
            pygame.display.quit()
            raise ConfigError(
                f"stage.display: {config.display}: cannot be opened ({error}); expected a display "
                "as listed by `exhibit doctor`, or --headless to run without one"
            ) from None
        pygame.display.set_caption("Tracing Table")
        pygame.mouse.set_visible(kind == "windowed")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        width, height = self._surface.get_size()
        return int(width), int(height)

    @property
    def driver(self) -> str:
        """SDL's name of the kind of display, for example wayland, x11 or dummy."""
        return str(pygame.display.get_driver())

    def canvas(self) -> Gray:
        """Return the window's memory, to be written before `show` and asked for before each frame.

        Returns:
            (H, W, 4) uint8: blue, green, red, and one that is not shown. What was written stays,
            until the window system gives other memory.
        """
        if self._apart is not None:
            return self._apart
        width, height = self.size
        rows = np.asarray(self._surface.get_buffer(), np.uint8).reshape(height, -1)
        return rows[:, : 4 * width].reshape(height, width, 4)

    def flip(self) -> None:
        """Show what was drawn, or what was written, all of it."""
        pygame.display.flip()
        self.is_lost = False

    def show(self, boxes: Sequence[Box] | None) -> None:
        """Show what has been written into the canvas.

        What is shown stays on the display by itself, until the window system has lost it.

        Args:
            boxes: where it was written; None is anywhere.
        """
        width, height = self.size
        boxes = [Box(0, 0, width, height)] if boxes is None else boxes
        areas = [(box.left, box.top, box.width, box.height) for box in boxes]
        if self._apart is not None:
            picture = pygame.image.frombuffer(self._apart.data, self.size, "BGRA").convert()
            self._surface.blits([(picture, area[:2], area) for area in areas], doreturn=False)
        if self.is_lost:
            self.flip()
        elif areas:
            pygame.display.update(areas)

    def asked_to_close(self) -> Ending | None:
        """Handle what the window system sent; returns why the window must be closed, if it must.

        A key or a click closes only a window on a desk. A projection of another size than before
        (another projector, or the same one plugged in again) needs a new window, and so does one
        that was put out of sight.
        """
        ending = None
        for event in pygame.event.get():
            if event.type == pygame.WINDOWSIZECHANGED:
                if (event.x, event.y) != self.size:
                    ending = ending or Ending.OUTGROWN
            elif event.type == pygame.WINDOWEXPOSED:
                self.is_lost = True
            elif event.type in _UNSEEN and self._kind == "fullscreen":
                ending = ending or Ending.HIDDEN
            elif self._kind == "windowed" and _closes(event):
                ending = Ending.BY_HAND
        return ending

    def close(self) -> None:
        """Close the window."""
        pygame.display.quit()

    def _memory_apart(self) -> Gray | None:
        """Return memory of our own where the window's is of another kind."""
        surface, (width, height) = self._surface, self.size
        if self._drawing == "opengl":
            return None
        if surface.get_bitsize() == 32 and surface.get_masks() == _MASKS:
            return None
        return np.zeros((height, width, 4), np.uint8)

    def _open(self, config: StageConfig) -> pygame.Surface:
        if self._kind != "fullscreen":
            return self._opened((config.width, config.height), 0)
        sizes = pygame.display.get_desktop_sizes()
        if config.display >= len(sizes):
            raise ConfigError(
                f"stage.display: {config.display} is not connected; expected a whole number from "
                f"0 to {len(sizes) - 1}"
            )
        return self._opened(sizes[config.display], pygame.FULLSCREEN, config.display)

    def _opened(self, size: tuple[int, int], flags: int, display: int = 0) -> pygame.Surface:
        if self._drawing == "software":
            return pygame.display.set_mode(size, flags, display=display)
        refused = pygame.error("no OpenGL")
        for profile, major, minor in _CONTEXTS:
            pygame.display.gl_set_attribute(pygame.GL_CONTEXT_PROFILE_MASK, profile)
            pygame.display.gl_set_attribute(pygame.GL_CONTEXT_MAJOR_VERSION, major)
            pygame.display.gl_set_attribute(pygame.GL_CONTEXT_MINOR_VERSION, minor)
            try:
                kind = flags | pygame.OPENGL | pygame.DOUBLEBUF
                return pygame.display.set_mode(size, kind, display=display)
            except pygame.error as error:
                refused = error
        raise refused


def _closes(event: pygame.event.Event) -> bool:
    key = event.type == pygame.KEYDOWN and pygame.key.name(event.key) in _QUIT_KEYS
    return key or event.type == pygame.QUIT
