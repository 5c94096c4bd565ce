"""The web application behind `models curate`: a page, pictures, and changes to rows."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from models.collection.boxes import Box
from models.collection.curation import CurationRow
from models.collection.curator.curation_desk import Desk, UnknownItemError
from models.collection.dataset import encode_png
from models.local_page import local_app

PAGE = Path(__file__).parent / "page"
ASSETS = {
    "curator.css": "text/css",
    "grid.js": "text/javascript",
    "crop.js": "text/javascript",
    "selection.js": "text/javascript",
}
# Everything comes from this process: nothing is loaded from, or shown in, another site.
_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"


class Change(BaseModel):
    """A change to one item; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    decision: Literal["keep", "drop"] | None = None
    squaring: Literal["pad", "crop"] | None = None
    left: int | None = Field(None, ge=0)
    top: int | None = Field(None, ge=0)
    right: int | None = Field(None, ge=1)
    bottom: int | None = Field(None, ge=1)


class ManyChange(BaseModel):
    """One decision about several items."""

    model_config = ConfigDict(extra="forbid")
    items: list[str] = Field(min_length=1, max_length=100_000)
    decision: Literal["keep", "drop"]


class NewCrop(BaseModel):
    """Another rectangle of a page."""

    model_config = ConfigDict(extra="forbid")
    page_image: str
    left: int = Field(ge=0)
    top: int = Field(ge=0)
    right: int = Field(ge=1)
    bottom: int = Field(ge=1)


def make_app(desk: Desk) -> FastAPI:
    """Make the application for one data set.

    Args:
        desk: the data set.

    Returns:
        An ASGI application that answers to this machine's own names only.
    """
    app = local_app("Curate", _POLICY)
    _add_answer_to_unknown_items(app)
    _add_page(app)
    _add_pictures(app, desk)
    _add_changes(app, desk)
    return app


def _add_answer_to_unknown_items(app: FastAPI) -> None:
    @app.exception_handler(UnknownItemError)
    def not_found(request: Request, error: UnknownItemError) -> Response:
        return JSONResponse({"detail": str(error)}, 404)


def _add_page(app: FastAPI) -> None:
    @app.get("/")
    def page() -> Response:
        return FileResponse(PAGE / "index.html", media_type="text/html")

    @app.get("/assets/{name}")
    def asset(name: str) -> Response:
        if name not in ASSETS:
            raise HTTPException(404, f"{name}: no such file")
        return FileResponse(PAGE / name, media_type=ASSETS[name])


def _add_pictures(app: FastAPI, desk: Desk) -> None:
    @app.get("/api/items")
    def items() -> dict[str, Any]:
        options = desk.options
        return {
            "name": desk.folder.resolve().name,
            "framing": options.framing,
            "resolution": options.resolution,
            "items": [_shown(row) for row in desk.rows()],
        }

    @app.get("/api/pictures/{item}")
    def picture(item: str) -> Response:
        row = desk.row(item)
        if not row.page_image:
            raise HTTPException(404, row.reason)
        return Response(encode_png(desk.picture(row)), media_type="image/png")

    @app.get("/api/pages/{item}")
    def page_of(item: str) -> Response:
        row = desk.row(item)
        if not row.page_image:
            raise HTTPException(404, row.reason)
        return Response(encode_png(desk.page(row.page_image)), media_type="image/png")


def _add_changes(app: FastAPI, desk: Desk) -> None:
    @app.put("/api/items/{item}")
    def change(item: str, change: Change) -> dict[str, Any]:
        return _shown(desk.change([item], change.model_dump(exclude_none=True))[0])

    @app.put("/api/items")
    def change_many(change: ManyChange) -> dict[str, Any]:
        changed = desk.change(change.items, {"decision": change.decision})
        return {"items": [_shown(row) for row in changed]}

    @app.put("/api/undo")
    def undo() -> dict[str, Any]:
        undone = desk.undo()
        return {"items": [_shown(row) for row in undone.restored], "removed": undone.removed}

    @app.put("/api/crops")
    def add_crop(crop: NewCrop) -> dict[str, Any]:
        box = Box(crop.left, crop.top, crop.right, crop.bottom)
        return _shown(desk.add_crop(crop.page_image, box))

    @app.get("/api/training-set")
    def progress() -> dict[str, Any]:
        return asdict(desk.progress) if desk.progress else {}

    @app.put("/api/training-set")
    def rebuild() -> dict[str, Any]:
        digest = desk.rebuild()
        return {"sha256": digest, "kept": sum(row.kept for row in desk.rows())}


def _shown(row: CurationRow) -> dict[str, Any]:
    return asdict(row)
