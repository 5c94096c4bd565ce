"""Who has logged in at a proxy in front of the page, believed from named proxies alone.

Pure ASGI and outermost, since here the address of the connection itself is still known: further in
it has become what the proxy says of whoever is behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from exhibit.contract.settings.addresses import is_among, networks_of
from exhibit.operator.access.roles import GIVEN

USER, ROLE = b"x-tracing-table-user", b"x-tracing-table-role"
SIGNED_ON = "tracing_table.signed_on"
"""Key of the scope: a pair of name and role, where a named proxy says so."""
_NAME = re.compile(r"[\w][\w .@-]{0,63}")


class SignOn:
    """Takes what proxies say of who asks out of the headers, and notes it where it is believed.

    Args:
        app: what is behind it; it never sees those headers.
        proxies: addresses and networks; empty where no proxy is believed.
    """

    def __init__(self, app: ASGIApp, proxies: Iterable[str]) -> None:
        self._app = app
        self._proxies = [network for text in proxies for network in networks_of(text)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on without the headers."""
        said = [(name, value) for name, value in scope.get("headers", ()) if name in (USER, ROLE)]
        if said:
            kept = [pair for pair in scope["headers"] if pair[0] not in (USER, ROLE)]
            scope = {**scope, "headers": kept}
            peer = (scope.get("client") or ("", 0))[0]
            signed_on = _read(said)
            if signed_on is not None and is_among(peer, self._proxies):
                scope[SIGNED_ON] = signed_on
        await self._app(scope, receive, send)


def _read(said: list[tuple[bytes, bytes]]) -> tuple[str, str] | None:
    """Return name and role; None where they are not said exactly once, or are none.

    Twice is said where a proxy adds to what a visitor sent instead of replacing it.
    """
    if sorted(name for name, _ in said) != sorted((USER, ROLE)):
        return None
    words = {name: value.decode("latin-1") for name, value in said}
    if _NAME.fullmatch(words[USER]) is None or words[ROLE] not in GIVEN:
        return None
    return words[USER], words[ROLE]
