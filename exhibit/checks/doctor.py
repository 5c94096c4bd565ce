"""What a machine has for the table, what it lacks, and how to get that."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from exhibit.contract.displays import is_unseen
from exhibit.contract.errors import CameraError, ConfigError, ExhibitError, SoundError
from exhibit.contract.libraries import remedy_for
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.settings.file import load_config
from exhibit.contract.settings.schema import Config

# What each check needs is imported in it: on a machine where a library is missing, the others
# still say what they know.

Verdict = Literal["ok", "note", "fault"]

_MOST_NAMES = 4
_BEGINS_WITH = {
    "supervisor": "exhibit.supervisor.session",
    **{
        name: f"exhibit.{name}.__main__"
        for name in ("engine", "stage", "sound", "takehome", "web", "operator")
    },
    "exhibit ink": "exhibit.pictures",
}
"""The module of each process that the table may start, and of commands that read pictures."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: a `fault` stops the table, with a `note` it does without."""

    verdict: Verdict
    subject: str
    text: str
    remedy: str = ""


def examine(config_file: Path | None) -> Iterator[Finding]:
    """Yield what was found, in the order in which the table needs it.

    Args:
        config_file: settings of the table, or None for the defaults.
    """
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("ok", "python", f"{version} at {sys.executable}")
    config = Config()
    if config_file is None:
        yield Finding("note", "config", "no config.yaml in this folder; the defaults hold")
    else:
        try:
            config = load_config(config_file)
            yield Finding("ok", "config", str(config_file))
        except ConfigError as error:
            remedy = f"correct it, then: exhibit check {config_file}"
            yield Finding("fault", "config", str(error), remedy)
    looks: dict[str, Callable[[Config], Iterable[Finding]]] = {
        "processes": _processes,
        "bundle": _models,
        "onnxruntime": _runtime,
        "camera": lambda config: [_camera(config)],
        "calibration": lambda config: [_calibration(config)],
        "display": lambda config: [_display(config)],
        "sound": lambda config: [_sound(config)],
    }
    for subject, look in looks.items():
        try:
            yield from look(config)
        except (ImportError, OSError) as error:
            yield Finding("fault", subject, str(error), remedy_for(error))


def _processes(_: Config) -> Iterator[Finding]:
    """Load what each process begins with: without it the process ends as often as it is started."""
    faults: dict[str, tuple[ImportError, list[str]]] = {}
    for process, module in _BEGINS_WITH.items():
        try:
            importlib.import_module(module)
        except ImportError as error:
            faults.setdefault(str(error), (error, []))[1].append(process)
    for text, (fault, processes) in faults.items():
        yield Finding("fault", "processes", f"{', '.join(processes)}: {text}", remedy_for(fault))
    if not faults:
        yield Finding("ok", "processes", f"{', '.join(_BEGINS_WITH)} can be loaded")


def _models(config: Config) -> Iterator[Finding]:
    from exhibit.contract.bundle import find_bundle, load_bundle
    from exhibit.contract.direction_names import missing_directions
    from exhibit.inference import open_models

    try:
        bundle = load_bundle(find_bundle(config.model.bundle))
        models = open_models(bundle, config.model)
    except ExhibitError as error:
        yield Finding("fault", "bundle", str(error), "name one that is there: model.bundle")
        return
    card = bundle.card
    text = f"'{card.name}', {card.artist}, {card.resolution} px, golden pictures agree"
    yield Finding("ok", "bundle", text)
    for missing in missing_directions(config):
        yield Finding("fault", "directions", f"{missing.key}: {missing.message}")
    got = ", ".join(dict.fromkeys(models.providers_got))
    card_needs = "a graphics card needs NVIDIA's driver, CUDA 12 and cuDNN 9"
    if models.missed:
        yield Finding(
            "note", "inference", f"on {got}; not on {'; '.join(models.missed)}", card_needs
        )
        return
    why = f", enough for the bundles shipped here; {card_needs}" if got == "cpu" else ""
    yield Finding("ok", "inference", f"on {got}{why}")


