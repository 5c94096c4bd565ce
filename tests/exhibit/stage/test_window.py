"""The stage opens a window with every window system, or visitors see a desktop."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pygame
import pytest

from exhibit.contract.settings.schema import StageConfig
from exhibit.stage.box import Box
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


@pytest.fixture
def window() -> Iterator[Window]:
    opened = Window(StageConfig(width=64, height=64), "headless")
    yield opened
    opened.close()


def test_window_shows_what_was_written_into_its_canvas(window: Window) -> None:
    window.canvas()[10, 20] = (1, 2, 3, 255)
    window.show([Box(20, 10, 21, 11)])
    assert pygame.display.get_surface().get_at((20, 10))[:3] == (3, 2, 1)
    assert window.canvas()[10, 20, :3].tolist() == [1, 2, 3]


def test_window_whose_memory_is_of_another_kind_shows_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A display of 16 bits a pixel must not be shown the bytes of one of 32."""
    monkeypatch.setattr("exhibit.stage.window._MASKS", (0xF800, 0x7E0, 0x1F, 0))
    other = Window(StageConfig(width=64, height=64), "headless")
    try:
        other.canvas()[10, 20] = (1, 2, 3, 255)
        assert pygame.display.get_surface().get_at((20, 10))[:3] == (0, 0, 0)
        other.show([Box(20, 10, 21, 11)])
        assert pygame.display.get_surface().get_at((20, 10))[:3] == (3, 2, 1)
    finally:
        other.close()
