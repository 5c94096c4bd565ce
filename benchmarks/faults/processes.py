"""Processes that end, stop, grow, or crash again and again."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator

from benchmarks.faults.fault import GO_ON, GROW, KILL, STARTED_S, STOP, Fault, sends
from benchmarks.faults.table import ServedTable
from exhibit.contract.settings.safe_mode import safe_mode_reason

_NAMED = {"web": "browser", "takehome": "prints"}
_STAGE_S = 3.0
_LOOPS_FOR_S = 60.0


def process_faults() -> Iterator[Fault]:
    """Yield what can happen to each process, and to the one that watches them."""
    for name in ("engine", "stage", "sound", "takehome", "web", "operator"):
        gap_s, named = _STAGE_S if name == "stage" else 2.0, _NAMED.get(name, name)
        yield Fault(f"{name} killed", sends(name, KILL), named, gap_s)
    for name in ("engine", "stage", "operator"):
        gap_s = _STAGE_S if name == "stage" else 2.0
        yield Fault(f"{name} stopped", sends(name, STOP), name, gap_s)
    for name in ("engine", "sound"):
        yield Fault(f"{name} takes ever more memory", sends(name, GROW), "MB of memory")
    yield Fault(
        "supervisor stopped 8 s",
        sends("supervisor", STOP),
        "supervisor",
        mend=sends("supervisor", GO_ON),
    )
    yield Fault("supervisor killed", sends("supervisor", KILL), "was killed", STARTED_S)
    yield Fault("stage and supervisor killed", _both_killed, "was killed", STARTED_S)
    yield Fault(
        "engine crashes in a loop, safe mode left",
        _crashes_in_a_loop,
        "safe mode: engine ended",
        mend=_safe_mode_left,
        mend_after_s=25.0,
        goes=True,
    )


def _both_killed(table: ServedTable) -> None:
    stage = table.process("stage")
    table.signal("supervisor", KILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(stage, KILL)


def _crashes_in_a_loop(table: ServedTable) -> None:
    """End every life of the engine as soon as it is there, until the table acts on it."""

    def kill_on() -> None:
        until = time.monotonic() + _LOOPS_FOR_S
        while time.monotonic() < until and safe_mode_reason(table.home / "state") is None:
            with contextlib.suppress(KeyError, OSError):
                table.signal("engine", KILL)
            time.sleep(0.2)

    threading.Thread(target=kill_on, daemon=True).start()


def _safe_mode_left(table: ServedTable) -> None:
    status = table.ask("safe-mode", {"on": False})
    if status != 200:
        raise RuntimeError(f"safe mode could not be left: the page answered {status}")
