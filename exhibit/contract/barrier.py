"""A memory barrier, for what processes share without a lock."""

from __future__ import annotations

import threading


def barrier() -> None:
    """Keep every read and write before it before every one after it, for all processes to see.

    Processors with weak ordering (Arm) may otherwise show a new version before its pixels. Python
    has no fence, but its locks must be built of them: nothing before a release moves behind it,
    nothing after an acquisition moves before it, and the two keep their order on one lock. The
    lock is new each time, since two threads must not release the same one.

    Source: Arm Architecture Reference Manual, "Barrier-ordered-before" (a store-release is
    ordered before a load-acquire that follows it in program order).
    """
    lock = threading.Lock()
    lock.acquire()
    lock.release()
    lock.acquire()
