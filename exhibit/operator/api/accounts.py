"""Password and tokens."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from exhibit.contract.errors import InputError
from exhibit.operator.access.accounts import TOKEN_NAME
from exhibit.operator.access.roles import Role
from exhibit.operator.api.login import Secret, note_failure, refuse_impatient
from exhibit.operator.api.permission import Routes, desk_of

router = APIRouter(tags=["accounts"])
routes = Routes(router)
TokenName = Annotated[str, Field(pattern=TOKEN_NAME)]


class NewPassword(BaseModel):
    """The password so far and the one from now on."""

    model_config = ConfigDict(extra="forbid")

    password: Secret
    new_password: Secret


class NewToken(BaseModel):
    """Whom a token is for, and what it may do."""

    model_config = ConfigDict(extra="forbid")

    name: TokenName
    role: Literal["viewer", "operator", "admin"]


@routes.post("/password", Role.ADMIN, status_code=204, responses={409: {}, 422: {}, 429: {}})
async def change_password(given: NewPassword, request: Request) -> None:
    """Choose another password; every login ends, tokens stay."""
    desk = desk_of(request)
    refuse_impatient(desk, request)
    async with desk.hashing:
        right = await asyncio.to_thread(desk.accounts.password_matches, given.password)
    if not right:
        note_failure(desk, request, "password")
        raise HTTPException(409, "this is not the password so far")
    try:
        async with desk.hashing:
            await asyncio.to_thread(desk.accounts.set_password, given.new_password)
    except InputError as error:
        raise HTTPException(422, str(error)) from None
    desk.sessions.end_all()
    desk.audit.add("password", by=request.state.person.who)


@routes.get("/tokens", Role.ADMIN)
async def tokens(request: Request) -> list[dict[str, Any]]:
    """Return all tokens without their secrets."""
    return desk_of(request).accounts.describe_tokens()


@routes.post("/tokens", Role.ADMIN, status_code=201, responses={422: {}, 507: {}})
async def make_token(given: NewToken, request: Request) -> dict[str, str]:
    """Make a token; its secret is in this answer and nowhere else."""
    desk = desk_of(request)
    secret = desk.accounts.add_token(given.name, Role.named(given.role))
    desk.audit.add("token made", by=request.state.person.who, token=given.name, role=given.role)
    return {"name": given.name, "role": given.role, "token": secret}


@routes.delete("/tokens/{name}", Role.ADMIN, status_code=204, responses={422: {}, 507: {}})
async def revoke_token(name: TokenName, request: Request) -> None:
    """Take a token back; logins that were made with it end too."""
    desk = desk_of(request)
    desk.accounts.revoke_token(name)
    desk.audit.add("token revoked", by=request.state.person.who, token=name)
