"""Responses that go on: events and pictures. Whoever reads too slowly is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

SEND_WITHIN_S = 5.0


class LiveResponse(Response):
    """Sends chunks until they end, the reader leaves, or one chunk is not taken in time.

    Args:
        chunks: what to send.
        media_type: of the whole.
        at_end: called once, however it ends.
        headers: further headers.
    """

    def __init__(
        self,
        chunks: AsyncIterator[bytes],
        media_type: str,
        at_end: Callable[[], None],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(media_type=media_type, headers=headers)
        del self.headers["content-length"]
        self._chunks, self._at_end = chunks, at_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until it ends."""
        leaving = asyncio.ensure_future(_until_left(receive))
        sending = asyncio.ensure_future(self._send_all(send))
        ending = asyncio.ensure_future(scope["app"].state.ending.wait())
        tasks = (leaving, sending, ending)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._at_end()

    async def _send_all(self, send: Send) -> None:
        start: Message = {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }
        await send(start)
        async for chunk in self._chunks:
            try:
                async with asyncio.timeout(SEND_WITHIN_S):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except TimeoutError:
                return
        await send({"type": "http.response.body", "body": b""})


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
