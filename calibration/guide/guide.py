"""The guide itself: orders in, status, picture and pattern out, results into the file."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from calibration.check import require_unmoved
from calibration.guide.place import Place
from calibration.guide.steps import Step, step_named
from calibration.patterns import hang
from calibration.projector_steps import Method
from calibration.sightings import turn
from exhibit.camera.identity import format_of
from exhibit.contract.board import CommandInbox, read_status, send_command, write_status
from exhibit.contract.calibration import Calibration, load_calibration, save_calibration
from exhibit.contract.calibration_guide import METHODS, NAME, PICTURE_SLOT, STEPS
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import stage_size
from exhibit.contract.pattern import SLOT
from exhibit.contract.printed import RULER_MM
from exhibit.contract.settings.published import Follower
from exhibit.contract.slot_reader import SlotReader
from exhibit.contract.slot_writer import SlotWriter
from exhibit.contract.values import Gray

_PATTERN_EVERY_S, _STATUS_EVERY_S = 0.5, 0.25
FORGOTTEN_AFTER_S = 1800.0
"""A guide that nobody speaks to for so long ends, and the table goes on with pictures."""


class Guide:
    """Calibrates a table that runs: sees what its camera sees, shows patterns on its stage.

    What a step measures is saved at once, so that the guide can be left after each of them, and
    goes on where it was left: the file says what was measured.

    Args:
        run_dir: the folder that the table's processes share.
        settings: those in force, followed while it runs.
        clock: monotonic seconds.
    """

    def __init__(
        self, run_dir: Path, settings: Follower, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._run_dir, self._settings, self._clock = run_dir, settings, clock
        self._inbox = CommandInbox(run_dir, NAME)
        self._frames = SlotReader(run_dir / "camera.slot")
        self._pictures = SlotWriter(run_dir / PICTURE_SLOT, clock)
        self._patterns = SlotWriter(run_dir / SLOT, clock)
        self._step: Step | None = None
        self._name, self._method = "", ""
        self._place: Place | None = None
        self._saved: list[str] = []
        self._newest: Gray | None = None
        self._error = self._words = ""
        self._sequence = self._views = 0
        self._pattern_due = self._status_due = 0.0
        self._heard_at = clock()

    def tick(self) -> bool:
        """Do what is due; returns whether to go on."""
        now = self._clock()
        for order in self._inbox.drain():
            self._heard_at = now
            if order.get("do") == "end":
                return False
            self._try(self._obey, order)
            self._pattern_due = self._status_due = 0.0
        if self._settings.follow() is not None:
            self._try(self._take_settings)
        newest = self._frames.peek()
        if newest is not None and newest.pixels.ndim == 2 and self._sees_by_settings():
            self._newest = newest.pixels
            self._try(self._look, newest.pixels)
        self._try(self._finish)
        if now >= self._pattern_due:
            self._pattern_due = now + _PATTERN_EVERY_S
            self._project(now)
        if now >= self._status_due:
            self._status_due = now + _STATUS_EVERY_S
            write_status(self._run_dir, NAME, self.status())
        return now - self._heard_at < FORGOTTEN_AFTER_S

    def close(self) -> None:
        """Leave the table with what was saved."""
        self._inbox.close()
        (self._run_dir / f"{NAME}.status.json").unlink(missing_ok=True)
        for name in ("engine", "stage") if set(self._saved) - {"check"} else ():
            send_command(self._run_dir, "supervisor", {"do": "restart", "name": name})

    def status(self) -> dict[str, Any]:
        """Return how it stands, for the page."""
        told = None if self._step is None else self._step.told()
        return {
            "step": self._name,
            "method": self._method,
            "code": "" if told is None else told.code,
            "values": {} if told is None else told.values,
            "ready": told is not None and told.ready,
            "error": self._error,
            "words": self._words,
            "saved": list(self._saved),
        }

    def _try(self, act: Callable[..., None], *given: Any) -> None:
        try:
            act(*given)
        except CalibrationError as error:
            self._error, self._words = str(error), ""

    def _obey(self, order: Mapping[str, Any]) -> None:
        do, self._error = str(order.get("do", "")), ""
        if do == "begin":
            self._begin(str(order.get("step", "")), str(order.get("method", METHODS[0])), order)
        elif do == "leave":
            self._step, self._name, self._method = None, "", ""
        elif self._step is not None:
            by = np.array([float(order.get("dx", 0)), float(order.get("dy", 0))])
            self._step.order(do, by, int(order.get("number", 0)))

    def _begin(self, name: str, method: str, order: Mapping[str, Any]) -> None:
        if name not in STEPS or method not in METHODS:
            raise CalibrationError(f"{name} {method}: expected one of {', '.join(STEPS)}")
        self._step, self._words = None, ""
        place = replace(
            self._look_around(),
            ruler_mm=float(order.get("ruler_mm", RULER_MM)),
            new_marks=bool(order.get("new_marks", False)),
        )
        known = load_calibration(place.file)
        if name == "projector" and (frame := self._newest) is not None:
            require_unmoved(known, [frame], place.mirrored)
        self._step = step_named(name, cast(Method, method), place, known)
        self._place, self._name = place, name
        self._method = method if name == "projector" else ""

    def _look_around(self) -> Place:
        """Return camera and stage as they are now.

        Raises:
            CalibrationError: one of them shows nothing.
        """
        stage, engine = (read_status(self._run_dir, name) for name in ("stage", "engine"))
        newest = SlotReader(self._run_dir / "camera.slot").peek()
        if newest is None or not stage.get("size_px"):
            missing = "camera" if newest is None else "stage"
            raise CalibrationError(f"the {missing} shows nothing yet; wait until the table runs")
        height, width = newest.pixels.shape[:2]
        wide, high = (int(side) for side in stage["size_px"])
        config, source = self._settings.config, self._source(engine)
        return Place(
            file=config.calibration,
            seen_by=format_of(source, (width, height)),
            mirrored=config.camera.mirrored,
            simulated=bool(engine.get("simulated")),
            stage_px=stage_size(wide, high, config.stage.rotate),
            mirror=config.stage.mirror,
            rotate=config.stage.rotate,
            exposure=config.camera.exposure,
            gain=config.camera.gain,
            fps=config.camera.fps,
        )

    def _source(self, engine: Mapping[str, Any]) -> Any:
        """Return section `camera` with the source that `auto` stands for in this run."""
        chosen = "simulated" if engine.get("simulated") else str(engine.get("camera") or "")
        camera = self._settings.config.camera
        if camera.source != "auto" or not chosen:
            return camera
        return camera.model_copy(update={"source": chosen})

    def _take_settings(self) -> None:
        """Go on with another exposure, as of the frames that come with it."""
        camera, place = self._settings.config.camera, self._place
        if place is None or (place.exposure, place.gain) == (camera.exposure, camera.gain):
            return
        self._place = replace(place, exposure=camera.exposure, gain=camera.gain)
        if self._name in ("light", "dark", "check"):
            known = load_calibration(self._place.file)
            self._step = step_named(self._name, "disc", self._place, known)

    def _sees_by_settings(self) -> bool:
        """Return whether frames come with the settings in force: the camera may be starting."""
        engine = read_status(self._run_dir, "engine")
        generation = int(engine.get("generation", self._settings.read_generation))
        return generation >= self._settings.read_generation

    def _look(self, pixels: Gray) -> None:
        if self._step is None or self._place is None:
            return
        self._sequence += 1
        shown = self._step.look(turn(pixels, self._place.mirrored))
        views = self._step.told().values.get("views", 0)
        if views != self._views:
            # Somebody holds the board up, and needs no button for that.
            self._views, self._heard_at = views, self._clock()
        self._pictures.publish(self._sequence, self._clock(), shown)

    def _finish(self) -> None:
        if self._step is None or self._place is None:
            return
        step, file = self._step, self._place.file
        known = load_calibration(file)
        try:
            outcome = step.result(known)
        except CalibrationError:
            if self._name == "projector":
                # Points that make no map are of no use to go on with.
                self._step = step_named(self._name, cast(Method, self._method), self._place, known)
            raise
        if outcome is None:
            return
        if outcome.update:
            # The schema's own checks hold for what is put together, too.
            save_calibration(file, Calibration.model_validate({**dict(known), **outcome.update}))
        self._saved.append(self._name)
        self._words = outcome.words
        self._step, self._name, self._method = None, "", ""

    def _project(self, now: float) -> None:
        pattern = None if self._step is None else self._step.pattern()
        if pattern is None or self._place is None:
            return
        pixels = hang(pattern, self._place.mirror, self._place.rotate)
        self._sequence += 1
        self._patterns.publish(self._sequence, now, pixels)
