"""Whether processes live, and children that end with their parent and leave nothing on the disk."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> Callable[[], None] | None:
    """Return the `preexec_fn` of such a child, or None where the system has no such thing.

    Source: Linux, prctl(2), PR_SET_PDEATHSIG. It is of the thread that starts the child, which must
    live as long as the child may.
    """
    if sys.platform != "linux":
        return None
    import resource

    parent = os.getpid()
    # Loaded before the fork: between fork and exec only the call itself is safe.
    libc = ctypes.CDLL(None, use_errno=True)

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # A core dump would hold frames of the camera, and fill the disk.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def lives(pid: int) -> bool:
    """Return whether there is a process of this number; True where that cannot be known."""
    if os.name != "posix":  # where asking would be a signal
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
