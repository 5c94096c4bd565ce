"""Serves a contact sheet on which names can be changed; every change is written at once."""

from __future__ import annotations

import threading
from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse, HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from models.directions.naming import rename
from models.directions.page.contact import PAGE
from models.directions.result import read_directions, write_directions
from models.local_page import local_app

SCRIPT = Path(__file__).with_name("rename.js")
_POLICY = "default-src 'self'; style-src 'unsafe-inline'; img-src 'self'"


class NewName(BaseModel):
    """What a direction shall be called."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=40)


def make_app(pages: Path, folders: list[Path]) -> FastAPI:
    """Make the application for one contact sheet.

    Args:
        pages: folder that `write_sheet` wrote.
        folders: of the directions on it; a new name is written to the one that holds it.

    Returns:
        An ASGI application that answers to this machine's own names only.
    """
    app = local_app("Directions", _POLICY)
    _add_page(app, pages)
    _add_names(app, folders)
    return app


def _add_page(app: FastAPI, pages: Path) -> None:
    pictures = {path.name for path in pages.glob("*.png")}

    @app.get("/")
    def page() -> Response:
        text = (pages / PAGE).read_text(encoding="utf-8")
        script = "<script type='module' src='/rename.js'></script></body>"
        return HTMLResponse(text.replace("</body>", script))

    @app.get("/{name}")
    def file(name: str) -> Response:
        if name == SCRIPT.name:
            return FileResponse(SCRIPT, media_type="text/javascript")
        if name not in pictures:
            raise HTTPException(404, f"{name}: no such picture")
        return FileResponse(pages / name, media_type="image/png")


def _add_names(app: FastAPI, folders: list[Path]) -> None:
    lock = threading.Lock()

    @app.put("/api/directions/{name}")
    def change(name: str, given: NewName) -> dict[str, str]:
        with lock:
            found = [(folder, read_directions(folder)) for folder in folders]
            for folder, directions in found:
                if name in directions.names:
                    write_directions(rename(directions, name, given.name), folder)
                    return {"name": given.name}
        raise HTTPException(404, f"no direction '{name}' on this sheet")
