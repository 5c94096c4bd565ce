"""Steps for which something lies on the table, hands away, and is looked at for a second."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from calibration.check import check_calibration, require_unmoved
from calibration.exposure import PAPER_SHARE, better_exposure, is_right, paper_share
from calibration.guide.picture import Colour, coloured, dotted
from calibration.guide.place import Measure, Outcome, Place
from calibration.measured_light import blank_of, light_section, with_dark
from calibration.pens import measure_pens
from calibration.projector_steps import Told
from calibration.sightings import find_board, turn
from calibration.table import measure_table, without_marks
from calibration.zones import dim_zones
from exhibit.camera.table_light import load_table_light
from exhibit.contract.calibration import Calibration
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Points
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Gray

_KEPT_FRAMES = 10


class LyingStep:
    """Something lies on the table and is looked at for a second.

    Args:
        code: of the text that says what to lay there.
        measure: from frames as they come, and the calibration known, to what is measured.
        mirrored: frames come mirrored.
    """

    def __init__(
        self,
        code: str,
        measure: Measure,
        mirrored: bool,
    ) -> None:
        self._code, self._measure, self._mirrored = code, measure, mirrored
        self._frames: deque[Gray] = deque(maxlen=_KEPT_FRAMES)
        self._accepted = False

    def pattern(self) -> Gray | None:
        """Project nothing of its own."""
        return None

    def look(self, turned: Gray) -> Colour:
        """Keep the newest frames, as they came."""
        self._frames.append(turn(turned, self._mirrored))
        return dotted(coloured(turned), find_board(turned))

    def order(self, do: str, by: Points, number: int) -> None:
        """Measure with the frames of the last second."""
        self._accepted = do == "accept"

    def told(self) -> Told:
        """Say what to lay there."""
        return Told(self._code, {}, len(self._frames) == _KEPT_FRAMES)

    def result(self, known: Calibration) -> Outcome | None:
        """Return what was measured."""
        if not self._accepted:
            return None
        self._accepted = False
        return self._measure(list(self._frames), known)


class LightStep(LyingStep):
    """A blank sheet lies there, and its brightness is told until it is as it should be."""

    def __init__(self, place: Place) -> None:
        super().__init__("light_blank", _light_by(place), place.mirrored)
        self._place = place

    def told(self) -> Told:
        """Say how bright paper is, and what to do where that is wrong."""
        plain = super().told()
        if not self._frames:
            return Told("light_none")
        share = paper_share([self._frames[-1]])
        values = {"share": round(100 * share), "wanted": round(100 * PAPER_SHARE)}
        # Only a device has an exposure.
        if not self._place.seen_by.name.startswith("/dev/"):
            return Told(plain.code, values, plain.ready)
        better = better_exposure(share, self._place.exposure, self._place.fps)
        if better is not None:
            return Told("light_exposure", {**values, "exposure": better}, plain.ready)
        return Told(plain.code if is_right(share) else "light_off", values, plain.ready)


def lying_step(name: str, place: Place) -> LyingStep:
    """Return the step of a name: `table`, `light`, `dark`, `pens` or `check`."""
    if name == "light":
        return LightStep(place)
    codes = {
        "table": ("table_board", _table_by),
        "dark": ("dark_covered", _dark_by),
        "pens": ("pens_card", _pens_by),
        "check": ("check_table", _check_by),
    }
    code, measure = codes[name]
    return LyingStep(code, measure(place), place.mirrored)


def _table_by(place: Place) -> Measure:
    def measure(frames: Sequence[Gray], known: Calibration) -> Outcome:
        before = without_marks(known) if place.new_marks else known
        found = measure_table(frames, place.seen_by, place.mirrored, before, place.ruler_mm)
        update: dict[str, Any] = {"camera": found.camera, "table_mm": found.paper.size_mm}
        if known.table_mm != found.paper.size_mm:
            update["projector"] = None
        return Outcome(update, f"{found.camera.error_mm:.2f} mm")

    return measure


def _light_by(place: Place) -> Measure:
    def measure(frames: Sequence[Gray], known: Calibration) -> Outcome:
        require_unmoved(known, frames, place.mirrored)
        blank = blank_of(frames)
        exposed = (place.exposure, place.gain)
        light = light_section(place.file, blank, place.seen_by, place.mirrored, exposed)
        share = paper_share([blank])
        told = [f"{100 * share:.0f} %", *dim_zones(light.zones)]
        return Outcome({"light": light}, "; ".join(told))

    return measure


def _dark_by(place: Place) -> Measure:
    def measure(frames: Sequence[Gray], known: Calibration) -> Outcome:
        light = known.light
        if light is not None and (light.exposure, light.gain) != (place.exposure, place.gain):
            raise CalibrationError(
                f"the blank sheet was seen with exposure {light.exposure} and gain {light.gain}, "
                f"now they are {place.exposure} and {place.gain}; measure the light again first"
            )
        before = load_table_light(place.file, known, place.simulated)
        dark = with_dark(place.file, light, before, frames)
        return Outcome({"light": dark}, "")

    return measure


def _pens_by(place: Place) -> Measure:
    def measure(frames: Sequence[Gray], known: Calibration) -> Outcome:
        require_unmoved(known, frames, place.mirrored)
        pens = measure_pens(frames, place.mirrored)
        passed = [str(reading.box) for reading in pens.readings if reading.passed]
        return Outcome(
            {"pens": pens}, f"{len(passed)} / {len(pens.readings)} ({', '.join(passed)})"
        )

    return measure


def _check_by(place: Place) -> Measure:
    def measure(frames: Sequence[Gray], known: Calibration) -> Outcome:
        config = CameraConfig(mirrored=place.mirrored, exposure=place.exposure, gain=place.gain)
        light = load_table_light(place.file, known, place.simulated)
        found = check_calibration(frames, place.seen_by, config, known, light)
        wrong = [finding.text for finding in found if finding.verdict == "fault"]
        if wrong:
            raise CalibrationError("; ".join(wrong))
        return Outcome({}, "; ".join(f"{finding.subject}: {finding.text}" for finding in found))

    return measure
