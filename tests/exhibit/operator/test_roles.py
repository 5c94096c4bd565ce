"""No route may be reachable below the role it is for; a new route is in these tests by itself.

Spans every route of the API.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from exhibit.contract.tone import hides_drawings
from exhibit.operator.access.roles import Role
from exhibit.operator.app import routers
from exhibit.operator.desk import Desk
from tests.exhibit.operator.conftest import FakeTable

_ENDLESS = ("/api/v1/events", "/api/v1/pictures/{name}.mjpeg")
_VALUES = {"name": "camera", "number": "1"}
# Refused for what they say, or for how the table is; never for who asks.
_LET_IN = {200, 201, 202, 204, 303, 304, 404, 409, 422, 429, 503, 507}

Holder = Callable[[Role], TestClient]


def _declared() -> list[tuple[str, str, Role]]:
    found = []
    for prefix, router in routers():
        for route in router.routes:
            assert isinstance(route, APIRoute), f"{route} cannot declare a role"
            assert route.openapi_extra, f"{route.path} declares no role"
            role = Role.named(route.openapi_extra["x-role"])
            found += [(method, prefix + route.path, role) for method in sorted(route.methods)]
    return found


def _ask(client: TestClient, method: str, path: str) -> int:
    filled = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: _VALUES.get(found[1], "x"), path)
    return client.request(
        method, filled, json={} if method in ("POST", "PUT", "PATCH") else None
    ).status_code


def test_routes_all_declare_a_role_and_there_are_no_others(app: FastAPI) -> None:
    found = _declared()
    described = app.openapi()["paths"]
    api = {(method, path) for method, path, _ in found if path in described}
    assert api == {(m.upper(), path) for path, methods in described.items() for m in methods}
    assert {role for _, _, role in found} == set(Role)
    assert len(app.routes) == len(routers())


def test_routes_open_to_anyone_are_the_known_ones() -> None:
    api = {
        (method, path)
        for method, path, role in _declared()
        if role is Role.ANYONE and path.startswith("/api/")
    }
    assert api == {
        ("GET", "/api/v1/session"),
        ("POST", "/api/v1/login"),
        ("POST", "/api/v1/claim"),
        ("POST", "/api/v1/logout"),
    }


@pytest.mark.parametrize("held", list(Role))
def test_routes_each_one_lets_in_its_role_and_above_alone(
    holder: Holder, held: Role, desk: Desk, table: FakeTable
) -> None:
    client = holder(held)
    wrong = []
    for method, path, needed in _declared():
        if needed > held:
            status = _ask(client, method, path)
            page = status == 303 and not path.startswith("/api/")
            if status != (401 if held is Role.ANYONE else 403) and not page:
                wrong.append((method, path, status))
        elif path not in _ENDLESS and needed is not Role.ANYONE:
            status = _ask(client, method, path)
            desk.restarted_at = float("-inf")
            if status not in _LET_IN:
                wrong.append((method, path, status))
    assert wrong == []


@pytest.mark.parametrize("secret", ["", "tt_x_y", "Bearer", "nonsense"])
def test_routes_a_wrong_token_is_nobody(browser: Callable[[], TestClient], secret: str) -> None:
    client = browser()
    client.headers["Authorization"] = f"Bearer {secret}"
    assert client.get("/api/v1/state").status_code == 401


def test_routes_below_admin_cannot_change_what_could_lose_the_picture(holder: Holder) -> None:
    client = holder(Role.OPERATOR)
    live = client.patch("/api/v1/settings", json={"ink": {"threshold": 0.4}})
    risky = client.patch("/api/v1/settings", json={"stage": {"display": 1}})
    pale = client.patch("/api/v1/settings", json={"stage": {"brightness": -0.9}})
    assert (live.status_code, risky.status_code, pale.status_code) == (200, 403, 403)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"contrast": 0.2}, {"brightness": -0.6}),
        ({"brightness": -0.6}, {"contrast": 0.2}),
        ({"contrast": 0.2, "brightness": 0.0}, {"brightness": 0.6}),
        ({"saturation": 1.0}, {"tint": "#000000"}),
        ({"tint": "#000000"}, {"saturation": 1.0}),
        ({"saturation": 1.0, "tint": "#0000ff"}, {"brightness": -0.5}),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/settings", "/api/v1/settings/preview"])
def test_routes_below_admin_cannot_hide_the_drawings_key_by_key(
    holder: Holder, desk: Desk, path: str, first: dict[str, object], second: dict[str, object]
) -> None:
    client = holder(Role.OPERATOR)
    ask = client.patch if path.endswith("settings") else client.post
    answers = [ask(path, json={"stage": given}).status_code for given in (first, second)]
    assert 403 in answers or 422 in answers
    assert not hides_drawings(desk.settings.effective.stage)


def test_routes_below_admin_cannot_confirm_what_they_could_not_undo(
    holder: Holder, desk: Desk
) -> None:
    desk.settings.change({"stage": {"display": 1}}, "admin")
    client = holder(Role.OPERATOR)
    assert client.post("/api/v1/settings/confirm").status_code == 403
    assert desk.settings.trial is not None
    assert client.post("/api/v1/settings/revert").status_code == 200
    assert desk.settings.trial is None
