"""A static web server that can go on in the middle of a file, or be cut off there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Web:
    """What it hands out, and how.

    `cut_at` is the byte at which it hangs up, `goes_on` whether it knows ranges, `asked` what it
    was asked for, with the range.
    """

    folder: Path
    url: str = ""
    cut_at: int | None = None
    goes_on: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def serving(folder: Path) -> Iterator[Web]:
    """Serve a folder until the block ends."""
    web = Web(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ranged = self.headers.get("Range", "")
            web.asked.append((self.path, ranged))
            file = web.folder / self.path.lstrip("/").replace("%20", " ")
            if not file.is_file():
                self.send_error(404)
                return
            body, first = file.read_bytes(), 0
            if ranged and web.goes_on:
                first = int(ranged.removeprefix("bytes=").rstrip("-"))
            self.send_response(206 if first else 200)
            self.send_header("Content-Length", str(len(body) - first))
            self.end_headers()
            last = len(body) if web.cut_at is None else max(web.cut_at, first)
            self.wfile.write(body[first:last])

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    web.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
