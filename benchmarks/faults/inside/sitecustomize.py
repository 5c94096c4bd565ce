"""Lets every process of a measured table take ever more memory once it gets SIGUSR1.

Python imports it at each start from the path that the measurement sets, and nobody else does.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType

_STEP_BYTES, _EVERY_S = 20_000_000, 0.02


def _grow() -> None:
    taken = []
    while True:
        taken.append(bytearray(b"x" * _STEP_BYTES))
        time.sleep(_EVERY_S)


def _begin(_number: int, _frame: FrameType | None) -> None:
    threading.Thread(target=_grow, daemon=True).start()


signal.signal(signal.SIGUSR1, _begin)
