from __future__ import annotations

import asyncio
from typing import Any

import pytest

from exhibit.operator.access.sign_on import SIGNED_ON, SignOn

Said = list[tuple[bytes, bytes]]
ADA: Said = [(b"x-tracing-table-user", b"ada"), (b"x-tracing-table-role", b"operator")]


def _passed_on(headers: Said, peer: str = "192.0.2.5", *proxies: str) -> dict[str, Any]:
    passed: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope)

    scope = {"type": "http", "headers": headers, "client": (peer, 4711)}
    asyncio.run(SignOn(app, proxies or ("192.0.2.0/28",))(scope, None, None))  # type: ignore[arg-type]
    return passed[0]


@pytest.mark.parametrize("peer", ["192.0.2.5", "::ffff:192.0.2.5"])
def test_a_named_proxy_is_believed(peer: str) -> None:
    assert _passed_on(ADA, peer)[SIGNED_ON] == ("ada", "operator")


@pytest.mark.parametrize("peer", ["192.0.2.99", "203.0.113.5", "", "2001:db8::1"])
def test_nobody_else_is_believed_and_nobody_further_in_sees_it(peer: str) -> None:
    passed = _passed_on([*ADA, (b"host", b"table")], peer)
    assert SIGNED_ON not in passed
    assert passed["headers"] == [(b"host", b"table")]


@pytest.mark.parametrize(
    "said",
    [
        ADA[:1],
        ADA[1:],
        [*ADA, (b"x-tracing-table-role", b"admin")],
        [(b"x-tracing-table-user", b"mallory"), *ADA],
        [ADA[0], (b"x-tracing-table-role", b"anyone")],
        [ADA[0], (b"x-tracing-table-role", b"ADMIN")],
        [(b"x-tracing-table-user", b""), ADA[1]],
        [(b"x-tracing-table-user", b"<b>"), ADA[1]],
        [(b"x-tracing-table-user", b"a" * 65), ADA[1]],
    ],
)
def test_what_is_not_said_exactly_once_is_not_said(said: Said) -> None:
    assert SIGNED_ON not in _passed_on(said)
