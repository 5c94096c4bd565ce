"""Settings of a V4L2 camera: written in the order that drivers need, then read back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import cv2

from exhibit.contract.settings.camera import CameraConfig

_AUTO_EXPOSURE, _MANUAL_EXPOSURE = 3.0, 1.0
_OFF = 0.0


class Capture(Protocol):
    """The part of `cv2.VideoCapture` in use; the seam at which tests put a fake."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Say whether the device is open."""

    def grab(self) -> bool:
        """Take the next frame from the driver."""

    def retrieve(self) -> tuple[bool, Any]:
        """Decode the frame taken."""

    def set(self, prop: int, value: float) -> bool:
        """Ask for a setting; True does not mean that it was taken."""

    def get(self, prop: int) -> float:
        """Return a setting, or -1 or 0 where the device has none."""

    def release(self) -> None:
        """Give the device back."""


@dataclass(frozen=True, slots=True)
class Control:
    """One setting: `steps` are written in order, the last one is expected back.

    Args:
        name: as in `config.yaml`, for the message.
        prop: OpenCV's number of the property.
        steps: (property, value) pairs.
        expected: what reading `prop` must give.
        tolerance: how far off it may be.
        is_format: of the stream, which starts anew when it is written.
    """

    name: str
    prop: int
    steps: tuple[tuple[int, float], ...]
    expected: float
    tolerance: float = 0.5
    is_format: bool = False


def controls_for(config: CameraConfig) -> tuple[Control, ...]:
    """Return the settings that a configuration asks for, in the order to write them."""
    fourcc = float(cv2.VideoWriter.fourcc(*config.fourcc))
    found = [
        _format("fourcc", cv2.CAP_PROP_FOURCC, fourcc),
        _format("width", cv2.CAP_PROP_FRAME_WIDTH, config.width),
        _format("height", cv2.CAP_PROP_FRAME_HEIGHT, config.height),
        _format("fps", cv2.CAP_PROP_FPS, config.fps),
        _plain("autofocus", cv2.CAP_PROP_AUTOFOCUS, _OFF),
        _plain("auto white balance", cv2.CAP_PROP_AUTO_WB, _OFF),
        _plain("backlight compensation", cv2.CAP_PROP_BACKLIGHT, _OFF),
    ]
    if config.exposure is not None:
        # Many drivers take a value only after a real change from automatic to manual.
        steps = (
            (cv2.CAP_PROP_AUTO_EXPOSURE, _AUTO_EXPOSURE),
            (cv2.CAP_PROP_AUTO_EXPOSURE, _MANUAL_EXPOSURE),
            (cv2.CAP_PROP_EXPOSURE, float(config.exposure)),
        )
        found.append(
            Control("exposure", cv2.CAP_PROP_EXPOSURE, steps, config.exposure, config.exposure / 20)
        )
    if config.gain is not None:
        found.append(_plain("gain", cv2.CAP_PROP_GAIN, config.gain))
    if config.white_balance is not None:
        found.append(_plain("white_balance", cv2.CAP_PROP_WB_TEMPERATURE, config.white_balance))
    if config.focus is not None:
        found.append(_plain("focus", cv2.CAP_PROP_FOCUS, config.focus))
    return tuple(found)


def _format(name: str, prop: int, value: float) -> Control:
    return replace(_plain(name, prop, value), is_format=True)


def _plain(name: str, prop: int, value: float) -> Control:
    return Control(name, prop, ((prop, float(value)),), float(value))


def apply(capture: Capture, controls: Iterable[Control]) -> None:
    """Write the settings; what came of them only `mismatches` can tell."""
    for control in controls:
        for prop, value in control.steps:
            capture.set(prop, value)


def mismatches(capture: Capture, controls: Iterable[Control]) -> dict[Control, str]:
    """Read the settings back; returns those that are not what was asked, each with both values.

    An automatic function that is to be off and that the camera does not have (-1) is off.
    """
    wrong = {}
    for control in controls:
        got = capture.get(control.prop)
        absent = control.expected == _OFF and got < 0
        if not absent and abs(got - control.expected) > control.tolerance:
            asked = _say(control, control.expected)
            wrong[control] = f"{control.name}: asked {asked}, got {_say(control, got)}"
    return wrong


def _say(control: Control, value: float) -> str:
    if control.prop != cv2.CAP_PROP_FOURCC or value <= 0:
        return f"{value:g}"
    return int(value).to_bytes(4, "little").decode("ascii", "replace")
