"""The window composed by the graphics card, with the same picture as in software."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import moderngl
import numpy as np
import pygame

from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.values import Gray
from exhibit.stage.box import Box, box_of, changed_box
from exhibit.stage.enlarge import REACH_PX, Enlarger
from exhibit.stage.fade import VISIBLE
from exhibit.stage.label import hang_label
from exhibit.stage.lost_window import end_if_lost
from exhibit.stage.mount import LARGEST_PX
from exhibit.stage.notice import Notice
from exhibit.stage.placement import Placement
from exhibit.stage.renderer import RendererError
from exhibit.stage.rim import lit_mask
from exhibit.stage.tone import Tone
from exhibit.stage.warp import PAPER, SMOOTH_PX, lit_part, nodes_of, step_of
from exhibit.stage.window import Window

_VERTEX, _FRAGMENT = (Path(__file__).with_name(f"opengl.{kind}") for kind in ("vert", "frag"))
_DESKTOP = "#version 330 core\n"
_EMBEDDED = "#version 300 es\nprecision highp float;\nprecision highp int;\n"
_OLDEST = 300
_UNITS = ("picture", "before", "nodes", "lit", "light", "label", "over")
_RASTERISERS = ("llvmpipe", "softpipe", "swrast", "software", "swiftshader")
_ALL = 255


class OpenGL:
    """Composes a window that was opened for OpenGL, all of it in every frame.

    The small picture is enlarged by the processor, so that its edges are those of the software.
    What costs more on a larger window is done by one fragment shader: warp, fade, label, light,
    rim and notice. What a fade begins from is kept in a texture of the window's size.

    Attributes:
        newest, is_coming: as of `Renderer`; pictures are there at once.

    Args:
        window: opened for OpenGL, its context current.
        placement: where pictures land.
        config: of the light.

    Raises:
        RendererError: there is no context, it is too old, or a shader does not compile.
    """

    is_coming = False

    def __init__(self, window: Window, placement: Placement, config: StageConfig) -> None:
        self._window, self.size = window, window.size
        self.newest: Gray | None = None
        self._captured_at: float | None = None
        self._began_at, self._duration_s, self._share = 0.0, 0.0, 1.0
        self._label: Gray | None = None
        self._labelled = self._dirty = False
        self._textures: dict[str, Any] = {}
        self._small: Any = None
        with _named():
            self._context: Any = moderngl.create_context(require=_OLDEST)
            info = self._context.info
            self.card = f"{info['GL_VENDOR']}, {info['GL_RENDERER']}"
            head = _EMBEDDED if "ES" in info["GL_VERSION"] else _DESKTOP
            vertex, fragment = (head + way.read_text("utf-8") for way in (_VERTEX, _FRAGMENT))
            self._program: Any = self._context.program(
                vertex_shader=vertex, fragment_shader=fragment
            )
            self._triangle = self._context.vertex_array(self._program, [])
            self._kept = [self._frame(self.size) for _ in range(2)]
            for unit, name in enumerate(_UNITS):
                self._set(name, unit)
            self._kept[0].clear(1, 1, 1, 1)
            self._lay("over", np.zeros((1, 1), np.uint8))
            self._set("over_box", (0, 0, 0, 0))
            self._set("rows", self.size[1])
            self.colour(config, 1.0)
            self._take(placement)
            self._upload(np.full((16, 16), PAPER, np.uint8))

    @property
    def name(self) -> str:
        """For the status."""
        return f"opengl ({self.card})"

    @property
    def is_software(self) -> bool:
        """Whether what calls itself a card is a rasteriser on the processor."""
        return any(name in self.card.lower() for name in _RASTERISERS)

    def hang(self, placement: Placement) -> None:
        """Show pictures elsewhere in the window, the newest at once."""
        with _named():
            self._take(placement)
            self._hang_label()
            if self.newest is not None:
                self._upload(self.newest)
                self._share = 1.0

    def colour(self, config: StageConfig, level: float) -> None:
        """Give greys another light from now on."""
        with _named():
            self._lay("light", Tone(config, level).table[None])
        self._dirty = True

    def label(self, label: Gray | None) -> None:
        """Hang a label beside pictures that are faded to from now on, or none."""
        self._label = label

    def fade_to(
        self,
        pixels: Gray,
        labelled: bool,
        now: float,
        duration_s: float,
        captured_at: float | None = None,
    ) -> None:
        """Begin to fade to a picture from what was composed last."""
        with _named():
            self._keep()
            self._labelled = labelled
            self._hang_label()
            self._upload(pixels)
        self._captured_at = captured_at
        self._began_at, self._duration_s, self._share = now, duration_s, 0.0

    def go_on(self, now: float) -> None:
        """There is nothing left to draw of any picture."""

    def compose(self, now: float, notice: Notice | None = None) -> bool:
        """Decide what `show` draws; False where nothing changed."""
        if not (self._dirty or self._share < 1):
            return False
        elapsed = now - self._began_at
        self._share = 1.0 if elapsed >= self._duration_s else max(elapsed / self._duration_s, 0.0)
        self._dirty = False
        strip = None if notice is None else notice.strip
        with _named():
            self._lay_over(*strip) if strip is not None else self._lay_over(None)
        return True

    def cover(self, pixels: Gray) -> None:
        """Show pixels as they are over all of the window, until the next frame that changes."""
        with _named():
            self._lay_over(pixels)

    def newly_lit(self) -> float | None:
        """Return `captured_at` of a picture that was composed for the first time."""
        if self._captured_at is None or self._share < VISIBLE:
            return None
        captured_at, self._captured_at = self._captured_at, None
        return captured_at

    def show(self, changed: bool) -> None:
        """Draw what was composed last, where it changed or the window system has lost it."""
        if not (changed or self._window.is_lost):
            return
        end_if_lost()
        with _named():
            self._draw(self._context.screen, self.size, 1)
            if self._context.error != "GL_NO_ERROR":
                raise RendererError("the driver reports an error")
        self._window.flip()

    def seen(self, widest_px: int) -> Gray:
        """Return (h, w, 3) RGB of the window, every n-th pixel of it, at most so wide.

        Raises:
            RendererError: what comes back was not drawn: the context is lost.
        """
        step = -(-self.size[0] // widest_px)
        width, height = size = math.ceil(self.size[0] / step), math.ceil(self.size[1] / step)
        with _named():
            if self._small is None or self._small.size != size:
                self._small = self._frame(size)
            self._draw(self._small, size, step)
            raw = self._small.read(components=4, alignment=1)
        pixels = np.frombuffer(raw, np.uint8).reshape(height, width, 4)[::-1]
        # The shader writes it everywhere, whatever the picture.
        if (pixels[..., 3] != _ALL).any():
            raise RendererError("what was drawn does not come back")
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB), np.uint8)

    def _set(self, name: str, value: Any) -> None:
        self._program[name].value = value

    def _take(self, placement: Placement) -> None:
        self._placement = placement
        self._enlarge = Enlarger(min(max(placement.side_px, 1), LARGEST_PX))
        mask = lit_mask(placement)
        self._lay("lit", np.full((1, 1), _ALL, np.uint8) if mask is None else mask)
        self._set("all_lit", mask is None)
        part = lit_part(placement)
        self._set("origin", (part.left, part.top))
        self._set("extent", (part.width, part.height))
        self._side, self._dirty = 0, True
        self._uploaded: Gray | None = None
        self._hung: Gray | None = None
        self._lay("label", np.full((1, 1), PAPER, np.uint8))
        self._set("labelled", False)

    def _hang_label(self) -> None:
        label = self._label if self._labelled else None
        if label is self._hung:
            return
        self._hung = label
        self._set("labelled", label is not None)
        if label is not None:
            self._lay("label", hang_label(label, self._placement))

    def _upload(self, pixels: Gray) -> None:
        """Enlarge a picture, or what has changed of it, into its texture."""
        before, self._uploaded, self.newest = self._uploaded, pixels, pixels
        side, whole = self._enlarge.side_of(pixels), box_of(pixels)
        if side != self._side:
            self._side = side
            self._map(side)
        if before is None or before.shape != pixels.shape:
            self._lay("picture", self._enlarge(pixels))
            return
        changed = changed_box(before, pixels)
        if changed.is_empty:
            return
        step = self._enlarge.step_of(pixels)
        right = changed.grown(REACH_PX).on_steps(step).within(whole)
        part = right.grown(REACH_PX + 1).on_steps(step).within(whole)
        crisp = self._enlarge(pixels, part)
        place = Box(*(edge * side // whole.width for edge in right.edges))
        box = (place.left, place.top, place.width, place.height)
        self._textures["picture"].write(np.ascontiguousarray(place.of(crisp)), viewport=box)

    def _map(self, side: int) -> None:
        nodes, step = nodes_of(self._placement, side), step_of(self._placement, side)
        part = lit_part(self._placement)
        self._lay("nodes", nodes)
        self._set("side", side)
        self._set("coarse", step)
        self._set("steps", (math.ceil(part.width / step), math.ceil(part.height / step)))
        self._set("node_px", float(SMOOTH_PX))

    def _lay_over(self, pixels: Gray | None, corner: tuple[int, int] = (0, 0)) -> None:
        box = (0, 0, 0, 0)
        if pixels is not None:
            self._lay("over", np.ascontiguousarray(pixels))
            box = (*corner, pixels.shape[1], pixels.shape[0])
        self._set("over_box", box)

    def _keep(self) -> None:
        """Keep what was composed last, to fade from."""
        self._set("keeps", True)
        self._draw(self._kept[1], self.size, 1)
        self._set("keeps", False)
        self._kept.reverse()

    def _draw(self, frame: Any, size: tuple[int, int], step: int) -> None:
        frame.use()
        self._context.viewport = (0, 0, *size)
        self._set("step", step)
        self._set("out_rows", size[1])
        self._set("share", self._share)
        for unit, name in enumerate(_UNITS):
            texture = self._kept[0].color_attachments[0] if name == "before" else None
            (texture or self._textures[name]).use(unit)
        self._triangle.render(moderngl.TRIANGLES, vertices=3)

    def _frame(self, size: tuple[int, int]) -> Any:
        texture = self._context.texture(size, 4)
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        return self._context.framebuffer([texture])

    def _lay(self, name: str, values: np.ndarray[Any, Any]) -> None:
        """Put values (h, w) or (h, w, C) into a texture, another where they have another form."""
        height, width = values.shape[:2]
        channels = values.shape[2] if values.ndim == 3 else 1
        texture = self._textures.get(name)
        if texture is not None and (*texture.size, texture.components) == (width, height, channels):
            texture.write(values, alignment=1)
            return
        if texture is not None:
            texture.release()
        kind = "f4" if values.dtype == np.float32 else "f1"
        texture = self._context.texture((width, height), channels, values, alignment=1, dtype=kind)
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        if channels == 1:
            texture.swizzle = "RRR1"
        self._textures[name] = texture


@contextmanager
def _named() -> Iterator[None]:
    """Name what a driver refuses."""
    try:
        yield
    except (moderngl.Error, pygame.error, ValueError, KeyError, OSError) as error:
        text = " ".join(str(error).split())
        raise RendererError(f"{type(error).__name__}: {text:.200}") from error
