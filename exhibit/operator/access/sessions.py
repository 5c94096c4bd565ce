"""Logins: kept on the server, forgotten when idle, known to the browser by a random name alone."""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_text
from exhibit.operator.access.roles import Role
from exhibit.operator.access.secrets import digest

COOKIE = "__Host-tracing-table"
IDLE_S = 30 * 60.0
LONGEST_S = 12 * 3600.0
_MOST = 64
_SAVE_USE_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Session:
    """One login; times are monotonic seconds. `mark` is the password's or token's of that time."""

    who: str
    role: int
    mark: str
    began_at: float
    used_at: float


class Sessions:
    """The logins of this run of the table.

    They are kept in the run folder, in memory, so that they outlive the page's process but never
    the table's; the names themselves are not kept, only their digests.

    Args:
        file: in the run folder.
        clock: monotonic seconds.
    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._file, self._clock = file, clock
        self._sessions: dict[str, Session] = {}
        self._saved_at = clock()
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            found = json.loads(plain_text(file))
            self._sessions = {key: Session(**value) for key, value in found.items()}

    def begin(self, who: str, role: Role, mark: str) -> str:
        """Begin a session and return its name for the cookie."""
        now = self._clock()
        self._forget_old(now)
        if len(self._sessions) >= _MOST:
            oldest = min(self._sessions, key=lambda key: self._sessions[key].used_at)
            del self._sessions[oldest]
        name = secrets.token_urlsafe(32)
        self._sessions[digest(name)] = Session(who, int(role), mark, now, now)
        self._save(now)
        return name

    def find(self, name: str) -> Session | None:
        """Return the session of a name and count this as use, or None where it is over."""
        now, key = self._clock(), digest(name)
        session = self._sessions.get(key)
        if session is None or _is_over(session, now):
            return None
        self._sessions[key] = replace(session, used_at=now)
        if now - self._saved_at > _SAVE_USE_EVERY_S:
            self._save(now)
        return session

    def end(self, name: str) -> None:
        """End a session."""
        self._sessions.pop(digest(name), None)
        self._save(self._clock())

    def end_all(self) -> None:
        """End every session, as after a new password."""
        self._sessions.clear()
        self._save(self._clock())

    def _forget_old(self, now: float) -> None:
        self._sessions = {k: s for k, s in self._sessions.items() if not _is_over(s, now)}

    def _save(self, now: float) -> None:
        self._saved_at = now
        # Where the memory file system is full they last as long as this process.
        with contextlib.suppress(OSError):
            kept = {key: asdict(session) for key, session in self._sessions.items()}
            write_whole(self._file, json.dumps(kept), PRIVATE)


def _is_over(session: Session, now: float) -> bool:
    return now - session.used_at > IDLE_S or now - session.began_at > LONGEST_S
