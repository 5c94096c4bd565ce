"""How long a run lasts, and what ends it before."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import torch
from lightning_fabric import Fabric

from models.training.parts.collective import sum_of_all

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """How long to train and how often to report."""

    pictures: int
    tick_s: float = 120.0
    checkpoint_s: float = 300.0
    minutes: float | None = None


class StopAskedError(Exception):
    """SIGTERM or SIGINT came while the run did what it can do without."""


class StopRequest:
    """Whether SIGTERM or SIGINT has come."""

    def __init__(self) -> None:
        self.asked = False
        self._interrupts = False

    def unless_asked(self, show: Callable[[], None]) -> None:
        """Do what a run can do without, and break it off as soon as the signal comes.

        Args:
            show: leaves no state half changed: measures, and sheets.
        """
        if self.asked:
            return
        self._interrupts = True
        try:
            show()
        except StopAskedError:
            log.info("asked to stop: what was being measured is left out")
        finally:
            self._interrupts = False

    def signalled(self, _signal: int, _frame: FrameType | None) -> None:
        """What the signal's handler does."""
        self.asked = True
        if self._interrupts:
            raise StopAskedError


@contextmanager
def stop_requested() -> Iterator[StopRequest]:
    """Note SIGTERM or SIGINT, so that the loop can end with a checkpoint."""
    stop = StopRequest()
    previous = {s: signal.signal(s, stop.signalled) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def agree(fabric: Fabric, wishes: Sequence[bool]) -> list[bool]:
    """What any process wishes, all do: clocks and signals differ between processes."""
    flags = torch.tensor([float(wish) for wish in wishes], device=fabric.device)
    return [bool(flag > 0) for flag in sum_of_all(fabric, flags)]
