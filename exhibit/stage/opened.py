"""The window and who composes it: OpenGL where that is wanted and works, and software otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from exhibit.contract.calibration import Calibration
from exhibit.contract.errors import ConfigError
from exhibit.contract.files import tell
from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.values import Gray
from exhibit.stage.box import Box
from exhibit.stage.lost_window import before_end
from exhibit.stage.placement import Placement, place
from exhibit.stage.renderer import Renderer, RendererError
from exhibit.stage.software import Software
from exhibit.stage.window import Window, WindowKind

_FAILED = "opengl-failed"
"""In the run folder: why OpenGL is not tried again until the table starts anew."""
_IN_USE = "the stage ended while OpenGL drew it"
_PROOF_PX, _WIDEST_PX, _MOST_APART = 64, 480, 4


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A window that is open.

    Args:
        window, renderer: of the stage.
        complaint: why software composes where OpenGL was wanted, or empty.
        failed: the file that tells of a failure; None where software composes.
    """

    window: Window
    renderer: Renderer
    complaint: str = ""
    failed: Path | None = None

    def ended_well(self) -> None:
        """Remember that nothing failed while OpenGL was in use."""
        if self.failed is not None:
            self.failed.unlink(missing_ok=True)

    def ended_badly(self, reason: str) -> None:
        """Keep processes of the stage that come after this one from OpenGL."""
        if self.failed is not None:
            tell(self.failed, reason)


class Sheet:
    """Memory (H, W, 4) of a window that nobody sees.

    Args:
        size: width and height.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._light = np.zeros((size[1], size[0], 4), np.uint8)

    def canvas(self) -> Gray:
        """Return the memory."""
        return self._light

    def show(self, boxes: list[Box] | None) -> None:
        """Nobody looks."""


def open_stage(
    run_dir: Path, config: StageConfig, kind: WindowKind, calibration: Calibration
) -> Opened:
    """Open the window and what composes it.

    A driver that takes the process with it, or fails while visitors look, has failed for this run
    of the table: the next process of the stage finds the file, and composes in software.

    Args:
        run_dir: the folder that the processes share.
        config: which display, and who composes.
        kind: of window.
        calibration: where the projection lands.

    Raises:
        ConfigError: there is no display, or not the one that was asked for.
    """
    failed = run_dir / _FAILED
    complaint = ""
    if config.renderer != "software" and kind != "headless":
        complaint = _read(failed)
        if not complaint:
            tell(failed, _IN_USE)
            try:
                return _by_opengl(config, kind, calibration, failed)
            except (RendererError, ConfigError) as error:
                complaint = str(error)
            failed.unlink(missing_ok=True)
    window = Window(config, kind)
    placement = place(*window.size, config, calibration)
    if complaint:
        complaint = f"stage.renderer: software composes, for OpenGL failed: {complaint}"
    return Opened(window, Software(window, placement, config), complaint)


def _read(failed: Path) -> str:
    try:
        return failed.read_text(encoding="utf-8")
    except OSError:
        return ""


def _by_opengl(
    config: StageConfig, kind: WindowKind, calibration: Calibration, failed: Path
) -> Opened:
    try:
        from exhibit.stage.opengl import OpenGL  # an extra that need not be there
    except ImportError as error:
        raise RendererError(f"{error}; pip install tracing-table[opengl]") from None
    window = Window(config, kind, "opengl")
    try:
        placement = place(*window.size, config, calibration)
        renderer = OpenGL(window, placement, config)
        if renderer.is_software and config.renderer == "auto":
            raise RendererError(f"{renderer.card} is no graphics card")
        _prove(renderer, placement, config)
    except BaseException:
        window.close()
        raise
    opened = Opened(window, renderer, failed=failed)
    before_end(opened.ended_well)
    return opened


def _prove(renderer: Renderer, placement: Placement, config: StageConfig) -> None:
    """Look whether a picture comes back as software composes it.

    Raises:
        RendererError: it does not.
    """
    paper = np.full((_PROOF_PX, _PROOF_PX), 255, np.uint8)
    lines = paper.copy()
    lines[::8], lines[:, 5::16] = 0, 90
    seen = []
    for other in (renderer, Software(Sheet(renderer.size), placement, config)):
        other.fade_to(lines, labelled=False, now=0.0, duration_s=2.0)
        while other.is_coming:
            other.go_on(0.0)
        other.compose(1.0)
        seen.append(other.seen(_WIDEST_PX).astype(int))
    renderer.fade_to(paper, labelled=False, now=1.0, duration_s=0.0)
    renderer.compose(2.0)
    apart = int(np.abs(seen[0] - seen[1]).max())
    if apart > _MOST_APART:
        raise RendererError(f"its picture is {apart} greys off that of the software")
