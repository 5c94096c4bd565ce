"""A direction in use: which row it is, how far it is set, and what moves it by itself."""

from __future__ import annotations

from dataclasses import dataclass

from exhibit.contract.settings.schema import DirectionConfig
from exhibit.editing.bank import Row
from exhibit.editing.modulation import Modulator, Moment, Schedule, Still, make_modulator


@dataclass(slots=True, eq=False)
class Motion:
    """A direction in use, or one on its way out (strength 0, no modulation)."""

    row: Row
    strength: float
    depth: float
    modulator: Modulator

    def target(self, moment: Moment) -> float:
        """Return the strength of a moment, within the safe range."""
        low, high = self.row.safe_range
        return min(max(self.strength + self.depth * self.modulator.drive(moment), low), high)

    @property
    def resting(self) -> bool:
        """Whether it is set to 0 and nothing moves it."""
        return self.strength == 0 and isinstance(self.modulator, Still)


def motion_of(row: Row, config: DirectionConfig, old: Motion | None) -> Motion:
    """Return the motion of a direction as it is set; `old` is the one until now."""
    modulator = make_modulator(config.modulation, config.name, old.modulator if old else None)
    depth = modulator.depth if isinstance(modulator, Schedule) else config.modulation.depth
    return Motion(row, config.strength, depth, modulator)


def leaving(motion: Motion) -> Motion:
    """Return the motion of a direction that was taken out of use and eases to 0."""
    return Motion(motion.row, 0.0, 0.0, Still())
