"""Which printed tokens lie on the table: told by the engine, the newest wins, nobody waits."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from exhibit.contract.slot_reader import SlotReader
from exhibit.contract.slot_writer import SlotWriter

_NAME = "tokens.slot"
_MOST = 12
_ROW = struct.Struct("6d")  # 1 where a token lies, and its fields


@dataclass(frozen=True, slots=True)
class LaidToken:
    """A token that lies on the table.

    Args:
        number: of its marker.
        angle_deg: how far it is turned clockwise from upright, −180..180, as the visitor sees it.
        x, y: where its marker's middle is, in the unit square of ink and picture where the camera
            is calibrated, else in widths of the frame; x to the visitor's right.
        laid_at: monotonic seconds since when it lies there.
    """

    number: int
    angle_deg: float
    x: float
    y: float
    laid_at: float


class LaidTokenWriter:
    """Publishes which tokens lie.

    Args:
        run_dir: folder shared with the other processes.
        clock: monotonic seconds.
    """

    def __init__(self, run_dir: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._slot = SlotWriter(run_dir / _NAME, clock)

    def publish(self, sequence: int, captured_at: float, laid: Sequence[LaidToken]) -> None:
        """Replace what was told; `sequence` and `captured_at` are of the frame that showed it."""
        rows = [_ROW.pack(1.0, *astuple(token)) for token in laid[:_MOST]]
        data = b"".join(rows).ljust(_MOST * _ROW.size, b"\0")
        self._slot.write(sequence, captured_at, (_MOST, _ROW.size), data)


class LaidTokenReader:
    """Reads which tokens lie.

    Attributes:
        newest: in the order in which they were laid down; empty before the first.

    Args:
        run_dir: folder shared with the other processes.
    """

    def __init__(self, run_dir: Path) -> None:
        self._slot = SlotReader(run_dir / _NAME)
        self.newest: tuple[LaidToken, ...] = ()

    def look(self) -> tuple[LaidToken, ...]:
        """Take the newest where there is one, and return it; never waits."""
        found = self._slot.read()
        if found is not None and len(found.data) == _MOST * _ROW.size:
            rows = _ROW.iter_unpack(found.data)
            laid = (LaidToken(int(number), *rest) for lies, number, *rest in rows if lies)
            self.newest = tuple(sorted(laid, key=lambda token: token.laid_at))
        return self.newest
