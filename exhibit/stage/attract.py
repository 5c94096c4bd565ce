"""What the stage shows when nobody draws: the artist's drawings being drawn, from disk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread

import numpy as np

from exhibit.contract.errors import BundleError
from exhibit.contract.precedence import take_niceness
from exhibit.contract.settings.schema import VisitConfig
from exhibit.contract.values import Gray
from exhibit.stage.drawings import Drawings, curves, read_drawings, read_loop
from exhibit.stage.turn import SIDE_PX, TURN_S, Turn, make_turn

log = logging.getLogger(__name__)

STEP_S = 0.15
"""From one picture to the next while a pen draws; between them the stage fades."""
_REST_S = 0.5
_CLEAR_S = 1.5
"""Time in which a drawing fades before the next one begins."""
_FIRST_READ_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A picture (S, S) uint8, and the seconds in which the stage fades to it."""

    picture: Gray
    lasts_s: float


class Attract:
    """The attract loop of the newest bundle that could be read.

    Bundles are read, and turns prepared, in threads of their own. Where there is no bundle, curves
    are drawn instead: the table shows something whatever is missing.

    Args:
        bundle: name or folder.
        config: of the invitation.
        seed: of the choice of drawings and places; a table that starts again shows others.
    """

    def __init__(self, bundle: str, config: VisitConfig, seed: int | None = None) -> None:
        self.fault = ""
        self._config = config
        self._drawings: Drawings | None = None
        self._random = np.random.default_rng(seed)
        self._number = 0
        self._turn: Turn | None = None
        self._coming: Turn | None = None
        self._maker: Thread | None = None
        self._began_at: float | None = None
        self._bundle = ""
        self.load(bundle).join(_FIRST_READ_S)

    @property
    def empty(self) -> Gray:
        """The picture (S, S) uint8 that a turn begins on."""
        return _empty()

    def configure(self, config: VisitConfig) -> None:
        """Take new settings; they hold from the next turn on."""
        self._config, self._coming = config, None

    def load(self, bundle: str) -> Thread:
        """Begin to read a bundle's drawings; the loop goes on with the old ones until then.

        Returns:
            the thread that reads.
        """
        self._bundle = bundle
        reader = Thread(target=self._read, args=(bundle,), name="attract")
        reader.start()
        return reader

    def begin(self) -> None:
        """Begin anew with an empty picture, whenever the loop is shown next."""
        self._began_at = None
        self._prepare()

    def rehearse(self) -> None:
        """Make turns that nobody sees, once what the start has left behind was given back.

        What they take is held from then on, and not from when pictures first stop. They are as many
        as there are at once: one that is shown, and one that comes.
        """
        Thread(target=self._rehearse, name="attract-rehearsal").start()

    def step(self, now: float) -> Step:
        """Return what to fade to at `now` in monotonic seconds."""
        if self._began_at is None or now - self._began_at > TURN_S + _CLEAR_S:
            return self._clear(now)
        at_s = now - self._began_at
        if at_s > TURN_S or self._turn is None:
            self._began_at = None
            return Step(_empty(), _CLEAR_S)
        rests = self._turn.rests(at_s)
        self._prepare()
        return Step(self._turn.picture(at_s), _REST_S if rests else STEP_S)

    def _clear(self, now: float) -> Step:
        """Go on to the turn that was prepared, or wait for it on empty paper."""
        self._turn, self._coming = self._coming, None
        if self._turn is None:
            self._prepare()
        else:
            self._began_at = now
        return Step(_empty(), STEP_S)

    def _prepare(self) -> None:
        if self._coming is None and (self._maker is None or not self._maker.is_alive()):
            # No daemon: Python ends such a thread within OpenCV, which aborts the process.
            self._maker = Thread(target=self._make, name="attract-turn")
            self._maker.start()

    def _make(self) -> None:
        take_niceness()
        config, self._number = self._config, self._number + 1
        drawings = self._drawings if self._drawings is not None else curves()
        made = make_turn(drawings, config, self._number, self._random)
        # What was asked for meanwhile is made next.
        if config is self._config and self._drawings in (None, drawings):
            self._coming = made

    def _rehearse(self) -> None:
        take_niceness()
        drawings = self._drawings if self._drawings is not None else curves()
        random = np.random.default_rng(0)
        _ = [make_turn(drawings, self._config, number, random) for number in range(2)]

    def _read(self, bundle: str) -> None:
        take_niceness()
        drawings: Drawings | None = None
        faults = []
        for read in self._sources(bundle):
            try:
                drawings = read()
                break
            except BundleError as error:
                faults.append(str(error))
                log.warning("attract loop: %s", error)
        if bundle != self._bundle:
            return  # another one was asked for while this one was read
        self.fault = "; ".join(faults)
        if drawings is not None:
            self._drawings, self._coming = drawings, None
        # Pictures may stop at any moment, and all that a turn takes is then there already.
        self._prepare()

    def _sources(self, bundle: str) -> list[Callable[[], Drawings]]:
        """Ways to drawings, the best first: those made for the loop, then the bundle's."""
        own = self._config.drawings
        made = [partial(read_loop, Path(own))] if own else []
        return [*made, partial(read_drawings, bundle)]


def _empty() -> Gray:
    return np.full((SIDE_PX, SIDE_PX), 255, np.uint8)
