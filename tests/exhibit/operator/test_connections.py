"""Nobody may take the page away from others by saying nothing, or only half of it.

Spans server, crowd and deadline.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from exhibit.contract.board import read_status
from exhibit.operator import crowd, deadline, server
from exhibit.operator.access.roles import Role
from exhibit.operator.crowd import Crowd, Door
from exhibit.operator.desk import Desk
from exhibit.operator.server import Server
from tests.exhibit.operator.conftest import ServerMaker
from tests.exhibit.operator.running_page import Page, leave, port_of, serving
from tests.fakes.clock import FakeClock
from tests.patience import PATIENCE_S, wait_until

GET = b"GET /healthz HTTP/1.1\r\nHost: testserver\r\n\r\n"
ALIVE = b'{"status":"alive"}'


def test_crowd_has_a_limit_in_all_and_for_one_address() -> None:
    people = Crowd(most=3, most_of_one=2)
    came = [people.admit(address) for address in ("a", "a", "a", "b", "c")]
    assert came == [True, True, False, True, False]
    people.leave("a")
    assert [people.admit(address) for address in ("c", "c")] == [True, False]


def test_crowd_names_whom_it_turned_away_for_a_minute() -> None:
    clock = FakeClock()
    people = Crowd(most=3, most_of_one=2, clock=clock)
    for address in ("192.0.2.7", "192.0.2.7", "192.0.2.7", "b", "c"):
        people.admit(address)
    assert people.faults == (
        "the page has too many connections from 192.0.2.7: more than 2",
        "the page has too many connections in all: more than 3",
    )
    clock.advance(61)
    assert people.faults == ()


def test_crowd_of_many_floods_remembers_few() -> None:
    people = Crowd(most_of_one=0)
    for number in range(1000):
        people.admit(str(number))
    assert len(people.faults) == 8


def test_crowd_remembers_nobody_who_left() -> None:
    people = Crowd(most=1)
    for number in range(1000):
        assert people.admit(str(number))
        people.leave(str(number))
    assert not people._from


def test_door_counts_a_guest_once_however_often_it_is_closed() -> None:
    people = Crowd(most=1)
    with Door(socket.create_server(("127.0.0.1", 0)), people) as door:
        door.setblocking(True)
        for _ in range(2):
            with socket.create_connection(door.getsockname()):
                guest, _ = door.accept()
                with socket.create_connection(door.getsockname()) as second:
                    with pytest.raises(ConnectionAbortedError):
                        door.accept()
                    assert second.recv(1) == b""
                guest.close()
                guest.close()


@pytest.fixture
def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines that a test can wait for."""
    monkeypatch.setattr(server, "HANDSHAKE_WITHIN_S", 0.2)
    monkeypatch.setattr(server, "_KEEP_ALIVE_S", 1)
    monkeypatch.setattr(deadline, "REQUEST_WITHIN_S", 0.2)


@pytest.fixture
def page(make_server: ServerMaker) -> Server:
    return make_server()


async def _end_of(reader: asyncio.StreamReader) -> bytes:
    """Return what is left to read until the other side closes."""
    async with asyncio.timeout(PATIENCE_S):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: test",
        b"POST /api/v1/login HTTP/1.1\r\nHost: testserver\r\nContent-Length: 99\r\n\r\n{",
        GET + b"GET /heal",
    ],
)
def test_request_that_is_never_ended_is_closed(
    quick: None, page: Server, trusting: ssl.SSLContext, begun: bytes
) -> None:
    async def check() -> None:
        async with serving(page):
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(page), ssl=trusting)
            writer.write(begun)
            read = await _end_of(reader)
            assert read.startswith(b"HTTP/1.1 200 OK") is begun.startswith(GET)
            await leave(writer)

    asyncio.run(check())


def _upload(authorization: str) -> bytes:
    lines = ("POST /api/v1/bundles/upload HTTP/1.1", "Host: testserver", "Content-Length: 99")
    return "\r\n".join((*lines, f"Authorization: {authorization}", "", "PK")).encode()


@pytest.mark.parametrize("of_admin", [True, False])
def test_request_that_brings_a_file_is_given_time_where_it_may(
    quick: None, desk: Desk, page: Server, trusting: ssl.SSLContext, of_admin: bool
) -> None:
    """A bundle of 33 MB takes longer than any other request, but nobody else may take so long."""
    secret = desk.accounts.add_token("a program", Role.ADMIN) if of_admin else "tt_nobody"

    async def check() -> None:
        async with serving(page):
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(page), ssl=trusting)
            writer.write(_upload(f"Bearer {secret}"))
            if not of_admin:
                assert (await _end_of(reader)).startswith(b"HTTP/1.1 401")
            else:
                await asyncio.sleep(3 * deadline.REQUEST_WITHIN_S)
                writer.write(b" " * 97)
                assert (await reader.readline()).startswith(b"HTTP/1.1 422")
            await leave(writer)

    asyncio.run(check())


def test_connection_without_a_handshake_is_closed(quick: None, page: Server) -> None:
    async def check() -> None:
        async with serving(page):
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(page))
            assert await _end_of(reader) == b""
            await leave(writer)

    asyncio.run(check())


def test_requests_in_time_go_on_over_one_connection(
    page: Server, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[float] = []
    monkeypatch.setattr(deadline.PunctualProtocol, "_give_up", lambda self: started.append(1.0))

    async def check() -> None:
        async with serving(page):
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(page), ssl=trusting)
            for _ in range(3):
                writer.write(GET)
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
                assert await reader.readexactly(len(ALIVE)) == ALIVE
                (protocol,) = page.server_state.connections
                assert protocol._deadline is None
            await leave(writer)

    asyncio.run(check())
    assert started == []


def _flood_is_named(run_dir: Path) -> bool:
    told = read_status(run_dir, "operator").get("faults", ())
    return (
        f"the page has too many connections from 127.0.0.1: more than {crowd.MOST_OF_ONE}" in told
    )


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_page_with_eleven_hundred_silent_connections_answers_others(
    running_page: Page, many_descriptors: None
) -> None:
    silent = [
        socket.create_connection(("127.0.0.1", running_page.port), timeout=PATIENCE_S)
        for _ in range(1100)
    ]
    try:
        wait_until(
            lambda: running_page.descriptors > crowd.MOST_OF_ONE, "the page takes what it may"
        )
        assert running_page.ask("healthz", source="127.0.0.2") == 200
        wait_until(lambda: _flood_is_named(running_page.run_dir), "the flood is a fault by name")
        assert running_page.descriptors < crowd.MOST + 100
    finally:
        for connection in silent:
            connection.close()
    wait_until(lambda: running_page.ask("healthz") == 200, "room again for this address")
