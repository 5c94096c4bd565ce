"""Every page opens in every language for every role, needs nothing from elsewhere, and is small.

Spans every page and every language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from exhibit.contract.board import write_status
from exhibit.operator import pages
from exhibit.operator.access.roles import Role
from exhibit.operator.desk import Desk
from exhibit.operator.pages.rendering import PAGES
from exhibit.operator.pages.texts import LANGUAGES
from tests.exhibit.operator.conftest import FakeTable

VIEWS = [
    *PAGES.values(),
    "/config?view=yaml",
    "/config?view=file",
    "/config?view=history",
    "/visits?days=365",
    "/log?view=audit&text=login",
]
MOST_BYTES = 300_000
_STATIC = Path(pages.__file__).parent / "static"

Browser = Callable[[], TestClient]
Holder = Callable[[Role], TestClient]


class _Page(HTMLParser):
    """Collects what the strict content policy forbids, what is fetched, and ids used twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self._template = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.forbidden += [f"{tag} {n}" for n in given if n == "style" or n.startswith("on")]
        inline = tag == "script" and "src" not in given and given.get("type") != "application/json"
        if tag == "style" or inline:
            self.forbidden.append(tag)
        for name in ("src", "href", "action", "srcset"):
            if given.get(name) and not str(given[name]).startswith("#"):
                self.fetched.append(str(given[name]))
        if given.get("id"):
            self.ids.append(str(given["id"]))


@pytest.mark.parametrize("path", VIEWS)
def test_page_opens_in_every_language_within_the_content_policy(
    table: FakeTable, admin: TestClient, path: str
) -> None:
    for language in LANGUAGES:
        answer = admin.get(path, headers={"Accept-Language": language})
        assert answer.status_code == 200
        assert f'<html lang="{language}">' in answer.text
        page = _Page(answer.text)
        assert page.forbidden == []
        assert [url for url in page.fetched if not url.startswith("/")] == []
        assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("path", VIEWS)
def test_page_with_all_it_loads_stays_small(table: FakeTable, admin: TestClient, path: str) -> None:
    text = admin.get(path).text
    files = sum(file.stat().st_size for file in _STATIC.iterdir())
    assert len(text.encode()) + files < MOST_BYTES


@pytest.mark.parametrize("path", VIEWS)
def test_page_a_viewer_sees_it_without_anything_to_press(
    table: FakeTable, holder: Holder, path: str
) -> None:
    text = holder(Role.VIEWER).get(path).text
    assert not re.search(
        r"data-order|id=\"freeze\"|id=\"keep-scene\"|data-restore|password-form|token-form", text
    )
    enabled = re.findall(r'<input type="range"(?![^>]*disabled)[^>]*>', text)
    assert enabled == []


def test_page_without_login_leads_to_the_login(browser: Browser) -> None:
    answer = browser().get("/tune")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_login_of_a_new_table_asks_to_claim_it(browser: Browser, desk: Desk) -> None:
    assert 'action="/api/v1/claim"' in browser().get("/login").text
    desk.accounts.set_password("a pencil on thin paper")
    assert 'action="/api/v1/login"' in browser().get("/login").text


def test_login_says_nothing_of_the_table_to_strangers(browser: Browser, table: FakeTable) -> None:
    text = browser().get("/login").text
    assert "engine" not in text.lower()
    assert "advice" not in text


def test_login_when_logged_in_leads_to_the_first_page(admin: TestClient) -> None:
    assert admin.get("/login").headers["location"] == "/"


def test_now_says_what_is_wrong_and_what_to_do_about_it(
    table: FakeTable, admin: TestClient
) -> None:
    table.say("engine", state="degraded", faults=["camera /dev/video0 gave no frame for 2 s"])
    text = admin.get("/").text
    assert "camera /dev/video0 gave no frame for 2 s" in text
    assert "USB cable" in text
    assert 'data-state="fault"' in text


def test_now_text_of_a_fault_is_no_markup(table: FakeTable, admin: TestClient) -> None:
    table.say("engine", state="showing", faults=["<img src=x onerror=alert(1)>"])
    assert "<img src=x" not in admin.get("/").text


def test_tune_shows_value_unit_range_and_description(table: FakeTable, admin: TestClient) -> None:
    admin.patch("/api/v1/settings", json={"ink": {"settle_ms": 650}})
    text = admin.get("/tune").text
    control = text[text.index('data-key="ink.settle_ms"') :][:2500]
    assert 'value="650"' in control
    assert "0 – 5000 ms" in control
    assert "Ink counts once it has been still" in control
    assert 'data-source="overrides"' in control
    assert "Back to 400 ms" in control


