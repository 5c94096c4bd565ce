"""Moves codes and the generator's feature map along directions, eased over time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.bundle import Bundle
from exhibit.contract.directions import load_directions, load_parts
from exhibit.contract.errors import ConfigError
from exhibit.contract.latents import load_latents
from exhibit.contract.parts import AROUND
from exhibit.contract.records import SILENCE, Heard
from exhibit.contract.settings.schema import DirectionConfig, EditingConfig, ModelConfig
from exhibit.contract.values import Code, Floats, Ink
from exhibit.editing.appearances import Appearances, FigureOf, Parts
from exhibit.editing.bank import Bank, Key, Row
from exhibit.editing.modulation import (
    Modulator,
    Moment,
    PenMeter,
    PenSpeed,
    SoundLevel,
    SoundOnset,
    coverage_drive,
)
from exhibit.editing.motion import Motion, leaving, motion_of
from exhibit.editing.pull import Pull, make_pull
from exhibit.editing.schedule import time_of_day_s

# A pause of the engine counts as this long, so that a strength never jumps after it.
_LONGEST_STEP_S = 0.1
# A value this near its target, as a share of its range, has arrived.
_ARRIVED = 1e-3
_PSI, _AUTO, _FIGURE, _CONTROLS = 0, 1, 2, 3


class DirectionEditor:
    """The bank of directions at work (`exhibit.contract.values.Editor`).

    The edited code is w_avg + psi·(w − w_avg) + Σ strength·direction, and what is added to the
    feature map Σ strength·appearance·partᵀ. psi and every strength approach what is asked of them
    exponentially with the time constant `ease_s`.

    Args:
        bank: directions by name.
        pull: w_avg, and the psi that odd codes need.
        parts: where appearances may be added; None for a generator that takes no map.
        stroke_width_px: of the ink, to measure pen speed.
        clock: monotonic seconds.
        day_clock: seconds since midnight, local time; only schedules look at it.
        hear: what the table hears now.
    """

    def __init__(
        self,
        bank: Bank,
        pull: Pull,
        parts: Parts | None,
        stroke_width_px: float,
        clock: Callable[[], float],
        day_clock: Callable[[], float] = time_of_day_s,
        hear: Callable[[], Heard] = Heard,
    ) -> None:
        self.names = bank.names
        self._bank, self._pull, self._parts = bank, pull, parts
        self._clock, self._day_clock, self._hear = clock, day_clock, hear
        self._pen = PenMeter(stroke_width_px)
        self._motions: list[Motion] = []
        self._matrix: Floats = np.zeros((0, 0), np.float32)
        self._appearances: Appearances | None = None
        self._of_map: NDArray[np.bool_] = np.zeros(0, np.bool_)
        # psi, share of the automatic psi, share of what is left away, then one strength a motion.
        self._values: NDArray[np.float64] = np.array([1.0, 0.0, 0.0])
        self._targets = self._values.copy()
        self._tolerances = np.full(_CONTROLS, _ARRIVED)
        self._ease_s = 0.0
        self._at: float | None = None
        self._code: Code | None = None
        self._edited: Code | None = None
        self._code_psi = math.inf

    @property
    def moving(self) -> bool:
        """True while the picture would change by itself: an easing or a time-driven modulation."""
        return not np.array_equal(self._values, self._targets) or any(
            motion.modulator.restless for motion in self._motions
        )

    @property
    def strengths(self) -> dict[str, float]:
        """Strength of every direction in use at this moment, in units of w."""
        found: dict[str, float] = {}
        for motion, value in zip(self._motions, self._values[_CONTROLS:], strict=True):
            name = motion.row.key[0]
            found[name] = found.get(name, 0.0) + float(value)
        return found

    @property
    def psi(self) -> float:
        """The truncation of the last code, the automatic one included."""
        psi, share = self._values[_PSI], self._values[_AUTO]
        return float(psi + share * (min(psi, self._code_psi) - psi))

    def fitting(
        self, directions: tuple[DirectionConfig, ...]
    ) -> tuple[tuple[DirectionConfig, ...], list[str]]:
        """Return the directions that this bundle can move, and why each other one cannot be."""
        kept: list[DirectionConfig] = []
        complaints = []
        for direction in directions:
            try:
                self._rows((*kept, direction))
                kept.append(direction)
            except ConfigError as error:
                complaints.append(str(error))
        return tuple(kept), complaints

    def configure(self, editing: EditingConfig, model: ModelConfig) -> None:
        """Take new settings; they are eased in, the first ones hold at once.

        Raises:
            ConfigError: a direction or layer does not exist, or is listed twice; nothing changes.
        """
        rows = self._rows(editing.directions)
        before = {
            motion.row.key: (motion, float(value))
            for motion, value in zip(self._motions, self._values[_CONTROLS:], strict=True)
        }
        motions, strengths = [], []
        for row, config in zip(rows, editing.directions, strict=True):
            old, value = before.pop(row.key, (None, 0.0))
            motions.append(motion_of(row, config, old))
            strengths.append(value)
        for old, value in before.values():
            if value != 0:
                motions.append(leaving(old))
                strengths.append(value)
        self._ease_s = editing.ease_s
        self._install(motions, [*self._values[:_CONTROLS], *strengths])
        self._targets[:_CONTROLS] = model.psi, float(model.auto_psi), editing.only_figure
        if self._at is None:
            self._aim(Moment(0.0, 0.0, 0.0, self._day_clock()))
            self._values[:] = self._targets

    def edit(self, code: Code, ink: Ink) -> Code:
        """Return the code moved along the active directions.

        Call it for every ink, also when the code is the one before: the same `Code` object comes
        back as long as nothing moved, and then its picture is still right.

        Args:
            code: what the encoder gave.
            ink: the newest ink, for coverage and pen speed.
        """
        now = self._clock()
        dt_s = 0.0 if self._at is None else min(max(now - self._at, 0.0), _LONGEST_STEP_S)
        self._at = now
        moved = self._ease(dt_s, ink)
        if code is self._code and self._edited is not None and not moved:
            return self._edited
        if code is not self._code:
            self._code, self._code_psi = code, self._pull.psi(code.w_plus)
            if self._parts is not None:
                self._parts.see(code, ink)
        self._edited = self._apply(code)
        return self._edited

    def _ease(self, dt_s: float, ink: Ink) -> bool:
        """Go on by dt_s; returns whether any value changed."""
        if self._motions:
            self._aim(self._moment(dt_s, ink))
        if np.array_equal(self._values, self._targets):
            return False
        kept = math.exp(-dt_s / self._ease_s) if self._ease_s > 0 else 0.0
        values = self._targets + (self._values - self._targets) * kept
        arrived = np.abs(values - self._targets) <= self._tolerances
        values[arrived] = self._targets[arrived]
        moved = not np.array_equal(values, self._values)
        self._values = values
        if moved:
            self._drop_finished()
        return moved

    def _moment(self, dt_s: float, ink: Ink) -> Moment:
        """Return what directions move with; what none of them moves with is not looked at."""
        pen_speed = self._pen.drive(ink) if self._uses(PenSpeed) else 0.0
        heard = self._hear() if self._uses(SoundLevel, SoundOnset) else SILENCE
        return Moment(dt_s, coverage_drive(ink.coverage), pen_speed, self._day_clock(), heard)

    def _uses(self, *kinds: type[Modulator]) -> bool:
        return any(isinstance(motion.modulator, kinds) for motion in self._motions)

    def _aim(self, moment: Moment) -> None:
        for position, motion in enumerate(self._motions, start=_CONTROLS):
            self._targets[position] = motion.target(moment)

    def _apply(self, code: Code) -> Code:
        psi, strengths = self.psi, self._values[_CONTROLS:]
        along = strengths[~self._of_map]
        w_plus, added, kept = code.w_plus, None, None
        if psi != 1 or along.any():
            w_plus = self._pull.w_avg + np.float32(psi) * (w_plus - self._pull.w_avg)
            if along.any():
                w_plus += (along.astype(np.float32) @ self._matrix).reshape(w_plus.shape)
            w_plus.setflags(write=False)
        if self._appearances is not None:
            added = self._appearances.added(strengths[self._of_map])
        if self._parts is not None and self._values[_FIGURE] > 0:
            kept = 1 - np.float32(self._values[_FIGURE]) * (self._parts.find(AROUND) == 1)
        if w_plus is code.w_plus and added is None and kept is None:
            return code
        return Code(code.sequence, code.captured_at, w_plus, code.feature, added, kept)

    def _rows(self, directions: tuple[DirectionConfig, ...]) -> list[Row]:
        rows: dict[Key, Row] = {}
        for config in directions:
            row = self._bank.row(config)
            if row.key in rows:
                raise ConfigError(
                    f"editing.directions: '{config.name}' is listed twice for "
                    f"{_where(row)}; expected once"
                )
            rows[row.key] = row
        return list(rows.values())

    def _drop_finished(self) -> None:
        """Forget directions that were taken out of use and have come to rest at 0."""
        strengths = self._values[_CONTROLS:]
        kept = [
            (motion, value)
            for motion, value in zip(self._motions, strengths, strict=True)
            if value != 0 or not motion.resting
        ]
        if len(kept) < len(self._motions):
            motions = [motion for motion, _ in kept]
            self._install(motions, [*self._values[:_CONTROLS], *(value for _, value in kept)])

    def _install(self, motions: list[Motion], values: list[float]) -> None:
        controls = self._targets[:_CONTROLS].copy()
        self._motions = motions
        self._values = np.array(values, np.float64)
        self._targets = self._values.copy()
        self._targets[:_CONTROLS] = controls
        self._aim(Moment(0.0, 0.0, 0.0, self._day_clock()))
        spans = [high - low for low, high in (motion.row.safe_range for motion in motions)]
        self._tolerances = _ARRIVED * np.array([*[1.0] * _CONTROLS, *spans])
        self._of_map = np.array([motion.row.part != "" for motion in motions], np.bool_)
        of_codes = [motion.row.offset for motion in motions if not motion.row.part]
        if of_codes:
            self._matrix = np.stack(of_codes)
        rows = [motion.row for motion in motions if motion.row.part]
        known = self._parts is not None and rows
        self._appearances = Appearances(rows, self._parts) if known and self._parts else None


def _where(row: Row) -> str:
    return f"part '{row.part}'" if row.part else f"layers {', '.join(map(str, row.key[1]))}"


def make_editor(
    bundle: Bundle,
    editing: EditingConfig,
    model: ModelConfig,
    clock: Callable[[], float] = time.monotonic,
    day_clock: Callable[[], float] = time_of_day_s,
    hear: Callable[[], Heard] = Heard,
    figure_of: FigureOf | None = None,
) -> DirectionEditor:
    """Return the editor of a bundle.

    Args:
        bundle: a checked bundle.
        editing: directions in use and how fast they ease.
        model: psi and the automatic psi.
        clock: monotonic seconds.
        day_clock: seconds since midnight, local time.
        hear: what the table hears now.
        figure_of: how much of each place of the map lies in what is drawn.

    Raises:
        BundleError: directions or latents are malformed.
        ConfigError: a direction is not in the bundle; names the nearest one.
    """
    pull, named = make_pull(bundle, load_latents(bundle)), load_parts(bundle)
    bank, shape = Bank(bundle.card, load_directions(bundle), named), bundle.card.feature_shape
    parts = None if shape is None else Parts(named, shape[1], figure_of)
    width_px = bundle.card.stroke_width_px
    editor = DirectionEditor(bank, pull, parts, width_px, clock, day_clock, hear)
    editor.configure(editing, model)
    return editor
