"""What turns pictures into the light of a window: in software, or by OpenGL."""

from __future__ import annotations

from typing import Protocol

from exhibit.contract.errors import ExhibitError
from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.values import Gray
from exhibit.stage.notice import Notice
from exhibit.stage.placement import Placement


class RendererError(ExhibitError):
    """What composes the window does not do what it should."""


class Renderer(Protocol):
    """Fades from picture to picture where the projection lands on the table.

    Attributes:
        name: for the status.
        size: width and height of the window in pixels.
        newest: the picture (R, R[, 3]) that is shown, or the one on its way; None at the start.
        is_coming: whether a picture is on its way, and waits for `go_on`.
    """

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> tuple[int, int]: ...

    @property
    def newest(self) -> Gray | None: ...

    @property
    def is_coming(self) -> bool: ...

    def hang(self, placement: Placement) -> None:
        """Show pictures elsewhere in the window, the newest at once."""

    def colour(self, config: StageConfig, level: float) -> None:
        """Give greys another light from now on; level is 1 for all of it and 0 for none."""

    def label(self, label: Gray | None) -> None:
        """Hang a label (h, w) uint8 beside pictures that are faded to from now on, or none."""

    def fade_to(
        self,
        pixels: Gray,
        labelled: bool,
        now: float,
        duration_s: float,
        captured_at: float | None = None,
    ) -> None:
        """Begin to fade to a picture (R, R) or (R, R, 3) uint8, dark on light."""

    def go_on(self, now: float) -> None:
        """Draw another share of the picture that is on its way."""

    def compose(self, now: float, notice: Notice | None = None) -> bool:
        """Compose the window at `now`, a notice over it; False where nothing changed."""

    def cover(self, pixels: Gray) -> None:
        """Show (H, W) or (H, W, 3) RGB as it is, until the next frame that changes."""

    def newly_lit(self) -> float | None:
        """Return `captured_at` of a picture that was composed for the first time."""

    def show(self, changed: bool) -> None:
        """Bring on the display what was composed last, where that changed it."""

    def seen(self, widest_px: int) -> Gray:
        """Return (h, w, 3) RGB of the window, every n-th pixel of it, at most so wide."""
