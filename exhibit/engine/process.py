"""The engine's process: opens everything, runs the loop, publishes what it makes."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from exhibit.camera import Grabber, open_camera
from exhibit.camera.apart import CameraOpener
from exhibit.camera.identity import format_of
from exhibit.camera.table_light import load_table_light
from exhibit.contract.board import Heart
from exhibit.contract.bundle import Card
from exhibit.contract.calibration import Calibration, light_misfit, usable_calibration
from exhibit.contract.errors import CalibrationError, CameraError
from exhibit.contract.geometry import Matrix, mounting, scaling
from exhibit.contract.heap import give_back_from
from exhibit.contract.laid_tokens import LaidTokenWriter
from exhibit.contract.records import Gesture, Heard, RecordReader, RecordWriter
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.settings.published import Follower
from exhibit.contract.settings.schema import Config
from exhibit.contract.values import Frame, Gray, Ink, Picture, TableLight
from exhibit.engine.bundle_on_disk import BundleWatch
from exhibit.engine.camera_choice import chosen_source
from exhibit.engine.camera_feed import CameraFeed, Source
from exhibit.engine.following import Following
from exhibit.engine.gesture import GestureMeter, GestureTap
from exhibit.engine.loop import Engine, Pipeline
from exhibit.engine.opened_bundle import open_bundle
from exhibit.engine.origin import OriginTeller
from exhibit.engine.outlet import EngineOutlet
from exhibit.engine.pen import PenWatch
from exhibit.engine.slowness import Slowness
from exhibit.engine.stillness import Stillness
from exhibit.engine.table_view import TableView
from exhibit.engine.token_tap import TokenTap
from exhibit.ink import Extractor, make_extractor

log = logging.getLogger(__name__)

_FRAME_WAIT_S = 0.1
_HEARD_WITHIN_S = 0.5
_LEAST_APART = 1 << 19
_SPARED_MIN_S, _SPARED_MAX_S = 60.0, 3600.0
# The stage's tone, for one, is none of them: nothing is computed anew while somebody moves it. The
# editor moves what is there already by itself.
_ANSWERED_WITH = ("ink", "model")


class EngineProcess:
    """Everything the engine holds open.

    Args:
        run_dir: folder shared with the other processes.
        hangs: how often the engine hung before: a graphics card may be why, and is spared for a
            while.

    Raises:
        ExhibitError: the settings or the bundle cannot be used.
    """

    def __init__(self, run_dir: Path, hangs: int = 0) -> None:
        follower = Follower(run_dir, "engine")
        self._config = config = follower.config
        # What has more than a byte for each pixel is made rarely, and not for every frame.
        give_back_from(max(2 * config.camera.width * config.camera.height, _LEAST_APART))
        self._heart = Heart(run_dir, "engine")
        # Chosen once: a camera that is unplugged later must not turn into a simulated visitor.
        self._source = chosen_source(run_dir, config.camera)
        # The camera opens in a thread of its own while the models load.
        self._feed = CameraFeed(
            _opener(self._source, run_dir), is_there=partial(os.path.exists, self._source.source)
        )
        self._calibration, self._uncalibrated = usable_calibration(config.calibration)
        self._light = self._usable_light()
        self._light_fault = ""
        self._view: TableView | None = None
        hear = partial(RecordReader(run_dir, Heard).look_within, _HEARD_WITHIN_S)
        spared_until = time.monotonic() + card_spared_s(hangs)
        opener = partial(open_bundle, hear=hear, spared_until=spared_until)
        self._settings = Following(follower, opener)
        self._bundle = self._settings.bundle
        self._bundle_watch = BundleWatch(lambda: self._bundle.opened.on_disk)
        self._outlet = EngineOutlet(run_dir)
        self._gestures = RecordWriter(run_dir, Gesture)
        self._laid = LaidTokenWriter(run_dir)
        self._tokens: TokenTap | None = None
        self._origin = OriginTeller(run_dir, time.monotonic)
        self._meter = GestureMeter()
        self._extractor: Extractor | None = None
        self._engine: Engine | None = None
        self._frame_shape: tuple[int, ...] = ()
        self._stillness, self._slowness = Stillness(), Slowness()

    def run(self, stopping: Callable[[], bool]) -> None:
        """Answer frames until asked to stop."""
        while not stopping():
            self._heart.beat()
            frame = self._feed.newest(_FRAME_WAIT_S)
            # After the wait, so that a setting holds for the very frame that came.
            self._follow()
            if frame is None:
                self._refuse_useless_source()
            elif not self._may_be_skipped(frame):
                engine = self._engine_for(frame)
                ink, picture = self._answer(engine, frame)
                self._tell_gesture(frame, engine)
                self._origin.use(self._bundle.opened.memory)
                self._origin.tell(picture, engine.finds, self._config.visit.label)
                self._outlet.publish(frame, ink, picture, self._config.ink.answer)
            self._note_bundle()
            self._outlet.tell(self._status)

    def _answer(self, engine: Engine, frame: Frame) -> tuple[Ink, Picture | None]:
        began = time.monotonic()
        ink, picture = engine.step(self._seen(frame))
        if picture is not None and ink.bbox is not None:
            self._slowness.took(time.monotonic() - began)
        elif self._outlet.is_idle(self._config.stage.attract_after_s):
            self._slowness.rest()
        slow = self._slowness.told
        self._outlet.note("speed", "pictures_slow" if slow else "", slow)
        return ink, picture

    def _may_be_skipped(self, frame: Frame) -> bool:
        """Return whether nobody is there, and nothing is seen that was not seen before."""
        if not self._outlet.is_idle(self._config.stage.attract_after_s):
            self._stillness.wake()
            return False
        return self._stillness.has_nothing_new(frame)

    def _seen(self, frame: Frame) -> Frame:
        """Return a frame straightened, after a look at the marks that stay on the table."""
        view = self._view
        if view is None:
            return frame
        view.watch(frame)
        drift = view.drift(frame.captured_at)
        self._outlet.note("view", drift.code, drift.where)
        return view.straighten(frame)

    def _note_bundle(self) -> None:
        found = self._bundle_watch.found
        where = f"{found.text}; {self._bundle.after_a_start(found)}" if found else ""
        self._outlet.note("bundle", "bundle_changed" if found else "", where)

    def close(self) -> None:
        """Release the camera."""
        self._bundle_watch.close()
        self._feed.close()

    def _tell_gesture(self, frame: Frame, engine: Engine) -> None:
        """Take in what the picture does; it is told with the next frame's ink."""
        opened, code = self._bundle.opened, engine.code
        if self._outlet.recall(opened.labels(engine.finds)):
            self._meter.recalled()
        if code is not None and opened.place is not None:
            self._meter.move(opened.place(code.w_plus), frame.captured_at)
        self._meter.rest(self._outlet.is_idle(self._config.stage.attract_after_s))

    def _engine_for(self, frame: Frame) -> Engine:
        # A frame says how large frames really are, whatever was asked of the camera; a camera that
        # comes back may have another size, and its pixels other places on the table.
        if self._engine is None or frame.pixels.shape != self._frame_shape:
            self._engine, self._frame_shape = self._make_engine(frame), frame.pixels.shape
        return self._engine

    def _make_engine(self, frame: Frame) -> Engine:
        height, width = frame.pixels.shape
        camera, card = self._config.camera, self._bundle.opened.card
        known = Calibration() if self._source.source == "simulated" else self._calibration
        seen_by = format_of(self._source, (width, height))
        view = self._view = TableView(known, seen_by, camera.mirrored)
        self._light_fault = "" if self._light is None else light_misfit(self._calibration, seen_by)
        extractor = self._extractor = make_extractor(
            self._config.ink,
            card.ink_size,
            card.stroke_width_px,
            view.square,
            camera.mirrored,
            view.straighten_light(None if self._light_fault else self._light),
        )
        bundle = self._bundle.opened
        upright = scaling(1 / width, 1 / width) @ mounting(width, height, camera.mirrored, 0)
        to_visitor = upright if view.square is None else view.square
        tap = self._tap_for(frame, extractor, to_visitor)
        pipeline = Pipeline(
            GestureTap(tap, PenWatch(to_visitor), self._meter, self._gestures),
            bundle.models.encoder,
            bundle.editor,
            bundle.models.generator,
            blank_paper(card),
            bundle.recaller,
        )
        return Engine(pipeline, self._config.ink.answer)

    def _tap_for(self, frame: Frame, extractor: Extractor, to_visitor: Matrix) -> TokenTap:
        # A token that chose the bundle still lies there when that answers: it must not seem taken.
        if self._tokens is None or frame.pixels.shape != self._frame_shape:
            mirrored, config = self._config.camera.mirrored, self._config.tokens
            self._tokens = TokenTap(extractor, config, mirrored, to_visitor, self._laid)
        self._tokens.extractor = extractor
        return self._tokens

    def _usable_light(self) -> TableLight | None:
        simulated = self._source.source == "simulated"
        try:
            return load_table_light(self._config.calibration, self._calibration, simulated)
        except CalibrationError as error:
            self._uncalibrated = f"{error}; the light is learnt anew"
            return None

    def _follow(self) -> None:
        swapped = self._settings.follow()
        before, self._config = self._config, self._settings.config
        if self._config is not before:
            self._outlet.show_next()
            self._stillness.wake()
            self._configure(before, self._config)
        if swapped:
            self._stillness.wake()
            self._engine = None
            self._meter = GestureMeter()

    def _configure(self, before: Config, config: Config) -> None:
        if self._engine is None or self._extractor is None or self._tokens is None:
            return
        self._extractor.configure(config.ink)
        self._tokens.configure(config.tokens)
        if any(getattr(before, part) != getattr(config, part) for part in _ANSWERED_WITH):
            self._engine.refresh(config.ink.answer)

    def _refuse_useless_source(self) -> None:
        # A device may be plugged in later, and a simulated visitor is only late on a busy machine;
        # a file that is no video will not become one.
        source, fault = self._source.source, self._feed.fault
        may_come = source == "simulated" or source.startswith("/dev/")
        if fault is not None and self._feed.camera is None and not may_come:
            raise CameraError(fault)

    def _status(self) -> dict[str, Any]:
        camera = self._feed.camera
        # A camera may run with settings it refused, which is no reason to stop.
        mismatches = getattr(camera, "mismatches", ())
        faults = (
            self._feed.fault,
            *mismatches,
            self._light_fault,
            "" if self._view is None else self._view.misfit,
            self._uncalibrated,
            self._bundle.complaint,
            *self._bundle.opened.models.faults,
            *self._outlet.faults,
        )
        bundle = self._bundle.opened
        encoder, generator = bundle.models.providers_got
        return {
            **self._settings.status(),
            "state": self._outlet.state(
                self._feed.fault is not None, self._config.stage.attract_after_s
            ),
            "camera": self._source.source if camera is None else camera.name,
            "simulated": self._source.source == "simulated",
            "provider": encoder if encoder == generator else f"{encoder}, {generator}",
            "providers_asked": list(bundle.models.providers_asked),
            "providers_left_out": list(bundle.models.missed),
            "frames_captured": self._feed.captured,
            "frames_dropped": self._feed.dropped,
            "ink_changed_at": self._engine.ink_changed_at if self._engine else None,
            "stages_ms": {
                **(self._engine.times.percentiles() if self._engine else {}),
                **(self._tokens.times.percentiles() if self._tokens else {}),
            },
            "tokens": [asdict(token) for token in self._tokens.lying] if self._tokens else [],
            "drift_mm": None if self._view is None else self._view.drift_mm,
            "strengths": bundle.editor.strengths,
            "psi": bundle.editor.psi,
            "faults": [text for text in faults if text],
        }


def card_spared_s(hangs: int) -> float:
    """Return for how many seconds no graphics card is tried after so many hangs."""
    return min(_SPARED_MIN_S * 2 ** min(hangs - 1, 8), _SPARED_MAX_S) if hangs else 0.0


def blank_paper(card: Card) -> Gray:
    """Return the picture of blank paper, (R, R) or (R, R, 3) uint8."""
    side = card.resolution
    paper = np.full((side, side) if card.channels == 1 else (side, side, 3), 255, np.uint8)
    paper.setflags(write=False)
    return paper


def _opener(config: CameraConfig, run_dir: Path) -> Callable[[], Source]:
    # What is no device has no driver to hang in: a thread will do.
    if config.source.startswith("/dev/"):
        return CameraOpener(config, run_dir)
    return partial(_open_grabber, config)


def _open_grabber(config: CameraConfig) -> Grabber:
    grabber = Grabber(open_camera(config))
    grabber.start()
    return grabber
