"""Whatever is asked of the API, the answer is never a crash.

Spans every route of the API.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from exhibit.contract.bundle import find_bundle
from exhibit.operator.access.accounts import Accounts
from exhibit.operator.access.guard import RateLimit
from exhibit.operator.access.roles import Role
from tests.exhibit.operator.conftest import PASSWORD, FakeTable
from tests.exhibit.operator.pages.running import running_table
from tests.patience import PATIENCE_S, wait_until

_CASES = 2000
_ENOUGH_S = 7200

pytestmark = [pytest.mark.slow, pytest.mark.timeout(_ENOUGH_S)]


def test_api_answers_two_thousand_made_up_requests_without_a_crash(
    app: FastAPI,
    table: FakeTable,
    holder: Callable[[Role], TestClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_up = pytest.importorskip("tests.exhibit.operator.made_up")
    monkeypatch.setattr(RateLimit, "allows", lambda *_: True)
    answers = made_up.ask_made_up_requests(holder(Role.ADMIN), app.openapi())
    assert len(answers) >= _CASES
    assert [answer for answer in answers if answer.is_crash] == []


def test_running_table_survives_two_thousand_made_up_requests(tmp_path: Path) -> None:
    made_up = pytest.importorskip("tests.exhibit.operator.made_up")
    accounts = Accounts(tmp_path / "state")
    accounts.set_password(PASSWORD)
    token = accounts.add_token("stranger", Role.ADMIN)
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with (
        running_table(tmp_path, find_bundle("lear").resolve()) as table,
        httpx2.Client(base_url=table.url, verify=trusting, timeout=PATIENCE_S) as client,
    ):
        client.headers["Authorization"] = f"Bearer {token}"
        described = client.get("/api/v1/openapi.json").json()
        answers = made_up.ask_made_up_requests(client, described)
        assert len(answers) >= _CASES
        assert [answer for answer in answers if answer.is_crash] == []
        wait_until(lambda: client.get("/healthz").status_code == 200, "a page that lives")
        wait_until(lambda: client.get("/readyz").status_code == 200, "a table that shows")
        assert "Traceback" not in table.log.read_text(encoding="utf-8")
