"""What a measured table's processes do on order, where no fault can be made from outside.

Python imports it at each start from the path that the measurement sets, and nobody else does. Every
process takes ever more memory once it gets SIGUSR1. Orders lie as files in a folder: what the
made-up camera gives, what the made-up graphics card does, and whether PortAudio is there.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from types import FrameType

_STEP_BYTES, _EVERY_S = 20_000_000, 0.02
_ORDERS = "TRACING_TABLE_FAULTS_ORDERS"


def _grow() -> None:
    taken = []
    while True:
        taken.append(bytearray(b"x" * _STEP_BYTES))
        time.sleep(_EVERY_S)


def _begin(_number: int, _frame: FrameType | None) -> None:
    threading.Thread(target=_grow, daemon=True).start()


def _put_in_place(orders: Path) -> None:
    if "exhibit.camera.reading" in sys.orig_argv:
        import_module("made_up_camera").put_in_place(orders / "camera")
    elif "exhibit.engine" in sys.orig_argv and (orders / "card").exists():
        import_module("made_up_card").put_in_place(orders / "card")
    elif "exhibit.sound" in sys.orig_argv and (orders / "no-portaudio").exists():
        sys.modules["sounddevice"] = None  # type: ignore[assignment]


signal.signal(signal.SIGUSR1, _begin)
if _ORDERS in os.environ:
    _put_in_place(Path(os.environ[_ORDERS]))
