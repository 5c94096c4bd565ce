"""How long a test waits for what another process or thread does, in one place.

Tests wait for events; how long one takes says nothing on a busy machine. So there is one limit, far
beyond what anything here takes at a load of twenty, and only what is broken ever reaches it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 300.0
"""The longest wait for one event; also the limit of sockets, processes and browsers in tests."""
_POLL_S = 0.02


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Poll until `condition` holds; fails the test, saying `what` it waited for, in the end."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE_S:g} s in vain: {what}")
        time.sleep(_POLL_S)