def test_tune_says_why_a_bundle_was_refused(
    table: FakeTable, admin: TestClient, desk: Desk
) -> None:
    desk.bundles.refused = "generator.onnx: SHA-256 is 12ab, expected 34cd"
    assert "Refused: generator.onnx: SHA-256 is 12ab" in admin.get("/tune").text


def test_config_shows_versions_with_what_they_changed(table: FakeTable, admin: TestClient) -> None:
    admin.patch("/api/v1/settings", json={"ink": {"threshold": 0.7}})
    text = admin.get("/config?view=history").text
    assert "<code>ink.threshold</code>" in text
    assert "0.7" in text
    assert 'data-restore="' in text


def test_help_lists_tokens_without_secrets_for_admins_alone(
    table: FakeTable, admin: TestClient, holder: Holder, desk: Desk
) -> None:
    secret = desk.accounts.add_token("front desk", Role.VIEWER)
    text = admin.get("/help").text
    assert 'data-token="front desk"' in text
    assert desk.accounts.tokens[0].digest not in text
    assert secret not in text
    assert "front desk" not in holder(Role.OPERATOR).get("/help").text


def test_tokens_are_not_made_or_taken_back_for_another_site(
    table: FakeTable, admin: TestClient, desk: Desk
) -> None:
    desk.accounts.add_token("front desk", Role.VIEWER)
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    wanted = {"name": "mine", "role": "admin"}
    made = admin.post("/api/v1/tokens", json=wanted, headers=foreign)
    taken = admin.delete("/api/v1/tokens/front desk", headers=foreign)
    assert (made.status_code, taken.status_code) == (403, 403)
    assert [token.name for token in desk.accounts.tokens] == ["front desk"]
    assert admin.delete("/api/v1/tokens/front desk").status_code == 204
    assert [r["token"] for r in desk.audit.newest(9) if "token" in r["what"]] == ["front desk"]


def test_trial_is_told_with_its_keys(table: FakeTable, admin: TestClient) -> None:
    admin.patch("/api/v1/settings", json={"stage": {"rotate": 180}})
    assert "On trial: Turn. Goes back by itself in 60 s." in admin.get("/help").text


def test_language_is_kept_and_leads_back_to_pages_of_ours_alone(browser: Browser) -> None:
    client = browser()
    assert client.get("/language/nb?page=/tune").headers["location"] == "/tune"
    assert '<html lang="nb">' in client.get("/login").text
    assert client.get("/language/da?page=https://example.org").headers["location"] == "/"
    assert client.get("/language/tlh").status_code == 404


def test_static_files_are_kept_by_browsers_until_they_change(browser: Browser) -> None:
    client = browser()
    first = client.get("/static/page.css")
    again = client.get("/static/page.css", headers={"If-None-Match": first.headers["etag"]})
    assert first.headers["content-type"] == "text/css; charset=utf-8"
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize("name", ["routes.py", "..%2Froutes.py", "%2Fetc%2Fpasswd", "nothing.js"])
def test_static_nothing_but_the_pages_own_files(browser: Browser, name: str) -> None:
    assert browser().get(f"/static/{name}").status_code == 404


def test_now_says_that_the_table_listens_for_as_long_as_it_does(
    admin: TestClient, desk: Desk
) -> None:
    hidden = 'id="listening" hidden'
    assert hidden in admin.get("/").text
    write_status(desk.run_dir, "sound", {"state": "playing", "listening": True})
    shown = admin.get("/").text
    assert hidden not in shown
    assert "Nothing is recorded." in shown


def test_now_says_which_token_lies_on_the_table_and_what_it_does(
    table: FakeTable, admin: TestClient, desk: Desk
) -> None:
    cards = [{"id": 3, "does": "scene", "name": "Evening"}]
    desk.settings.change({"tokens": {"enabled": True, "cards": cards}}, "kim")
    assert 'id="tokens" hidden' in admin.get("/").text
    lies = {"angle_deg": -41.6, "x": 0.2, "y": 0.4, "laid_at": 1.0}
    table.say("engine", state="showing", tokens=[{"number": 3, **lies}, {"number": 9, **lies}])
    text = admin.get("/").text
    assert "token 3, scene Evening, -42°; token 9, bound to nothing, -42°" in text
    assert [t["does"] for t in admin.get("/api/v1/state").json()["tokens"]] == ["scene", None]


def test_tune_lists_what_each_token_does(table: FakeTable, admin: TestClient, desk: Desk) -> None:
    cards = [{"id": 3, "does": "label"}, {"id": 5, "does": "psi", "low": 0.25}]
    desk.settings.change({"tokens": {"cards": cards}}, "kim")
    text = admin.get("/tune").text
    assert "3: label<" in text
    assert "5: psi 0.25 – 1.0<" in text
    assert 'data-key="tokens.enabled"' in text
