"""The settings that a table starts with, and what of the files it starts without.

A person who starts it reads what is refused and can act on it. A service starts with everything
that can be used: at noon on a Sunday nobody is there, and visitors are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from exhibit.cli.options import found_file
from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.calibration import load_calibration
from exhibit.contract.direction_names import missing_directions, refuse_missing_directions
from exhibit.contract.errors import ConfigError, ExhibitError, InputError
from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_bytes, real_path
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.settings.file import (
    anchored,
    apply_overrides,
    load_config,
    load_usable_config,
)
from exhibit.contract.settings.layers import Layer
from exhibit.contract.settings.overrides import layer_overrides
from exhibit.contract.settings.published import Published
from exhibit.contract.settings.safe_mode import safe_mode_reason, safest
from exhibit.contract.settings.schema import Config, EditingConfig
from exhibit.supervisor.startup import begin_start

LAST_GOOD = "config.last-good.yaml"


def attended_settings(
    config_file: Path | None, given: Layer, begin: Callable[[Path], None] = begin_start
) -> Published:
    """Return the settings to start with where a person reads what is refused.

    Args:
        config_file: as given, or None for `config.yaml` of this folder where there is one.
        given: the command line's layer.
        begin: counts a start in a state folder, and decides on safe mode.

    Raises:
        ExhibitError: config.yaml or the command line names something that cannot work.
    """
    file = _file_config(config_file)
    config = apply_overrides(file, given)
    left_out: list[str] = []
    if config.model.bundle != file.model.bundle:
        # Directions are those of the file's bundle: another one is tried without what it lacks.
        left_out = [f"{problem.message}; left out" for problem in missing_directions(config)]
        config = config.model_copy(update={"editing": EditingConfig()})
    refuse_useless(config)
    _remember(config_file, file)
    begin(file.state_dir)
    settings = _layered(file, given)
    return replace(settings, left_out=(*left_out, *settings.left_out))


def service_settings(
    config_file: Path | None, given: Layer, begin: Callable[[Path], None] = begin_start
) -> Published:
    """Return the settings to start with where nobody does: whatever can be used.

    Args and layers as in `attended_settings`.
    """
    file, left_out = _usable_file(config_file)
    begin(file.state_dir)
    settings = _layered(file, given)
    settings = replace(settings, left_out=(*left_out, *settings.left_out))
    try:
        refuse_useless(settings.config)
    except ExhibitError as error:
        # The processes go on without it, and the page says so for as long as it is not there.
        settings = replace(settings, left_out=(*settings.left_out, str(error)))
    return settings


def page_settings(config_file: Path | None) -> Published:
    """Return the settings of a page that is there without a table, from whatever can be used."""
    file, left_out = _usable_file(config_file)
    settings = _layered(file, {})
    return replace(settings, left_out=(*left_out, *settings.left_out))


def effective_config(config_file: Path | None, given: Layer) -> Config:
    """Return a file's settings, the operator's overrides and the command line, the last on top."""
    return _layered(_file_config(config_file), given).config


def command_line(camera: str | None, bundle: str | None) -> Layer:
    """Return the layer that options of a command are."""
    layer: Layer = {}
    if camera is not None:
        layer["camera"] = {"source": camera}
    if bundle is not None:
        layer["model"] = {"bundle": bundle}
    return layer


def refuse_useless(config: Config) -> None:
    """Refuse what cannot work before any process starts."""
    load_bundle(find_bundle(config.model.bundle))
    refuse_missing_directions(config)
    load_calibration(config.calibration)
    refuse_source(config.camera)


def refuse_source(config: CameraConfig) -> None:
    """Refuse a source that is not there, and a file or folder that has nothing to show."""
    missing = _why_no_source(config.source)
    if missing:
        raise InputError(missing)
    if Path(config.source).is_file() or Path(config.source).is_dir():
        # Loads OpenCV, which a table with a camera of its own need not have in this process.
        from exhibit.camera import open_camera

        open_camera(config).close()


def _layered(file: Config, given: Layer) -> Published:
    config, left_out = layer_overrides(file)
    missing = _why_no_source(config.camera.source)
    if missing and config.camera.source != file.camera.source:
        left_out = (*left_out, f"{missing}; left out")
        camera = config.camera.model_copy(update={"source": file.camera.source})
        config = config.model_copy(update={"camera": camera})
    config = apply_overrides(config, given, "command line")
    if safe_mode_reason(file.state_dir):
        config = apply_overrides(config, safest(file), "safe mode")
    return Published(1, config, file, {"command_line": given}, left_out)


def _file_config(config_file: Path | None) -> Config:
    found = found_file(config_file)
    return anchored(Config(), Path.cwd()) if found is None else load_config(found)


def _usable_file(config_file: Path | None) -> tuple[Config, tuple[str, ...]]:
    """Return what can be used of the museum's file, and in one line each what cannot."""
    try:
        file = _file_config(config_file)
        _remember(config_file, file)
        return file, ()
    except ConfigError:
        path = found_file(config_file)
        assert path is not None  # without a file there is nothing to refuse
        known = real_path(path).parent / Config().state_dir / LAST_GOOD
        return load_usable_config(path, known)


def _remember(config_file: Path | None, file: Config) -> None:
    """Keep a copy of a file that is right, for the day when it is not."""
    found, known = found_file(config_file), file.state_dir / LAST_GOOD
    if found is None:
        return
    # On a full or read-only disk the copy is the one before.
    with contextlib.suppress(OSError):
        text = plain_bytes(found)
        if not known.exists() or plain_bytes(known) != text:
            write_whole(known, text, PRIVATE)


def _why_no_source(source: str) -> str:
    """Return why there is no such camera, "" where there is one, or may come to be."""
    # A device may be plugged in later; a file or folder that is not there now is a mistake.
    if source in ("auto", "simulated") or source.startswith("/dev/"):
        return ""
    try:
        if Path(source).exists():
            return ""
        reason = " not found"
    except OSError as error:
        # Of another owner, or a name that no disk has room for.
        reason = f": {error.strerror}"
    return (
        f"camera '{source:.200}'{reason}; expected auto, simulated, a camera such as "
        "/dev/v4l/by-id/...-index0, a video file or a folder of images"
    )
