"""The camera of a run: chosen once, and kept for an engine that starts again."""

from __future__ import annotations

from pathlib import Path

from exhibit.camera import choose_source
from exhibit.contract.files import tell
from exhibit.contract.plain_files import plain_text
from exhibit.contract.settings.camera import CameraConfig

_NAME = "camera.source"


def chosen_source(run_dir: Path, config: CameraConfig) -> CameraConfig:
    """Return the settings with the camera that `auto` stands for in this run.

    An engine that starts again while its camera is unplugged must wait for that camera, and not
    turn to another one or to a simulated visitor.

    Args:
        run_dir: keeps the choice as long as the table runs, or until another camera is set.
        config: what is asked of the camera.
    """
    path = run_dir / _NAME
    if config.source != "auto":
        path.unlink(missing_ok=True)
        return config
    try:
        return config.model_copy(update={"source": plain_text(path)})
    except FileNotFoundError:
        chosen = choose_source(config)
        tell(path, chosen.source)
        return chosen
