"""Which artist answers: the installed bundles, and changing while the table runs."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from exhibit.contract.errors import BundleError, ConfigError, InputError
from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.bundle_store import FOLDER, install, remove
from exhibit.operator.receiving import received

router = APIRouter(tags=["bundles"])
routes = Routes(router)


class Choice(BaseModel):
    """The name of an installed bundle."""

    model_config = ConfigDict(extra="forbid")

    bundle: Annotated[str, Field(min_length=1, max_length=200)]


@routes.get("/bundles", Role.VIEWER)
async def bundles(request: Request) -> dict[str, Any]:
    """Return the installed bundles, the one in use, the one on its way, and why one was refused."""
    desk = desk_of(request)
    opening = desk.bundles.opening
    return {
        "installed": desk.bundles.installed(),
        "in_use": desk.bundles.in_use,
        "opening": opening.name if opening else None,
        "refused": desk.bundles.refused,
    }


@routes.post("/bundles/use", Role.OPERATOR, status_code=202, responses={404: {}, 409: {}})
async def use(given: Choice, request: Request) -> dict[str, str]:
    """Open a bundle beside the one in use and change to it between two pictures.

    What became of it stands in `opening` and `refused` of the list; a bundle that cannot be used
    leaves the one before in use.
    """
    desk, who = desk_of(request), request.state.person.who
    if given.bundle not in {known["bundle"] for known in desk.bundles.installed()}:
        raise HTTPException(404, f"bundle '{given.bundle}' is not installed")
    try:
        desk.bundles.begin(given.bundle, who)
    except (BundleError, ConfigError, InputError) as error:
        raise HTTPException(409, str(error)) from None
    desk.audit.add("bundle", by=who, bundle=given.bundle)
    return {"opening": given.bundle}


@routes.post("/bundles/upload", Role.ADMIN, status_code=201, responses={413: {}, 422: {}, 507: {}})
async def upload(request: Request) -> dict[str, str]:
    """Take a bundle as a ZIP of its folder, as the body of the request; it is not used yet.

    Size and shape are looked at before anything is unpacked, then the card and the digest of every
    file. What the networks are is seen where they are opened: when the bundle is chosen.
    """
    desk, who = desk_of(request), request.state.person.who
    async with received(request, desk.state_dir) as archive:
        try:
            folder = await asyncio.to_thread(install, desk.state_dir, archive)
        except (InputError, BundleError) as error:
            raise HTTPException(422, f"no bundle of ours: {error}") from None
    desk.audit.add("bundle uploaded", by=who, bundle=folder.name)
    return {"bundle": str(folder)}


@routes.delete(
    "/bundles/{name}", Role.ADMIN, status_code=204, responses={404: {}, 409: {}, 507: {}}
)
async def take_away(name: str, request: Request) -> None:
    """Take away a bundle that was uploaded, by its name; not the one in use."""
    desk, who = desk_of(request), request.state.person.who
    folder = str(desk.state_dir / FOLDER / name)
    opening = desk.bundles.opening
    if folder in (desk.bundles.in_use, opening and opening.name):
        raise HTTPException(409, f"bundle '{name}' is in use; choose another one first")
    try:
        await asyncio.to_thread(remove, desk.state_dir, name)
    except InputError as error:
        raise HTTPException(404, str(error)) from None
    desk.audit.add("bundle taken away", by=who, bundle=name)
