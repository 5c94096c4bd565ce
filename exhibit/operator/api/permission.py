"""Routes that cannot be declared without a role, and who asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from fastapi import APIRouter, Depends, Request

from exhibit.operator.access.accounts import TOKEN_HOLDER
from exhibit.operator.access.roles import Role
from exhibit.operator.access.sessions import COOKIE
from exhibit.operator.access.sign_on import SIGNED_ON
from exhibit.operator.api.strict import StrictRoute
from exhibit.operator.desk import Desk


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: a login or a token, with a role."""

    who: str
    role: Role


NOBODY = Person("nobody", Role.ANYONE)


class AccessDeniedError(Exception):
    """A route asks for a role that the request does not have."""

    def __init__(self, person: Person, needed: Role) -> None:
        super().__init__(f"this needs the role '{needed.word}'")
        self.person, self.needed = person, needed


def desk_of(request: Request) -> Desk:
    """Return what all routes share."""
    return cast(Desk, request.app.state.desk)


def person_of(request: Request) -> Person:
    """Return who asks, `NOBODY` without a valid token or login, here or at a named proxy."""
    desk = desk_of(request)
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        token = desk.accounts.token_of(secret.strip())
        return (
            NOBODY if token is None else Person(TOKEN_HOLDER + token.name, Role.named(token.role))
        )
    if (signed_on := request.scope.get(SIGNED_ON)) is not None:
        name, role = signed_on
        return Person(f"{name} by sign-on", Role.named(role))
    session = desk.sessions.find(request.cookies.get(COOKIE, ""))
    if session is None or session.mark != desk.accounts.mark(session.who):
        return NOBODY
    return Person(session.who, Role(session.role))


def requires(role: Role) -> Callable[[Request], Awaitable[Person]]:
    """Return the dependency that lets only this role and the ones above it in."""

    async def check(request: Request) -> Person:
        person = person_of(request)
        if person.role < role:
            raise AccessDeniedError(person, role)
        request.state.person = person
        return person

    return check


class Routes:
    """Declares routes, each with the role it needs.

    Args:
        router: takes the routes.
    """

    def __init__(self, router: APIRouter) -> None:
        self.router = router

    def get(self, path: str, role: Role, **options: Any) -> Callable[[Any], Any]:
        """Declare a route that changes nothing."""
        return self._declare("GET", path, role, options)

    def post(self, path: str, role: Role, **options: Any) -> Callable[[Any], Any]:
        """Declare a route that does something."""
        return self._declare("POST", path, role, options)

    def put(self, path: str, role: Role, **options: Any) -> Callable[[Any], Any]:
        """Declare a route that replaces something."""
        return self._declare("PUT", path, role, options)

    def patch(self, path: str, role: Role, **options: Any) -> Callable[[Any], Any]:
        """Declare a route that changes a part."""
        return self._declare("PATCH", path, role, options)

    def delete(self, path: str, role: Role, **options: Any) -> Callable[[Any], Any]:
        """Declare a route that takes something away."""
        return self._declare("DELETE", path, role, options)

    def _declare(
        self, method: str, path: str, role: Role, options: dict[str, Any]
    ) -> Callable[[Any], Any]:
        responses: dict[int | str, dict[str, Any]] = dict(options.pop("responses", {}))
        if role > Role.ANYONE:
            responses |= {401: {"description": "No login"}, 403: {"description": "Role too low"}}

        def register(function: Any) -> Any:
            self.router.add_api_route(
                path,
                function,
                methods=[method],
                dependencies=[Depends(requires(role))],
                openapi_extra={"x-role": role.word},
                responses=responses,
                route_class_override=StrictRoute,
                **options,
            )
            return function

        return register
