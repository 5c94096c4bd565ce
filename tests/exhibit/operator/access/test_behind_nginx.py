"""Debian's nginx in front of a real page, where it is installed.

Spans sign_on.py, server.py and fleet/nginx.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from exhibit.operator.access.certificate import own_files
from exhibit.operator.desk import Desk
from tests.exhibit.operator.conftest import PASSWORD, ServerMaker
from tests.exhibit.operator.running_page import HOST, port_of, serving
from tests.patience import wait_until

ROOT = Path(__file__).parents[4]
NGINX = shutil.which("nginx")

pytestmark = pytest.mark.skipif(NGINX is None, reason="Debian's nginx-light is not installed")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def _proxied(folder: Path, port: int) -> AsyncIterator[str]:
    """Run nginx with the museum's file, its addresses replaced by those of this test."""
    assert NGINX is not None
    ours, files = _free_port(), own_files(folder, [HOST], [])
    passwords = "".join(f"{name}:{{PLAIN}}drawing\n" for name in ("ada", "edvard", "guest"))
    (folder / "htpasswd").write_text(passwords)
    text = (ROOT / "fleet" / "nginx" / "tables.conf").read_text()
    for old, new in {
        "listen 443 ssl": f"listen 127.0.0.1:{ours} ssl",
        "north.tables.museum.example": HOST,
        "*.tables.museum.example": HOST,
        "192.168.10.21:8443": f"127.0.0.1:{port}",
        "/etc/nginx/tables.crt": str(files.certificate),
        "/etc/nginx/tables.key": str(files.key),
        "/etc/nginx/tables.htpasswd": str(folder / "htpasswd"),
    }.items():
        assert old in text
        text = text.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder / 'pid'}; error_log stderr; user root;\nevents {{}}\n"
        f"http {{ access_log off;\n{temporary}{text}}}\n"
    )
    process = await asyncio.to_thread(
        subprocess.Popen, [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    )

    def is_there() -> bool:
        assert process.poll() is None, "nginx has ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", ours)) == 0

    try:
        await asyncio.to_thread(wait_until, is_there, "nginx")
        yield f"https://127.0.0.1:{ours}"
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 60)


@pytest.mark.parametrize(
    ("name", "role"), [("guest", "viewer"), ("ada", "operator"), ("edvard", "admin")]
)
def test_one_sign_on_opens_the_page_in_its_role(
    desk: Desk,
    make_server: ServerMaker,
    tmp_path: Path,
    name: str,
    role: str,
) -> None:
    desk.accounts.set_password(PASSWORD)

    async def visit() -> None:
        server = make_server(proxies=("127.0.0.1",), sign_on=True)
        async with serving(server), _proxied(tmp_path, port_of(server)) as url:
            forged = {
                "Host": HOST,
                "X-Tracing-Table-User": "mallory",
                "X-Tracing-Table-Role": "admin",
            }
            async with httpx2.AsyncClient(base_url=url, headers=forged, verify=False) as client:
                assert (await client.get("/api/v1/session")).status_code == 401
                found = await client.get("/api/v1/session", auth=(name, "drawing"))
                assert found.status_code == 200
                assert found.json()["role"] == role
                assert re.match(name, found.json()["who"])

    asyncio.run(visit())


def test_without_the_proxy_its_words_are_nobodys(
    desk: Desk,
    make_server: ServerMaker,
) -> None:
    desk.accounts.set_password(PASSWORD)

    async def visit() -> None:
        server = make_server(proxies=("192.0.2.5",), sign_on=True)
        async with serving(server):
            forged = {
                "Host": HOST,
                "X-Tracing-Table-User": "mallory",
                "X-Tracing-Table-Role": "admin",
            }
            url = f"https://127.0.0.1:{port_of(server)}"
            async with httpx2.AsyncClient(base_url=url, headers=forged, verify=False) as client:
                assert (await client.get("/api/v1/session")).json()["role"] == "anyone"
                assert (await client.get("/api/v1/state")).status_code == 401

    asyncio.run(visit())
