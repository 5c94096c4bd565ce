"""Notices: a test of the ways out."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, HTTPException, Request

from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Routes, desk_of

router = APIRouter(tags=["notices"])
routes = Routes(router)
_ONE_AT_A_TIME = asyncio.Semaphore(1)


@routes.post("/notices/test", Role.ADMIN, responses={409: {}, 429: {}})
async def send_test(request: Request) -> list[dict[str, str | None]]:
    """Send a test by mail and webhook; each has a `fault`, which is null where it was taken."""
    desk = desk_of(request)
    if not desk.notices.tellers:
        raise HTTPException(409, "nobody gets notices; name notices.mail_to or notices.webhook")
    if _ONE_AT_A_TIME.locked():
        raise HTTPException(429, "a test is on its way already; wait for it")
    async with _ONE_AT_A_TIME:
        desk.audit.add("notices test", by=request.state.person.who)
        return await desk.notices.test()
