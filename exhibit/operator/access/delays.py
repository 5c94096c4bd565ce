"""Exponential delay on failed logins, kept across restarts."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import time
from collections.abc import Callable
from pathlib import Path

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_text

_FREE_FAILURES = 2
_LONGEST_S = 900.0
_FORGOTTEN_AFTER_S = 24 * 3600.0
_MOST_ADDRESSES = 1000


class LoginDelays:
    """How long an address must wait before its next attempt.

    A reboot ends monotonic time, so wall time is kept; a clock that jumps is no way in (a wait can
    end early once) and no way to be locked out (no wait is longer than the longest).

    Args:
        file: in the state folder.
        clock: wall seconds.
    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._file, self._clock = file, clock
        self._failures: dict[str, tuple[int, float]] = {}
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            found = json.loads(plain_text(file))
            self._failures = {a: (int(n), float(at)) for a, (n, at) in found.items()}

    def wait_s(self, address: str) -> float:
        """Return the seconds until this address may try again, 0 for now."""
        count, failed_at = self._failures.get(_network(address), (0, 0.0))
        if count <= _FREE_FAILURES:
            return 0.0
        delay_s = min(2.0 ** (count - _FREE_FAILURES - 1), _LONGEST_S)
        passed_s = self._clock() - failed_at
        return 0.0 if passed_s >= delay_s else min(delay_s - passed_s, delay_s)

    def failed(self, address: str) -> None:
        """Count a failed attempt."""
        now, network = self._clock(), _network(address)
        self._failures = {
            known: (count, at)
            for known, (count, at) in self._failures.items()
            if now - at < _FORGOTTEN_AFTER_S
        }
        if network not in self._failures and len(self._failures) >= _MOST_ADDRESSES:
            del self._failures[min(self._failures, key=lambda known: self._failures[known][1])]
        count = self._failures.get(network, (0, 0.0))[0]
        self._failures[network] = (count + 1, now)
        self._save()

    def succeeded(self, address: str) -> None:
        """Forget the failures of an address."""
        if self._failures.pop(_network(address), None) is not None:
            self._save()

    def _save(self) -> None:
        # On a full or read-only disk the delay holds until the process ends.
        with contextlib.suppress(OSError):
            write_whole(self._file, json.dumps(self._failures), PRIVATE)


def _network(address: str) -> str:
    """Return what an attacker cannot change at will: an IPv4 address, an IPv6 /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)