def _runtime(_: Config) -> Iterator[Finding]:
    from exhibit.inference.package import installed_packages
    from exhibit.inference.providers import choose_providers

    packages = installed_packages()
    named = " and ".join(f"{p.name} {p.version}, {p.size / 1e6:.0f} MB" for p in packages)
    if len(packages) > 1:
        both = " ".join(package.name for package in packages)
        remedy = f"pip uninstall -y {both}; then install one of them again"
        yield Finding("note", "onnxruntime", f"{named}: one lies over the other", remedy)
    elif packages:
        (package,), remedy = packages, ""
        if package.cuda_size and choose_providers(("tensorrt", "cuda")).names == ("cpu",):
            remedy = (
                f"there is no CUDA here; {package.cuda_size / 1e6:.0f} MB less do the same: "
                f"pip uninstall -y {package.name}; pip install onnxruntime=={package.version}"
            )
        yield Finding("ok", "onnxruntime", named, remedy)


def _camera(config: Config) -> Finding:
    from exhibit.camera import find_cameras

    source, found = config.camera.source, [str(path) for path in find_cameras()]
    if source == "simulated":
        return Finding("ok", "camera", "the simulated table, as camera.source says")
    if source == "auto" and found:
        return Finding("ok", "camera", f"{found[0]} ({len(found)} found)")
    if source != "auto" and os.access(source, os.F_OK):
        if os.access(source, os.R_OK):
            return _played(config.camera) or Finding("ok", "camera", source)
        remedy = "let this user in: sudo usermod -aG video $USER, then log in again"
        return Finding("note", "camera", f"{source} may not be opened by this user", remedy)
    text = "none found, the simulated table draws" if source == "auto" else f"{source} is not there"
    seen = f"; found: {', '.join(found)}" if found else ""
    return Finding(
        "note", "camera", text + seen, "plug in a UVC camera: ls /dev/v4l/by-id/ /dev/v4l/by-path/"
    )


def _played(config: CameraConfig) -> Finding | None:
    """Return what is wrong with a video or folder that is to be played; a device is left alone."""
    from exhibit.camera import open_camera

    if not (Path(config.source).is_file() or Path(config.source).is_dir()):
        return None
    try:
        open_camera(config).close()
    except CameraError as error:
        return Finding("fault", "camera", str(error), "name another: camera.source")
    return None


def _calibration(config: Config) -> Finding:
    from exhibit.camera.table_light import load_table_light
    from exhibit.contract.calibration import load_calibration

    try:
        calibration = load_calibration(config.calibration)
        simulated = calibration.light is not None and calibration.light.simulated
        load_table_light(config.calibration, calibration, simulated)
    except ExhibitError as error:
        return Finding("fault", "calibration", str(error), "measure again: calibrate --help")
    parts = {
        "lens": calibration.lens,
        "table": calibration.camera,
        "projector": calibration.projector,
        "light": calibration.light,
    }
    missing = [name for name, part in parts.items() if part is None]
    if not missing:
        return Finding("ok", "calibration", str(config.calibration))
    text = f"{' and '.join(missing)} not measured"
    return Finding("note", "calibration", text, "calibrate --help")


def _display(config: Config) -> Finding:
    remedy = "start in a graphical session, or watch the stage in a browser: exhibit run --headless"
    named = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if sys.platform == "linux" and not named:
        return Finding("note", "display", "none in this session", remedy)
    sizes = _display_sizes()
    if not sizes:
        return Finding("note", "display", f"{named} cannot be opened", remedy)
    listed = ", ".join(f"{number}: {w}x{h}" for number, (w, h) in enumerate(sizes))
    asked = config.stage.display
    if asked >= len(sizes):
        remedy = f"set stage.display to a number from 0 to {len(sizes) - 1}"
        return Finding("fault", "display", f"{listed}; stage.display is {asked}", remedy)
    return Finding("ok", "display", f"{listed}; the stage is on {asked}")


def _sound(config: Config) -> Finding:
    from exhibit.sound.portaudio import PortAudio

    wanted = config.sound.device
    try:
        found = PortAudio().devices("output")
    except SoundError as error:
        return Finding("note", "sound", f"{error}; the table is silent", "")
    listed = ", ".join(found[:_MOST_NAMES]) or "no device"
    if not found or not any(wanted in name for name in found):
        named = f"; sound.device is '{wanted}'" if wanted else ""
        return Finding(
            "note", "sound", f"{listed}{named}; the table is silent", "aplay -l lists them"
        )
    off = "" if config.sound.enabled else "; off until sound.enabled is true"
    return Finding("ok", "sound", f"{listed}{off}")


def _display_sizes() -> list[tuple[int, int]]:
    os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
    import pygame

    try:
        pygame.display.init()
        if is_unseen(pygame.display.get_driver()):
            return []
        return list(pygame.display.get_desktop_sizes())
    except pygame.error:
        return []
    finally:
        pygame.display.quit()
