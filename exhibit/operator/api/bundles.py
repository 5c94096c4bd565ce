"""Which artist answers: the installed bundles, and changing while the table runs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from exhibit.contract.errors import BundleError, ConfigError, InputError
from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Routes, desk_of

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
