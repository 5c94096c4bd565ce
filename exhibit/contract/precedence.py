"""Taking precedence over the processes that work all the time."""

from __future__ import annotations

import os
import resource
from typing import Literal

_LOWEST_REALTIME = 1
_NICENESS = -10
_LONGEST_BURST_US = 2_000_000


def take_precedence(reach: Literal["thread", "threads"] = "thread") -> str:
    """Ask the kernel to wake this thread in time, as far as the user may.

    The stage works a millisecond in every frame, but among busy processes an ordinary thread is
    woken several milliseconds late. Real-time scheduling needs `LimitRTPRIO=1` in a systemd unit,
    or root.

    Args:
        reach: `thread` for this one alone; `threads` for those too that it starts from now on, such
            as those in which a sound server's client works. Processes that it starts have it then.

    Returns:
        what was granted, for the status: `real-time`, `nice -10` or `ordinary`.
    """
    try:
        policy = os.SCHED_RR | (os.SCHED_RESET_ON_FORK if reach == "thread" else 0)
        os.sched_setscheduler(0, policy, os.sched_param(_LOWEST_REALTIME))
    except PermissionError:
        return take_niceness()
    # A loop gone wild would starve the machine: the kernel ends it, and it is started again.
    hard = resource.getrlimit(resource.RLIMIT_RTTIME)[1]
    resource.setrlimit(resource.RLIMIT_RTTIME, (_LONGEST_BURST_US, hard))
    return "real-time"


def take_niceness() -> str:
    """Ask for a lower niceness for this thread; returns what was granted.

    For a thread beside one of precedence: whoever holds the interpreter must run to let it go.
    """
    try:
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
    except PermissionError:
        return "ordinary"
    return f"nice {_NICENESS}"
