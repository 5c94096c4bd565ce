"""Events to whoever listens: made once, sent to all, and never waited for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

MOST_LISTENERS = 256
_WAITING = 32


class Listener:
    """One listener; `gone` once it was too slow."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes] = asyncio.Queue(_WAITING)
        self.gone = False

    async def events(self, keep_alive_s: float) -> AsyncIterator[bytes]:
        """Yield events as they come, and a comment where none came for a while."""
        while not self.gone:
            try:
                async with asyncio.timeout(keep_alive_s):
                    message = await self.queue.get()
            except TimeoutError:
                message = b": still here\n\n"
            yield message


class Hub:
    """All listeners of this process. A listener whose queue is full is dropped."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self.dropped = 0

    @property
    def count(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def join(self) -> Listener | None:
        """Begin to listen; None where too many do already."""
        if len(self._listeners) >= MOST_LISTENERS:
            return None
        listener = Listener()
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Stop listening."""
        self._listeners.discard(listener)

    def send(self, event: str, data: Any) -> None:
        """Send an event to all; costs nothing where nobody listens."""
        if not self._listeners:
            return
        message = f"event: {event}\ndata: {json.dumps(data, default=str)}\n\n".encode()
        for listener in list(self._listeners):
            try:
                listener.queue.put_nowait(message)
            except asyncio.QueueFull:
                listener.gone = True
                self.dropped += 1
                self._listeners.discard(listener)
