"""What is no number or no letter must be refused before it is compared, hashed or saved."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from exhibit.operator.desk import Desk
from tests.exhibit.operator.conftest import PASSWORD, Browser, FakeTable

JSON = {"Content-Type": "application/json"}
HALF = b'"\\ud83d"'
ODD = [HALF, b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"\xff", b'"\xed\xa0\xbd"']


@pytest.mark.parametrize("odd", [HALF, b"NaN", b'"\xff"'])
@pytest.mark.parametrize("path", ["login", "claim"])
def test_login_of_half_a_letter_is_refused_before_it_is_looked_at(
    browser: Browser, desk: Desk, odd: bytes, path: str
) -> None:
    body = b'{"password": %s, "new_password": "a long one of many words"}' % odd
    if path == "login":
        desk.accounts.set_password(PASSWORD)
        body = b'{"password": %s}' % odd
    answer = browser().post(f"/api/v1/{path}", content=body, headers=JSON)
    assert answer.status_code == 422


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "settings", b'{"stage": {"brightness": %s}}'),
        ("PUT", "directions/darker", b'{"strength": %s}'),
        ("PUT", "scenes/Evening", b'{"settings": {"stage": {"tint": %s}}}'),
        ("PUT", "scenes/Evening", b'{"settings": {"stage": {"brightness": %s}}}'),
        ("POST", "config/check", b'{"text": %s}'),
        ("POST", "tokens", b'{"name": %s, "role": "viewer"}'),
    ],
)
def test_request_with_what_cannot_be_kept_is_refused(
    table: FakeTable, admin: TestClient, method: str, path: str, body: bytes, odd: bytes
) -> None:
    answer = admin.request(method, f"/api/v1/{path}", content=body % odd, headers=JSON)
    assert answer.status_code in (404, 422)
    if path != "directions/darker":
        assert answer.status_code == 422


def test_request_with_letters_of_every_kind_is_taken(table: FakeTable, admin: TestClient) -> None:
    body = b'{"settings": {"stage": {"brightness": -0.25e-1}}}'
    assert admin.put("/api/v1/scenes/Äbend", content=body, headers=JSON).status_code == 200
    text = b'{"text": "# \\ud83d\\ude00 \xf0\x9f\x98\x80"}'
    assert admin.post("/api/v1/config/check", content=text, headers=JSON).status_code == 200
