"""What a fault is, and what a table is that some faults are tried on."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.faults.table import ServedTable

KILL, STOP, GO_ON, END = signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT, signal.SIGTERM
GROW = signal.SIGUSR1
"""What `inside/sitecustomize.py` makes of it."""
STARTED_S = 2.0 + 5.0
"""How long the stage may show nothing where the whole table ends: the service manager waits two
seconds, and a table that is started shows within five."""

Act = Callable[[ServedTable], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        what: its name.
        strike: does it.
        named: words that the page must say; empty where visitors and operator need not notice.
        gap_s: how long the stage may show nothing.
        mend: puts right what no table could (a full disk, an unplugged camera).
        mend_after_s: when.
        mend_told: and not before the page has told of it, which takes a start on a busy machine.
        goes: what the page said must be gone before all is well again; some of what is over is told
            on for a quarter of an hour.
        holds: what else must be so before all is well.
        well_s: how long it may take until then.
    """

    what: str
    strike: Act
    named: str = ""
    gap_s: float = 2.0
    mend: Act | None = None
    mend_after_s: float = 8.0
    mend_told: bool = False
    goes: bool = False
    holds: Callable[[ServedTable], bool] | None = None
    well_s: float = 30.0


@contextlib.contextmanager
def _nothing(_home: Path) -> Iterator[None]:
    yield


@dataclass(frozen=True, slots=True)
class Setup:
    """A table that some faults are tried on, one after the other.

    Attributes:
        what: in a word.
        faults: in the order in which they are tried.
        config: sections of its config.yaml beside what every table here has.
        environment: of its processes, beside what every table here has.
        around: what must be there while it runs, such as a display; it gets the home folder.
        lacks: what this machine has not got that it needs, empty where nothing is missing.
        screen: of an X server that its window is on; without one it shows on a web address.
    """

    what: str
    faults: tuple[Fault, ...]
    config: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    around: Callable[[Path], AbstractContextManager[None]] = _nothing
    lacks: str = ""
    screen: str = ""


def sends(name: str, number: signal.Signals) -> Act:
    """Return what sends a signal to a process of the table."""
    return lambda table: table.signal(name, number)


def orders(name: str, text: str) -> Act:
    """Return what gives an order to what is made up; empty takes it back."""
    return lambda table: table.order(name, text)


def both(*acts: Act) -> Act:
    """Return what does several things, in order."""

    def act(table: ServedTable) -> None:
        for each in acts:
            each(table)

    return act
