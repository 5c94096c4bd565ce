"""A table as one file, and back."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from exhibit.contract.errors import BundleError, InputError
from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.api.settings import Changed, attempt
from exhibit.operator.backup import Sources, write_backup
from exhibit.operator.changes import changes_of
from exhibit.operator.desk import Desk
from exhibit.operator.receiving import PACKED, received
from exhibit.operator.restoring import Backup, read_backup, restore_bundle

router = APIRouter(tags=["backup"])
routes = Routes(router)


@routes.get("/backup.zip", Role.ADMIN, response_class=Response, responses={507: {}})
async def backup(request: Request, bundle: bool = True) -> Response:
    """Return settings, scenes, visits, log, calibration, config.yaml and the bundle in use as one
    file, without passwords and tokens; `bundle=false` leaves the bundle out."""
    desk = desk_of(request)
    with tempfile.NamedTemporaryFile(dir=desk.state_dir, prefix=PACKED, delete=False) as file:
        target = Path(file.name)
    sources = Sources(
        desk.state_dir,
        desk.base_file,
        desk.settings.effective.calibration,
        desk.bundles.current() if bundle else None,
    )
    try:
        await asyncio.to_thread(write_backup, target, sources)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    desk.audit.add("backup", by=request.state.person.who)
    name = f"tracing-table-{datetime.now():%Y-%m-%d}.zip"
    gone = BackgroundTask(target.unlink, missing_ok=True)
    return FileResponse(target, media_type="application/zip", filename=name, background=gone)


@routes.post("/restore", Role.ADMIN, responses={409: {}, 413: {}, 422: {}, 507: {}})
async def restore(request: Request, dry_run: bool = False) -> dict[str, Any]:
    """Take settings, scenes and bundle from a backup, sent as the body of the request.

    With `dry_run=true` nothing is taken: the answer is what would change, by setting and scene.

    Everything is checked first. The settings become the operator's overrides; what could lose page
    or picture is on trial. Visits, log and calibration of this table stay as they are: with the
    table not running `exhibit operator restore` puts those back too.
    """
    desk, who = desk_of(request), request.state.person.who
    async with received(request, desk.state_dir) as archive:
        try:
            found = await asyncio.to_thread(read_backup, archive)
            if dry_run:
                return changes_of(found, desk.settings.effective, desk.scenes.book)
            bundle = await asyncio.to_thread(restore_bundle, found, desk.state_dir)
        except (InputError, BundleError) as error:
            raise HTTPException(422, str(error)) from None
        change = _put_back(request, desk, found, bundle)
    desk.audit.add("restored", by=who, bundle=bundle and bundle.name)
    return {**change.model_dump(), "scenes": [scene.name for scene in found.scenes.scenes]}


def _put_back(request: Request, desk: Desk, found: Backup, bundle: Path | None) -> Changed:
    who = request.state.person.who
    wanted = found.settings_over(desk.settings.layers.file)
    if bundle is not None:
        installed = {known["bundle"] for known in desk.bundles.installed()}
        name = bundle.name if bundle.name in installed else str(bundle)
        wanted["model"] = {**wanted.get("model", {}), "bundle": name}
    change = attempt(request, "restore", lambda: desk.settings.replace(wanted, who, "restored"))
    desk.scenes.write(found.scenes.model_copy(update={"active": None, "begun": None}))
    return change
