"""Moves codes along directions, eased over time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.bundle import Bundle, load_directions, load_latents
from exhibit.contract.errors import ConfigError
from exhibit.contract.records import SILENCE, Heard
from exhibit.contract.settings.schema import DirectionConfig, EditingConfig, ModelConfig
from exhibit.contract.values import Code, Floats, Ink
from exhibit.editing.bank import Bank, Key, Row
from exhibit.editing.modulation import (
    Modulator,
    Moment,
    PenMeter,
    PenSpeed,
    Schedule,
    SoundLevel,
    SoundOnset,
    Still,
    coverage_drive,
    make_modulator,
)
from exhibit.editing.pull import Pull, make_pull
from exhibit.editing.schedule import time_of_day_s

# A pause of the engine counts as this long, so that a strength never jumps after it.
_LONGEST_STEP_S = 0.1
# A value this near its target, as a share of its range, has arrived.
_ARRIVED = 1e-3
_PSI, _AUTO, _CONTROLS = 0, 1, 2


@dataclass(slots=True, eq=False)
class _Motion:
    """A direction in use, or one on its way out (strength 0, no modulation)."""

    row: Row
    strength: float
    depth: float
    modulator: Modulator

    def target(self, moment: Moment) -> float:
        low, high = self.row.safe_range
        return min(max(self.strength + self.depth * self.modulator.drive(moment), low), high)


class DirectionEditor:
    """The bank of directions at work (`exhibit.contract.values.Editor`).

    The edited code is w_avg + psi·(w − w_avg) + Σ strength·direction. psi and every strength
    approach what is asked of them exponentially with the time constant `ease_s`.

    Args:
        bank: directions by name.
        pull: w_avg, and the psi that odd codes need.
        stroke_width_px: of the ink, to measure pen speed.
        clock: monotonic seconds.
        day_clock: seconds since midnight, local time; only schedules look at it.
        hear: what the table hears now.
    """

    def __init__(
        self,
        bank: Bank,
        pull: Pull,
        stroke_width_px: float,
        clock: Callable[[], float],
        day_clock: Callable[[], float] = time_of_day_s,
        hear: Callable[[], Heard] = Heard,
    ) -> None:
        self.names = bank.names
        self._bank, self._pull = bank, pull
        self._clock, self._day_clock, self._hear = clock, day_clock, hear
        self._pen = PenMeter(stroke_width_px)
        self._motions: list[_Motion] = []
        self._matrix: Floats = np.zeros((0, 0), np.float32)
        # psi, share of the automatic psi, then one strength for every motion.
        self._values: NDArray[np.float64] = np.array([1.0, 0.0])
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
            motions.append(_motion(row, config, old))
            strengths.append(value)
        for old, value in before.values():
            if value != 0:
                motions.append(_Motion(old.row, 0.0, 0.0, Still()))
                strengths.append(value)
        self._ease_s = editing.ease_s
        self._install(motions, [*self._values[:_CONTROLS], *strengths])
        self._targets[:_CONTROLS] = model.psi, float(model.auto_psi)
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
        if psi == 1 and not strengths.any():
            return code
        w_plus = self._pull.w_avg + np.float32(psi) * (code.w_plus - self._pull.w_avg)
        if self._motions:
            offset = strengths.astype(np.float32) @ self._matrix
            w_plus += offset.reshape(w_plus.shape)
        w_plus.setflags(write=False)
        return Code(code.sequence, code.captured_at, w_plus, code.feature)

    def _rows(self, directions: tuple[DirectionConfig, ...]) -> list[Row]:
        rows: dict[Key, Row] = {}
        for config in directions:
            row = self._bank.row(config)
            if row.key in rows:
                raise ConfigError(
                    f"editing.directions: '{config.name}' is listed twice for layers "
                    f"{', '.join(map(str, row.key[1]))}; expected once"
                )
            rows[row.key] = row
        return list(rows.values())

    def _drop_finished(self) -> None:
        """Forget directions that were taken out of use and have come to rest at 0."""
        strengths = self._values[_CONTROLS:]
        kept = [
            (motion, value)
            for motion, value in zip(self._motions, strengths, strict=True)
            if value != 0 or motion.strength != 0 or not isinstance(motion.modulator, Still)
        ]
        if len(kept) < len(self._motions):
            motions = [motion for motion, _ in kept]
            self._install(motions, [*self._values[:_CONTROLS], *(value for _, value in kept)])

    def _install(self, motions: list[_Motion], values: list[float]) -> None:
        controls = self._targets[:_CONTROLS].copy()
        self._motions = motions
        self._values = np.array(values, np.float64)
        self._targets = self._values.copy()
        self._targets[:_CONTROLS] = controls
        self._aim(Moment(0.0, 0.0, 0.0, self._day_clock()))
        spans = [high - low for low, high in (motion.row.safe_range for motion in motions)]
        self._tolerances = _ARRIVED * np.array([1.0, 1.0, *spans])
        if motions:
            self._matrix = np.stack([motion.row.offset for motion in motions])


def _motion(row: Row, config: DirectionConfig, old: _Motion | None) -> _Motion:
    modulator = make_modulator(config.modulation, config.name, old.modulator if old else None)
    depth = modulator.depth if isinstance(modulator, Schedule) else config.modulation.depth
    return _Motion(row, config.strength, depth, modulator)


def make_editor(
    bundle: Bundle,
    editing: EditingConfig,
    model: ModelConfig,
    clock: Callable[[], float] = time.monotonic,
    day_clock: Callable[[], float] = time_of_day_s,
    hear: Callable[[], Heard] = Heard,
) -> DirectionEditor:
    """Return the editor of a bundle.

    Args:
        bundle: a checked bundle.
        editing: directions in use and how fast they ease.
        model: psi and the automatic psi.
        clock: monotonic seconds.
        day_clock: seconds since midnight, local time.
        hear: what the table hears now.

    Raises:
        BundleError: directions or latents are malformed.
        ConfigError: a direction is not in the bundle; names the nearest one.
    """
    pull = make_pull(bundle, load_latents(bundle))
    bank = Bank(bundle.card, load_directions(bundle))
    editor = DirectionEditor(bank, pull, bundle.card.stroke_width_px, clock, day_clock, hear)
    editor.configure(editing, model)
    return editor
