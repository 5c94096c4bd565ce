"""Other sites, other host names, floods and giants must not reach a route."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from exhibit.operator.access.guard import MOST_BYTES, Guard, RateLimit
from tests.exhibit.operator.conftest import HOST
from tests.fakes.clock import FakeClock

Browser = Callable[[], TestClient]
PATCH = {"ink": {"threshold": 0.4}}


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_guard_request_made_by_another_site_is_refused(admin: TestClient, site: str) -> None:
    headers = {"Sec-Fetch-Site": site, "Origin": f"https://{HOST}"}
    assert admin.patch("/api/v1/settings", json=PATCH, headers=headers).status_code == 403
    assert admin.get("/api/v1/state", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        f"https://{HOST}.evil.example",
        f"http://{HOST}",
        f"https://{HOST}:8080",
        f"https://evil@{HOST}",
        HOST,
        "",
    ],
)
def test_guard_other_origin_without_fetch_metadata_is_refused(
    admin: TestClient, origin: str
) -> None:
    answer = admin.patch("/api/v1/settings", json=PATCH, headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": f"https://{HOST}"}]
)
def test_guard_own_page_and_programs_pass(admin: TestClient, headers: dict[str, str]) -> None:
    assert admin.patch("/api/v1/settings", json=PATCH, headers=headers).status_code == 200


def test_guard_link_from_another_site_opens_a_page_but_no_api(browser: Browser) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    client = browser()
    assert client.get("/healthz", headers=followed).status_code == 200
    assert client.get("/api/v1/session", headers=followed).status_code == 403
    assert client.post("/healthz", headers=followed).status_code == 403


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "",
        f"{HOST}.evil.example",
        "192.0.2.1",
        "[::1",
        f"evil@{HOST}",
        f"@{HOST}",
        f"{HOST}/evil",
        f"{HOST}?evil",
    ],
)
def test_guard_other_host_is_refused(browser: Browser, host: str) -> None:
    assert browser().get("/healthz", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", [f"{HOST}:8443", HOST.upper(), f"{HOST}."])
def test_guard_own_host_passes_with_any_port(browser: Browser, host: str) -> None:
    assert browser().get("/healthz", headers={"Host": host}).status_code == 200


def test_guard_giant_body_is_refused(admin: TestClient) -> None:
    giant = b" " * (MOST_BYTES + 1)
    assert admin.patch("/api/v1/settings", content=giant).status_code == 413
    # Without a length the reading stops at the limit.
    status = _ask_in_chunks(admin, giant)
    assert status in (400, 413, 422)


def _ask_in_chunks(client: TestClient, body: bytes) -> int:
    def chunks() -> Any:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    return client.patch("/api/v1/settings", content=chunks()).status_code


@pytest.mark.parametrize("depth", [300, 900, 20_000])
def test_guard_deeply_nested_body_is_refused(admin: TestClient, depth: int) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    answer = admin.patch(
        "/api/v1/settings", content=deep, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)


def test_guard_every_answer_has_the_headers(browser: Browser) -> None:
    client = browser()
    answers = [
        client.get("/healthz"),
        client.get("/api/v1/state"),
        client.get("/nothing-here"),
        client.get("/healthz", headers={"Host": "evil.example"}),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_rate_limit_burst_is_spent_and_comes_back_per_address() -> None:
    clock = FakeClock()
    limit = RateLimit(clock)
    allowed = [limit.allows("192.0.2.7") for _ in range(800)]
    assert 200 < sum(allowed) < 600
    assert not allowed[-1]
    assert limit.allows("192.0.2.8")
    clock.advance(1)
    assert limit.allows("192.0.2.7")


def test_guard_flood_is_told_to_wait(app: FastAPI, clock: FakeClock) -> None:
    client = TestClient(Guard(app, ["testserver"], RateLimit(clock)))
    answers = [client.get("/healthz") for _ in range(302)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 2
    assert refused[0].headers["retry-after"] == "1"
    clock.advance(0.01)
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "header", [(b"sec-fetch-site", b"cross-site"), (b"origin", b"https://e.x")]
)
def test_guard_websocket_of_another_site_is_closed(header: tuple[bytes, bytes]) -> None:
    async def inside(*_: Any) -> None:
        raise AssertionError("it must not come through")

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/",
        "headers": [(b"host", HOST.encode()), header],
        "client": ("192.0.2.7", 1),
        "server": ("192.0.2.1", 443),
    }
    guard = Guard(inside, [HOST], RateLimit(FakeClock()))
    asyncio.run(guard(scope, lambda: None, send))  # type: ignore[arg-type]
    assert sent == [
        {"type": "websocket.close", "code": 1008, "reason": "requests from other sites are refused"}
    ]
