"""The guard in front of every request: who is addressed, where it comes from, how much, how often.

Pure ASGI, so that streams pass through it unbuffered and WebSockets meet the same rules.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 256 * 1024
MOST_OF_A_FILE = 512 * 1024**2
"""Of a bundle or a backup, which are written to the disk as they come."""
FILES = frozenset({"/api/v1/bundles/upload", "/api/v1/restore"})
"""Where they are taken; who may send one is asked before any of it is read."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PER_SECOND, _BURST = 100.0, 300.0
_MOST_ADDRESSES = 2000
_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not passed on."""

    status: int
    detail: str


class RateLimit:
    """A bucket of requests for every address, filled at a steady rate."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """Return whether one more request of this address may pass, and count it."""
        now = self._clock()
        left, at = self._buckets.pop(address, (_BURST, now))
        left = min(left + (now - at) * _PER_SECOND, _BURST)
        self._buckets[address] = (max(left - 1, 0.0), now)
        if len(self._buckets) > _MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        return left >= 1


class Guard:
    """Refuses what no browser of ours would send, and says to browsers what pages may do.

    Args:
        app: what is guarded.
        names: host names under which the table is reached; its addresses are always accepted.
        rate: how often an address may ask.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str], rate: RateLimit) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)
        self._rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with the reason why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._judge(scope)
        if refusal is not None:
            await _refuse(refusal, scope, send)
            return
        await self._app(scope, _Bounded(receive, _most(scope)), _with_headers(send, scope))

    def _judge(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_ours(host, scope):
            return Refusal(421, "this host name is not the table's; see operator.names")
        if _is_foreign(headers, scope, host):
            return Refusal(403, "requests from other sites are refused")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > _most(scope):
            return Refusal(413, f"at most {_most(scope)} bytes are taken")
        if not self._rate.allows((scope.get("client") or ("", 0))[0]):
            return Refusal(429, "too many requests; wait a moment")
        return None

    def _is_ours(self, host: str, scope: Scope) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name = parts.hostname
        except ValueError:
            return False
        # A host has a name and perhaps a port; `user@name` and `name/path` are no hosts.
        if not name or parts.username is not None or parts.netloc != host:
            return False
        server = (scope.get("server") or ("", 0))[0]
        return name == server or name.rstrip(".") in self._names


def _most(scope: Scope) -> int:
    return MOST_OF_A_FILE if scope["path"] in FILES else MOST_BYTES


def _is_foreign(headers: Headers, scope: Scope, host: str) -> bool:
    """Return whether another site makes the browser ask.

    `Sec-Fetch-Site` where the browser sends it, else `Origin`. Following a link to a page is no
    attack; everything that changes or streams is.
    """
    harmless = scope["type"] == "http" and scope["method"] in _SAFE
    site = headers.get("sec-fetch-site")
    if site is not None:
        navigation = headers.get("sec-fetch-mode") == "navigate"
        followed = harmless and navigation and not scope["path"].startswith("/api/")
        return site not in ("same-origin", "none") and not followed
    origin = headers.get("origin")
    if origin is None:
        return False
    return origin.lower() != f"https://{host.lower()}"  # the page is served over TLS alone


class _Bounded:
    """Receives a body that names no length, up to the limit."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            return {"type": "http.disconnect"}
        return message


def _with_headers(send: Send, scope: Scope) -> Send:
    private = not scope["path"].startswith("/static/")

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            if private:
                headers["Cache-Control"] = "no-store"
        await send(message)

    return send_with_headers


async def _refuse(refusal: Refusal, scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.detail})
        return
    body = json.dumps({"detail": refusal.detail}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    start: Message = {"type": "http.response.start", "status": refusal.status, "headers": headers}
    if refusal.status == 429:
        headers.append((b"retry-after", b"1"))
    await _with_headers(send, scope)(start)
    await send({"type": "http.response.body", "body": body})
