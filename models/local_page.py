"""What the offline module's web pages share: one person, on this machine, in a browser."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import click
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from exhibit.contract.errors import InputError

HOST = "127.0.0.1"
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def local_app(title: str, content_security_policy: str) -> FastAPI:
    """Make an application that answers to this machine's own names only.

    Args:
        title: of the page.
        content_security_policy: sent with every answer.

    Returns:
        An ASGI application without routes; an `InputError` in one becomes a 409 that says why.
    """
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None)
    # A page of another site must not reach this one under a name of its own (DNS rebinding).
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    headers: Mapping[str, str] = {"Content-Security-Policy": content_security_policy, **_HEADERS}

    @app.exception_handler(InputError)
    def refuse(request: Request, error: InputError) -> Response:
        return JSONResponse({"detail": str(error)}, 409)

    @app.middleware("http")
    async def add_headers(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers.update(headers)
        return response

    return app


def address_of(listener: socket.socket) -> str:
    """Return the address at which a browser on this machine finds a listener."""
    return f"http://{HOST}:{listener.getsockname()[1]}/"


def show(address: str) -> None:
    """Open a page in the browser of this machine, where there is one, without a word.

    Where there is none, what opens pages tells of it in many lines; the address is printed anyway.
    """
    if not sys.platform.startswith("linux"):
        click.launch(address)
    elif os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        with contextlib.suppress(OSError):
            subprocess.Popen(
                ["xdg-open", address],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )


def listen(port: int) -> socket.socket:
    """Bind a port of this machine that no other machine reaches.

    Raises:
        InputError: the port is taken.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise InputError(
            f"port {port} cannot be used ({error.strerror}); choose another with --port"
        ) from error
    return listener


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serve a page of `local_app` on a port of `listen`, until Ctrl-C."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    # uvicorn closes all connections first and raises Ctrl-C again afterwards.
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
