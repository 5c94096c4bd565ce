"""Where pages are made and brought to their places: whatever takes time, and may hang."""

from __future__ import annotations

import os
import queue
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from exhibit.contract.records import Origin
from exhibit.contract.settings.taking_home import TakehomeConfig
from exhibit.contract.taking_home import SPOOL
from exhibit.takehome.folder import Folder
from exhibit.takehome.outbox import DeliveryError, Outbox, Parcel
from exhibit.takehome.printer import Printer

if TYPE_CHECKING:
    from exhibit.contract.values import Gray

_POLITENESS = 15
_LOOK_EVERY_S = 0.25
_JUMP_S = 5.0
_CHECK_EVERY_S = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A drawing that somebody takes home, as it was when it was asked for.

    Args:
        ink: (S, S) uint8, the lines that were found.
        picture: (R, R) or (R, R, 3) uint8, the answer.
        origin: which drawing of the memory it comes from.
        answered: name of the bundle that answered.
        bundles: those that it may be, by name or folder.
        language: of the credit.
        config: how it is taken home.
    """

    ink: Gray
    picture: Gray
    origin: Origin
    answered: str
    bundles: tuple[str, ...]
    language: str
    config: TakehomeConfig


class Backroom:
    """Makes pages, brings them to printer and folder, and clears away what is too old.

    It works in a thread of its own, so that nothing waits for a printer.

    Attributes:
        config: the newest settings.
        alive_at: monotonic seconds when it got on with its work last.

    Args:
        config: settings to begin with; the places are taken from these for good.
        state_dir: the state folder, for what waits.
        clock: monotonic seconds.
        wall: seconds of wall time.
    """

    def __init__(
        self,
        config: TakehomeConfig,
        state_dir: Path,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.config, self._clock, self._wall = config, clock, wall
        self._printer = Printer(config.printer) if config.printer else None
        self._folder = Folder(config.folder) if config.folder else None
        spool = state_dir / SPOOL
        self._to_printer = Outbox(spool / "printer", self._print, clock, wall)
        self._to_folder = Outbox(spool / "folder", self._keep, clock, wall)
        self._asked: queue.SimpleQueue[Asked] = queue.SimpleQueue()
        self._taken = self._made = 0
        self._is_folder_empty = self._folder is None
        self._check_due = float("-inf")
        self._ahead_s = self._ahead()
        self.alive_at = clock()
        self._printer_checked = self._folder_checked = ""

    def take(self, asked: Asked) -> None:
        """Have a page made and brought to its places."""
        self._taken += 1
        self._asked.put(asked)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to make, to bring anywhere, or to remove when it is old."""
        return self._made == self._taken and not self.waiting and self._is_folder_empty

    @property
    def waiting(self) -> int:
        """How many files have not arrived yet."""
        return self._to_printer.waiting + self._to_folder.waiting

    @property
    def arrived(self) -> int:
        """How many files arrived."""
        return self._to_printer.arrived + self._to_folder.arrived

    @property
    def lost(self) -> int:
        """How many files were given up."""
        return self._to_printer.lost + self._to_folder.lost

    @property
    def printer_problem(self) -> str:
        """Why nothing is printed, or empty."""
        return self._to_printer.fault or self._printer_checked

    @property
    def folder_problem(self) -> str:
        """Why nothing is kept, or empty."""
        return self._to_folder.fault or self._folder_checked

    @property
    def disk_problem(self) -> str:
        """Why what waits is not on the disk, or cannot be read from it, or empty."""
        boxes = (self._to_printer, self._to_folder)
        faults = [box.disk_fault or box.unread_fault for box in boxes]
        return next(filter(None, faults), "")

    def open(self) -> threading.Thread:
        """Begin to work, and return the thread that does."""
        thread = threading.Thread(target=self._work_on, name="backroom", daemon=True)
        thread.start()
        return thread

    def work(self) -> None:
        """Do what is due now."""
        self.alive_at = self._clock()
        self._follow_clock()
        while not self._asked.empty():
            self._make_politely(self._asked.get())
            self._made += 1
        keep_s = self.config.keep_h * 3600.0
        for box in (self._to_printer, self._to_folder):
            box.expire(keep_s)
            if self.config.enabled:
                box.deliver_due()
        if self._clock() >= self._check_due:
            self._check_due = self._clock() + _CHECK_EVERY_S
            self._check(keep_s)

    def _work_on(self) -> None:
        while True:
            self.work()
            time.sleep(_LOOK_EVERY_S)

    def _make_politely(self, asked: Asked) -> None:
        """Make a page where all else comes first; raises what making it raises.

        It takes a second or five, and the stage cannot wait. A thread of its own is the only one
        that Linux lets go last: whoever is asked to end must not.
        """
        made: Future[None] = Future()

        def make() -> None:
            os.nice(_POLITENESS)
            try:
                self._make(asked)
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                made.set_exception(error)
            else:
                made.set_result(None)

        threading.Thread(target=make, name="page", daemon=True).start()
        made.result()

    def _make(self, asked: Asked) -> None:
        # Loaded with the first order: OpenCV would be a third of a process that mostly waits.
        import cv2

        from exhibit.contract.printed import picture_pdf, with_density
        from exhibit.takehome.credits import credits_of
        from exhibit.takehome.page import PAPERS_MM, PIXELS_PER_MM, Drawn, compose

        config = asked.config
        credit = credits_of(asked.answered, asked.bundles, asked.origin, asked.language)
        drawn = Drawn(asked.ink, asked.picture, config.text, credit)
        page = compose(drawn, config.paper, config.ink_colour)
        now = self._wall()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
        name = f"drawing-{stamp}-{secrets.token_hex(2)}"
        pdf = Parcel(f"{name}.pdf", picture_pdf(page, PAPERS_MM[config.paper]), now)
        if self._printer is not None:
            self._to_printer.put(pdf)
        if self._folder is not None:
            _, png = cv2.imencode(".png", cv2.cvtColor(page, cv2.COLOR_RGB2BGR))
            self._to_folder.put(pdf)
            dense = with_density(png.tobytes(), PIXELS_PER_MM)
            self._to_folder.put(Parcel(f"{name}.png", dense, now))

    def _follow_clock(self) -> None:
        """Let a wall clock that jumps, forwards or backwards, make nothing older or newer."""
        ahead_s = self._ahead()
        jump_s, self._ahead_s = ahead_s - self._ahead_s, ahead_s
        if abs(jump_s) < _JUMP_S:
            return
        for place in (self._to_printer, self._to_folder, self._folder):
            if place is not None:
                place.date_anew(jump_s)

    def _ahead(self) -> float:
        """Return how far the wall's time is ahead of a clock that nobody sets, in seconds."""
        return self._wall() - self._clock() - _slept_s()

    def _check(self, keep_s: float) -> None:
        """Look after printer and folder, so that a fault is told before somebody meets it."""
        if self._folder is not None:
            self._folder.clean(keep_s, self._wall())
            self._is_folder_empty = self._folder.is_empty()
        if self.config.enabled:
            self._printer_checked = self._printer.problem() if self._printer else ""
            self._folder_checked = self._folder.problem() if self._folder else ""

    def _print(self, parcel: Parcel) -> None:
        if self._printer is None:
            raise DeliveryError("takehome.printer names no printer any more")
        # What waited while the paper was changed is printed on what is there now.
        self._printer.send(parcel, self.config.paper)

    def _keep(self, parcel: Parcel) -> None:
        if self._folder is None:
            raise DeliveryError("takehome.folder names no folder any more")
        self._is_folder_empty = False
        self._folder.keep(parcel)


def _slept_s() -> float:
    """Return how long the machine has slept, which is no jump of the clock, in seconds."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
