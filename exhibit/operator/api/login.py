"""Claiming a table, login and logout."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from exhibit.contract.errors import InputError
from exhibit.operator.access.accounts import TOKEN_HOLDER
from exhibit.operator.access.roles import Role
from exhibit.operator.access.secrets import LONGEST_PASSWORD, digest, same_digest
from exhibit.operator.access.sessions import COOKIE, LONGEST_S
from exhibit.operator.api.permission import NOBODY, Person, Routes, desk_of, person_of
from exhibit.operator.desk import Desk

router = APIRouter(tags=["login"])
routes = Routes(router)
Secret = Annotated[str, Field(min_length=1, max_length=LONGEST_PASSWORD)]


class Login(BaseModel):
    """The password, or a token."""

    model_config = ConfigDict(extra="forbid")

    password: Secret


class Claim(BaseModel):
    """The password that the table shows, and the one to use from now on."""

    model_config = ConfigDict(extra="forbid")

    password: Secret
    new_password: Secret


class Whoami(BaseModel):
    """Who asks."""

    who: str
    role: str
    claimed: bool


@routes.get("/session", Role.ANYONE)
async def whoami(request: Request) -> Whoami:
    """Say who asks, and whether the table is claimed."""
    return _describe(desk_of(request), person_of(request))


@routes.post("/login", Role.ANYONE, responses={401: {}, 409: {}, 429: {}})
async def login(given: Login, request: Request, response: Response) -> Whoami:
    """Log in with the password (role admin) or with a token (its role)."""
    desk = desk_of(request)
    refuse_impatient(desk, request)
    if not desk.accounts.claimed:
        raise HTTPException(409, "the table is not claimed yet; claim it first")
    person = await _identify(desk, given.password)
    if person is None:
        note_failure(desk, request, "login")
        raise HTTPException(401, "wrong password")
    return _let_in(desk, request, response, person)


@routes.post("/claim", Role.ANYONE, responses={401: {}, 409: {}, 422: {}, 429: {}})
async def claim(given: Claim, request: Request, response: Response) -> Whoami:
    """Choose the password of a new table, with the one that the table shows."""
    desk = desk_of(request)
    refuse_impatient(desk, request)
    if desk.accounts.claimed:
        raise HTTPException(409, "the table is claimed already; log in")
    if not desk.shown_password or not same_digest(given.password, digest(desk.shown_password)):
        note_failure(desk, request, "claim")
        raise HTTPException(401, "this is not the password that the table shows")
    try:
        async with desk.hashing:
            await asyncio.to_thread(desk.accounts.set_password, given.new_password)
    except InputError as error:
        raise HTTPException(422, str(error)) from None
    desk.shown_password = ""
    desk.audit.add("claim", by=_address(request))
    return _let_in(desk, request, response, Person("admin", Role.ADMIN))


@routes.post("/logout", Role.ANYONE, status_code=204)
async def logout(request: Request, response: Response) -> None:
    """End this login."""
    desk, name = desk_of(request), request.cookies.get(COOKIE, "")
    if desk.sessions.find(name) is not None:
        desk.audit.add("logout", by=person_of(request).who)
        desk.sessions.end(name)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")


async def _identify(desk: Desk, secret: str) -> Person | None:
    token = desk.accounts.token_of(secret)
    if token is not None:
        return Person(TOKEN_HOLDER + token.name, Role.named(token.role))
    if desk.hashing.locked():
        raise HTTPException(429, "somebody else is logging in; try again", {"Retry-After": "1"})
    async with desk.hashing:
        right = await asyncio.to_thread(desk.accounts.password_matches, secret)
    return Person("admin", Role.ADMIN) if right else None


def _let_in(desk: Desk, request: Request, response: Response, person: Person) -> Whoami:
    desk.delays.succeeded(_address(request))
    desk.sessions.end(request.cookies.get(COOKIE, ""))
    name = desk.sessions.begin(person.who, person.role, desk.accounts.mark(person.who))
    response.set_cookie(
        COOKIE, name, max_age=int(LONGEST_S), secure=True, httponly=True, samesite="strict"
    )
    desk.audit.add("login", by=person.who, role=person.role.word, address=_address(request))
    return _describe(desk, person)


def refuse_impatient(desk: Desk, request: Request) -> None:
    """Refuse an address that must wait after failed attempts."""
    wait_s = desk.delays.wait_s(_address(request))
    if wait_s > 0:
        raise HTTPException(
            429,
            f"too many failed attempts; wait {wait_s:.0f} s",
            headers={"Retry-After": str(int(wait_s) + 1)},
        )


def note_failure(desk: Desk, request: Request, what: str) -> None:
    """Count and record a failed attempt."""
    desk.delays.failed(_address(request))
    desk.audit.add(f"{what} refused", address=_address(request))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _describe(desk: Desk, person: Person) -> Whoami:
    who = NOBODY.who if person.role is Role.ANYONE else person.who
    return Whoami(who=who, role=person.role.word, claimed=desk.accounts.claimed)
