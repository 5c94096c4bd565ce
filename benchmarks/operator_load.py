"""What a crowd on the operator's page costs the table.

    python -m benchmarks.operator_load --bundle lear --seconds 40 --out operator-load.json

The table runs four times, headless on the simulated camera: with nobody looking; with 200 readers
of the events, 10 of a picture stream and 14 that take nothing; with clients that ask as fast as
they can; and with more than 2,000 requests that schemathesis makes up from the API's description.
The stage's intervals of the four runs are compared.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import httpx2
import psutil

from benchmarks.telling import tell
from exhibit.operator.access.accounts import Accounts
from exhibit.operator.access.roles import Role
from exhibit.operator.access.secrets import generate_password
from exhibit.supervisor.resources import memory_of
from tests.exhibit.operator.made_up import ask_made_up_requests

_EVENT_READERS, _PICTURE_READERS, _SILENT_READERS, _FLOODERS = 200, 10, 14, 8
_WARM_S, _MB = 5.0, 1e6
# They change what the stage does, or begin its measurements anew.
_LEFT_OUT = ("/api/v1/restart", "/api/v1/freeze", "/api/v1/blank")
Load = Callable[["Visitor", float], Coroutine[Any, Any, dict[str, int]]]


class Visitor:
    """Opens connections to the page with a token."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = str(parts.hostname), int(parts.port or 443)
        self._token = token
        self._context = ssl.create_default_context()
        self._context.check_hostname, self._context.verify_mode = False, ssl.CERT_NONE

    def client(self) -> httpx2.Client:
        """Return a client that keeps its connection."""
        url = f"https://{self._host}:{self._port}"
        sent = {"Authorization": f"Bearer {self._token}"}
        return httpx2.Client(base_url=url, headers=sent, verify=self._context, timeout=30)

    @contextlib.asynccontextmanager
    async def get(self, path: str) -> AsyncIterator[asyncio.StreamReader]:
        """Ask for a path and give the answer to be read, or left unread."""
        reader, writer = await asyncio.open_connection(
            self._host, self._port, ssl=self._context, limit=2**14
        )
        head = f"GET {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
        writer.write(f"{head}Authorization: Bearer {self._token}\r\n\r\n".encode())
        await writer.drain()
        try:
            yield reader
        finally:
            writer.close()


async def nobody(_: Visitor, seconds: float) -> dict[str, int]:
    """Look at nothing."""
    await asyncio.sleep(seconds)
    return {}


async def crowd(visitor: Visitor, seconds: float) -> dict[str, int]:
    """Read events and pictures, and hold connections that take nothing."""
    counted = {"events": 0, "picture_bytes": 0, "dropped": 0}

    async def read(path: str, key: str, count: Callable[[bytes], int]) -> None:
        async with visitor.get(path) as reader:
            while data := await reader.read(2**16):
                counted[key] += count(data)
            counted["dropped"] += 1

    async def hold(path: str) -> None:
        async with visitor.get(path):
            await asyncio.sleep(seconds)

    events, pictures = "/api/v1/events", "/api/v1/pictures/composite.mjpeg"
    work = [read(events, "events", lambda d: d.count(b"event: ")) for _ in range(_EVENT_READERS)]
    work += [read(pictures, "picture_bytes", len) for _ in range(_PICTURE_READERS)]
    work += [hold(pictures) for _ in range(_SILENT_READERS)]
    await _for(seconds, work)
    return counted


async def flood(visitor: Visitor, seconds: float) -> dict[str, int]:
    """Ask for the settings again and again, as fast as answers come."""
    counted = {"requests": 0}

    async def ask() -> None:
        while True:
            async with visitor.get("/api/v1/settings") as reader:
                await reader.read(64)
                counted["requests"] += 1

    await _for(seconds, [ask() for _ in range(_FLOODERS)])
    return counted


async def made_up(visitor: Visitor, _seconds: float) -> dict[str, int]:
    """Ask everything the API offers, in right and wrong ways, for as long as that takes."""

    def ask() -> dict[str, int]:
        with visitor.client() as client:
            described = client.get("/api/v1/openapi.json").json()
            answers = ask_made_up_requests(client, described, _LEFT_OUT)
        crashes = sum(answer.is_crash for answer in answers)
        return {"requests": len(answers), "crashes": crashes}

    return await asyncio.to_thread(ask)


async def _for(seconds: float, work: list[Any]) -> None:
    tasks = [asyncio.ensure_future(part) for part in work]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.contextmanager
def _table(folder: Path, bundle: str, report: Path) -> Iterator[subprocess.Popen[str]]:
    start = "from exhibit.cli import main; main()"
    command = [sys.executable, "-c", start, "run", "--config", str(folder / "config.yaml")]
    process = subprocess.Popen(
        [*command, "--bundle", bundle, "--camera", "simulated", "--headless", "--report", report],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def run(load: Load, bundle: str, seconds: float) -> dict[str, Any]:
    """Run the table under one load and return what was measured."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yaml").write_text("operator:\n  port: 0\nweb:\n  port: 0\n")
        accounts = Accounts(folder / "state")
        accounts.set_password(generate_password())
        token = accounts.add_token("benchmark", Role.ADMIN)
        report = folder / "report.json"
        with _table(folder, bundle, report) as process:
            url = page_url(process)
            time.sleep(_WARM_S)
            page = page_process(process.pid)
            began_at, before = time.monotonic(), sum(page.cpu_times()[:2])
            counted = asyncio.run(load(Visitor(url, token), seconds))
            used_s = sum(page.cpu_times()[:2]) - before
            took_s = time.monotonic() - began_at
            memory_mb = memory_of(page) / _MB
        stage = json.loads(report.read_text())["stage_interval_ms"]
    return {
        "stage_interval_ms": stage,
        "page_cpu_percent": round(100 * used_s / took_s, 1),
        "page_memory_mb": round(memory_mb, 1),
        "seconds": round(took_s, 1),
        **counted,
    }


def page_url(process: subprocess.Popen[str]) -> str:
    """Read a starting table's words up to its page's address."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("operator's page: "):
            return line.split(": ", 1)[1].strip()
    raise click.ClickException("the table ended before its page was served")


def page_process(parent: int) -> psutil.Process:
    """Return the page's process of a table; raises where it has none."""
    for child in psutil.Process(parent).children(recursive=True):
        if "exhibit.operator" in child.cmdline():
            return child
    raise click.ClickException("the page's process is not there")


@click.command()
@click.option("--bundle", default="lear", show_default=True)
@click.option("--seconds", type=click.FloatRange(min=5), default=40.0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the result alone, as JSON.")
def main(bundle: str, seconds: float, out: Path | None, as_json: bool) -> None:
    """Measure the table with nobody, a crowd, a flood and made-up requests on its page."""
    loads = (nobody, crowd, flood, made_up)
    found = {load.__name__: run(load, bundle, seconds) for load in loads}
    alone_ms = found["nobody"]["stage_interval_ms"]["p99"]
    for measured in found.values():
        share = measured["stage_interval_ms"]["p99"] / alone_ms
        measured["stage_p99_of_nobody"] = round(share, 3)
    tell(found, out, None if as_json else 1)


if __name__ == "__main__":
    main()
