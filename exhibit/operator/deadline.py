"""HTTP/1.1 with a deadline: who begins a request must end it, or makes room for others."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from exhibit.operator.access.guard import FILES

REQUEST_WITHIN_S = 20.0
"""From the connection, or the first byte after an answer, to the last byte of a request."""
FILE_WITHIN_S = 900.0
"""The same of one that brings a file: half a gigabyte at 5 Mbit/s."""
_ARRIVING = (h11.IDLE, h11.SEND_BODY)


class PunctualProtocol(H11Protocol):
    """uvicorn's protocol, which alone waits for half a request for ever."""

    _deadline: asyncio.TimerHandle | None = None
    _is_given_time = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._start()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        if self._deadline is None:
            self._start()
        super().data_received(data)
        if self.conn.their_state not in _ARRIVING:
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop()
        super().connection_lost(exc)

    def _start(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_WITHIN_S, self._give_up)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
            self._is_given_time = False

    def _give_up(self) -> None:
        self._deadline = None
        brings_file = self.conn.their_state is h11.SEND_BODY and self.scope["path"] in FILES
        # Whoever may not send one has been answered, and is not listened to any longer.
        if brings_file and not self.cycle.response_complete and not self._is_given_time:
            self._is_given_time = True
            left_s = FILE_WITHIN_S - REQUEST_WITHIN_S
            self._deadline = self.loop.call_later(left_s, self._give_up)
            return
        self.transport.abort()
