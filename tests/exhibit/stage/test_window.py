"""The stage opens a window with every window system, or visitors see a desktop."""

from __future__ import annotations

import os

import pygame
import pytest

from exhibit.contract.settings.schema import StageConfig
from exhibit.stage.window import Window

_WAY = "SDL_FRAMEBUFFER_ACCELERATION"


@pytest.mark.parametrize(("driver", "way"), [("x11", "0"), ("wayland", None)])
def test_window_is_drawn_by_sdl_itself_on_x11_alone(
    monkeypatch: pytest.MonkeyPatch, driver: str, way: str | None
) -> None:
    """On Wayland SDL opens no window that way: cage would show nothing for ever."""
    monkeypatch.setenv(_WAY, "")
    monkeypatch.delenv(_WAY)
    monkeypatch.setattr(pygame.display, "get_driver", lambda: driver)
    window = Window(StageConfig(width=64, height=64), "headless")
    try:
        assert os.environ.get(_WAY) == way
        assert window.size == (64, 64)
    finally:
        window.close()
