"""Only whoever stands at the table may claim it, and only whoever knows the password comes in.

Spans accounts, sessions, delays and the routes that ask them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from exhibit.contract import plain_files
from exhibit.contract.errors import InputError
from exhibit.contract.second_copy import copy_of
from exhibit.operator.access.accounts import Accounts
from exhibit.operator.access.delays import LoginDelays
from exhibit.operator.access.roles import Role
from exhibit.operator.access.sessions import COOKIE, IDLE_S, LONGEST_S
from exhibit.operator.desk import Desk
from tests.exhibit.operator.conftest import PASSWORD, DeskMaker
from tests.fakes.clock import FakeClock

Browser = Callable[[], TestClient]
SHOWN = "kmnpq-rstuv-wxyz2-34567"
OTHER = "another sentence to draw by"


def _claim(client: TestClient, shown: str = SHOWN, chosen: str = PASSWORD) -> int:
    given = {"password": shown, "new_password": chosen}
    return client.post("/api/v1/claim", json=given).status_code


def _login(client: TestClient, password: str = PASSWORD) -> int:
    return client.post("/api/v1/login", json={"password": password}).status_code


def test_claim_with_the_shown_password_lets_in_and_works_once(desk: Desk, browser: Browser) -> None:
    desk.shown_password = SHOWN
    first, second = browser(), browser()
    assert _claim(first) == 200
    assert first.get("/api/v1/session").json() == {
        "who": "admin",
        "role": "admin",
        "claimed": True,
    }
    assert _claim(second, chosen=OTHER) == 409
    assert _login(second) == 200


@pytest.mark.parametrize("shown", ["wrong", SHOWN.upper()])
def test_claim_with_another_password_is_refused(desk: Desk, browser: Browser, shown: str) -> None:
    desk.shown_password = SHOWN
    assert _claim(browser(), shown=shown) == 401
    assert not desk.accounts.claimed


def test_claim_before_a_password_is_shown_is_refused(browser: Browser) -> None:
    assert _claim(browser(), shown="x") == 401


@pytest.mark.parametrize("chosen", ["too short", "a" * 20, "x" * 257])
def test_claim_with_a_weak_password_is_refused(desk: Desk, browser: Browser, chosen: str) -> None:
    desk.shown_password = SHOWN
    assert _claim(browser(), chosen=chosen) == 422
    assert not desk.accounts.claimed


def test_login_before_the_claim_is_refused(desk: Desk, browser: Browser) -> None:
    desk.shown_password = SHOWN
    assert _login(browser(), SHOWN) == 409


def test_login_cookie_is_kept_from_scripts_and_other_sites(admin: TestClient) -> None:
    answer = admin.post("/api/v1/login", json={"password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE.lower()}=")
    for part in ("httponly", "secure", "samesite=strict", "path=/"):
        assert part in cookie
    assert "domain" not in cookie


def test_login_password_is_kept_as_argon2id_alone(desk: Desk, admin: TestClient) -> None:
    text = (desk.state_dir / "operator" / "access.json").read_text()
    assert "$argon2id$" in text
    assert PASSWORD not in text
    assert (desk.state_dir / "operator" / "access.json").stat().st_mode & 0o077 == 0


def test_login_with_a_token_gives_its_role(desk: Desk, browser: Browser) -> None:
    desk.accounts.set_password(PASSWORD)
    client = browser()
    assert _login(client, desk.accounts.add_token("phone", Role.VIEWER)) == 200
    assert client.get("/api/v1/session").json()["role"] == "viewer"
    desk.accounts.revoke_token("phone")
    assert client.get("/api/v1/state").status_code == 401


@pytest.mark.parametrize("idle_s", [IDLE_S + 1, LONGEST_S + 1])
def test_session_left_alone_is_over(admin: TestClient, clock: FakeClock, idle_s: float) -> None:
    assert admin.get("/api/v1/state").status_code == 200
    clock.advance(idle_s)
    assert admin.get("/api/v1/state").status_code == 401


def test_session_in_use_is_over_after_twelve_hours(admin: TestClient, clock: FakeClock) -> None:
    for _ in range(int(LONGEST_S / (IDLE_S / 2)) - 1):
        clock.advance(IDLE_S / 2)
        assert admin.get("/api/v1/state").status_code == 200
    clock.advance(IDLE_S)
    assert admin.get("/api/v1/state").status_code == 401


def test_session_outlives_the_page_but_its_name_is_not_kept(
    admin: TestClient, desk: Desk, make_desk: DeskMaker
) -> None:
    name = admin.cookies[COOKIE]
    assert make_desk().sessions.find(name) is not None
    assert name not in (desk.run_dir / "operator.sessions.json").read_text()


def test_logout_ends_the_session_on_the_server(admin: TestClient, browser: Browser) -> None:
    name = admin.cookies[COOKIE]
    assert admin.post("/api/v1/logout").status_code == 204
    thief = browser()
    thief.cookies.set(COOKIE, name)
    assert thief.get("/api/v1/state").status_code == 401


def test_password_changed_ends_every_login(admin: TestClient, desk: Desk) -> None:
    given = {"password": PASSWORD, "new_password": OTHER}
    assert admin.post("/api/v1/password", json=given).status_code == 204
    assert admin.get("/api/v1/state").status_code == 401
    assert _login(admin, OTHER) == 200


def test_password_set_on_the_machine_ends_every_login(admin: TestClient, desk: Desk) -> None:
    from exhibit.operator.access.accounts import Accounts

    Accounts(desk.state_dir).set_password(OTHER)
    assert admin.get("/api/v1/state").status_code == 401


def test_login_repeated_failures_must_wait_and_are_recorded(desk: Desk, browser: Browser) -> None:
    desk.accounts.set_password(PASSWORD)
    client = browser()
    assert [_login(client, "wrong") for _ in range(3)] == [401, 401, 401]
    answer = client.post("/api/v1/login", json={"password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert [r["what"] for r in desk.audit.newest(9)].count("login refused") == 3


def test_delays_double_are_bounded_and_outlive_a_restart(desk: Desk) -> None:
    clock, file = FakeClock(), desk.state_dir / "failures.json"
    delays = LoginDelays(file, clock)
    waits = []
    for _ in range(16):
        delays.failed("192.0.2.7")
        waits.append(delays.wait_s("192.0.2.7"))
    assert waits[:7] == [0, 0, 1, 2, 4, 8, 16]
    assert max(waits) == 900
    again = LoginDelays(file, clock)
    assert again.wait_s("192.0.2.7") == 900
    assert again.wait_s("192.0.2.8") == 0
    clock.advance(901)
    assert again.wait_s("192.0.2.7") == 0


@pytest.mark.parametrize("jump_s", [-365 * 86400, 365 * 86400])
def test_delays_clock_jump_locks_nobody_out(desk: Desk, jump_s: float) -> None:
    clock = FakeClock()
    delays = LoginDelays(desk.state_dir / "failures.json", clock)
    for _ in range(5):
        delays.failed("192.0.2.7")
    clock.advance(jump_s)
    assert delays.wait_s("192.0.2.7") <= 4


def test_delays_ipv6_addresses_of_one_network_count_together(desk: Desk) -> None:
    delays = LoginDelays(desk.state_dir / "failures.json", FakeClock())
    for last in range(4):
        delays.failed(f"2001:db8::{last}")
    assert delays.wait_s("2001:db8::ffff") > 0
    assert delays.wait_s("2001:db8:0:1::1") == 0


def test_accounts_damaged_file_falls_back_to_its_copy_with_a_word(desk: Desk) -> None:
    desk.accounts.set_password(PASSWORD)
    kept = desk.accounts.add_token("desk lamp", Role.OPERATOR)
    gone = desk.accounts.add_token("old lamp", Role.OPERATOR)
    desk.accounts.revoke_token("old lamp")
    file = desk.state_dir / "operator" / "access.json"
    whole = file.read_text()
    file.write_text(whole[:40])
    for accounts in (desk.accounts, Accounts(desk.state_dir)):
        assert accounts.password_matches(PASSWORD)
        assert accounts.token_of(kept) is not None
        assert accounts.token_of(gone) is None, "what was taken back does not come again"
    assert "its copy holds" in desk.accounts.fault
    assert file.read_text() == whole
    assert list(file.parent.glob("access.refused-*.json"))


def test_accounts_file_that_was_deleted_lets_the_table_be_claimed_anew(desk: Desk) -> None:
    desk.accounts.set_password(PASSWORD)
    (desk.state_dir / "operator" / "access.json").unlink()
    assert not Accounts(desk.state_dir).claimed


def test_accounts_damaged_file_and_copy_let_nobody_in(desk: Desk, browser: Browser) -> None:
    desk.accounts.set_password(PASSWORD)
    file = desk.state_dir / "operator" / "access.json"
    copy_of(file).write_text("{")
    file.write_text(file.read_text()[:40])
    client = browser()
    assert _login(client) == 409
    assert client.get("/api/v1/state").status_code == 401
    assert list(file.parent.glob("access.refused-*.json"))


def test_accounts_unreadable_file_changes_nobody_and_is_told(
    desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sudo exhibit operator passwd` gave the file to root: the table was open to be claimed."""
    desk.accounts.set_password(PASSWORD)
    token = desk.accounts.add_token("desk lamp", Role.OPERATOR)
    file = desk.state_dir / "operator" / "access.json"

    def denied(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(plain_files, "open_plain", denied)
        file.touch()
        assert desk.accounts.claimed
        assert desk.accounts.token_of(token) is not None
        assert "Permission denied" in desk.accounts.fault
        stranger = Accounts(desk.state_dir)
        assert stranger.claimed
        assert not stranger.password_matches("-")
        with pytest.raises(OSError, match="cannot be read"):
            stranger.set_password(PASSWORD)
    assert list(file.parent.glob("access.refused-*")) == []
    assert stranger.password_matches(PASSWORD)
    assert desk.accounts.claimed
    assert desk.accounts.fault == ""


@pytest.mark.parametrize("name", ["", " ", "../x", "<b>", "a\nb", "x" * 41, "\ud800", "-x"])
def test_accounts_token_with_a_name_that_cannot_be_shown_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(InputError, match="cannot be named"):
        desk.accounts.add_token(name, Role.VIEWER)


def test_one_secret_opens_two_tables(desk: Desk, tmp_path: Path) -> None:
    secret = desk.accounts.add_token("fleet", Role.VIEWER)
    other = Accounts(tmp_path / "other")
    assert other.add_token("all tables", Role.VIEWER, secret) == secret
    found = other.token_of(secret)
    assert found is not None
    assert found.name == "all tables"
    with pytest.raises(InputError, match="known here already"):
        other.add_token("again", Role.ADMIN, secret)


@pytest.mark.parametrize(
    "secret", ["tt_", "hunter2", "tt_0011aabb_short", "tt_0011AABB_" + 43 * "x"]
)
def test_what_is_no_secret_of_a_token_is_refused_without_being_told(
    desk: Desk, secret: str
) -> None:
    with pytest.raises(InputError, match="no token's secret") as refused:
        desk.accounts.add_token("fleet", Role.VIEWER, secret)
    assert secret not in str(refused.value) or secret == "tt_"
