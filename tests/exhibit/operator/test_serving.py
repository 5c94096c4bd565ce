"""The page is on this machine alone until it is claimed, and always encrypted.

Spans server, certificate and command.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import socket
import ssl
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from exhibit.cli import main
from exhibit.contract.board import read_status
from exhibit.contract.errors import ConfigError
from exhibit.contract.notice import read_notice
from exhibit.operator import address
from exhibit.operator import pulse as pulse_module
from exhibit.operator.access import certificate
from exhibit.operator.access.accounts import Accounts
from exhibit.operator.access.certificate import Files, Tls, fingerprint_of, own_files
from exhibit.operator.access.roles import Role
from exhibit.operator.address import is_loopback, listen, own_addresses, own_names, url_of
from exhibit.operator.crowd import MOST_OF_ONE
from exhibit.operator.desk import Desk
from exhibit.operator.pulse import Pulse
from tests.exhibit.operator.conftest import HOST, PASSWORD, DeskMaker, FakeTable, ServerMaker
from tests.exhibit.operator.running_page import Page, leave, port_of, serving
from tests.fakes.clock import FakeClock
from tests.fakes.odd_files import ODD_FILES, lay_odd_file
from tests.patience import PATIENCE_S


def test_certificate_is_made_once_and_kept_private(files: Files, tmp_path: Path) -> None:
    before = fingerprint_of(files.certificate)
    again = own_files(tmp_path / "tls", ["other"], [])
    assert fingerprint_of(again.certificate) == before
    assert len(before.split(":")) == 32
    assert files.key.stat().st_mode & 0o077 == 0


def test_certificate_made_while_the_clock_was_wrong_is_made_anew(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No browser takes one that begins in the future, and it would have been kept for years."""

    class YearsAhead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(days=4000)

    with monkeypatch.context() as patched:
        patched.setattr(certificate, "datetime", YearsAhead)
        ahead = fingerprint_of(own_files(tmp_path / "tls", [HOST], []).certificate)
    again = fingerprint_of(own_files(tmp_path / "tls", [HOST], []).certificate)
    assert again != ahead
    assert fingerprint_of(own_files(tmp_path / "tls", [HOST], []).certificate) == again


def test_certificate_damaged_is_made_anew(files: Files, tmp_path: Path) -> None:
    before = fingerprint_of(files.certificate)
    files.key.write_text("damaged")
    assert fingerprint_of(own_files(tmp_path / "tls", [HOST], []).certificate) != before


def test_tls_new_files_are_taken_while_running(files: Files, tmp_path: Path) -> None:
    tls = Tls(files)
    assert not tls.renew()
    other = own_files(tmp_path / "other", ["museum.example"], [])
    for new, old in ((other.key, files.key), (other.certificate, files.certificate)):
        old.write_text(new.read_text())
        os.utime(old, (1, 1))
    assert tls.renew()
    assert tls.fingerprint == fingerprint_of(other.certificate)


def test_tls_files_that_do_not_fit_together_leave_the_old_ones(
    files: Files, tmp_path: Path
) -> None:
    tls = Tls(files)
    before = tls.fingerprint
    other = own_files(tmp_path / "other", ["museum.example"], [])
    files.certificate.write_text(other.certificate.read_text())
    os.utime(files.certificate, (1, 1))
    with pytest.raises(ConfigError, match=r"operator\.certificate"):
        tls.renew()
    assert tls.fingerprint == before


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("203.0.113.77", False)],
)
def test_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_own_names_have_the_museums_first_and_none_twice() -> None:
    names = own_names(["Table.Museum.example", "localhost"])
    assert names[0] == "table.museum.example"
    assert len(names) == len(set(names))


def test_server_port_taken_serves_on_another_and_says_so(
    desk: Desk, files: Files, clock: FakeClock, make_server: ServerMaker
) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        server = make_server(port=port)
    assert f"{port} is taken" in server.fault
    assert str(port) not in server.url


def test_server_address_of_another_network_is_a_fault_and_tried_again(
    desk: Desk, files: Files, clock: FakeClock, make_server: ServerMaker
) -> None:
    server = make_server(host="203.0.113.77")
    server.started = True
    asyncio.run(server.open_to_network())
    assert "operator.host: 203.0.113.77" in server.fault
    assert server.url.startswith("https://127.0.0.1:")


async def _reached(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    await leave(writer)
    return True


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_server_every_interface_is_served_where_only_this_machine_was(
    desk: Desk, files: Files, clock: FakeClock, host: str, make_server: ServerMaker
) -> None:
    async def check() -> None:
        with listen("127.0.0.1", 0) as found:
            port = found.getsockname()[1]
        async with serving(make_server(host=host, port=port)) as server:
            assert not await _reached("127.0.0.2", port)
            await server.open_to_network()
            assert server.fault == ""
            for address in ("127.0.0.1", "127.0.0.2"):
                assert await _reached(address, port)

    asyncio.run(check())


@pytest.mark.parametrize("taken_at", ["127.0.0.1", "127.0.0.2"])
def test_server_every_interface_with_the_port_taken_still_serves_this_machine(
    desk: Desk, files: Files, clock: FakeClock, taken_at: str, make_server: ServerMaker
) -> None:
    async def check() -> None:
        with listen(taken_at, 0) as taken:
            port = taken.getsockname()[1]
            async with serving(make_server(host="0.0.0.0", port=port)) as server:
                for _ in range(2):
                    await server.open_to_network()
                    assert (
                        f"operator.host: 0.0.0.0: Address already in use; serving on {server.url}"
                        in server.fault
                    )
                    assert await _reached("127.0.0.1", port_of(server))
                    clock.advance(60)
                taken.close()
                await server.open_to_network()
                assert server.fault == ""
                assert port_of(server) == port
                for address in ("127.0.0.1", "127.0.0.2"):
                    assert await _reached(address, port)

    asyncio.run(check())


def test_url_of_every_interface_names_one_that_a_browser_finds() -> None:
    with listen("0.0.0.0", 0) as listener:
        host = urlsplit(url_of(listener)).hostname
    assert host in own_addresses()


def test_own_addresses_where_a_sandbox_tells_none_are_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a unit without AF_NETLINK, where the page would not start at all."""

    def refuse() -> None:
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

    monkeypatch.setattr(address.psutil, "net_if_addrs", refuse)
    assert own_addresses() == ["127.0.0.1"]


def test_pulse_invites_until_the_table_is_claimed(
    desk: Desk, files: Files, clock: FakeClock, make_server: ServerMaker
) -> None:
    tls, server = Tls(files), make_server(host="203.0.113.77")
    pulse = Pulse(desk, server, tls, clock)
    asyncio.run(pulse.tick())
    shown = "\n".join(read_notice(desk.run_dir, clock()))
    console = "\n".join(read_status(desk.run_dir, "operator")["console"])
    for text in (shown, console):
        assert desk.shown_password in text
        assert tls.fingerprint in text
    assert server.fault == ""  # it did not even try the network
    Accounts(desk.state_dir).set_password(PASSWORD)
    server.started = True
    asyncio.run(pulse.tick())
    assert read_notice(desk.run_dir, clock()) == []
    assert desk.shown_password == ""
    assert "203.0.113.77" in server.fault


def test_pulse_tells_of_floods_and_of_a_full_disk_by_name(
    desk: Desk,
    files: Files,
    clock: FakeClock,
    make_server: ServerMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = make_server()
    pulse = Pulse(desk, server, Tls(files), clock)
    monkeypatch.setattr(pulse_module, "measure", lambda _: {"disk_free_gb": 0.0})
    for _ in range(MOST_OF_ONE + 1):
        server._crowd.admit("192.0.2.7")
    asyncio.run(pulse.tick())
    told = [
        f"the page has too many connections from 192.0.2.7: more than {MOST_OF_ONE}",
        f"{desk.state_dir}: hardly any room is left on the disk",
    ]
    assert read_status(desk.run_dir, "operator")["faults"] == told
    asyncio.run(pulse.tick())
    assert set(told) <= {record["text"] for record in desk.events.newest(9, "fault")}
    for _ in range(MOST_OF_ONE):
        server._crowd.leave("192.0.2.7")
    monkeypatch.setattr(pulse_module, "measure", lambda _: {"disk_free_gb": 0.1})
    clock.advance(61)
    asyncio.run(pulse.tick())
    asyncio.run(pulse.tick())
    assert read_status(desk.run_dir, "operator")["faults"] == []
    assert set(told) <= {record["text"] for record in desk.events.newest(9, "fault over")}


def test_pulse_notice_does_not_stay_for_visitors(
    desk: Desk, files: Files, clock: FakeClock, make_server: ServerMaker
) -> None:
    pulse = Pulse(desk, make_server(), Tls(files), clock)
    asyncio.run(pulse.tick())
    clock.advance(16 * 60)
    asyncio.run(pulse.tick())
    assert read_notice(desk.run_dir, clock()) == []


def test_pulse_tells_what_happens_on_the_paper_once_in_two_lives(
    desk: Desk,
    table: FakeTable,
    make_desk: DeskMaker,
    files: Files,
    clock: FakeClock,
    make_server: ServerMaker,
) -> None:
    events = [{"number": 1, "at": clock() - 1.0, "name": "sheet_in", "detail": ""}]
    table.say("engine", state="showing", events=events)
    listener = desk.hub.join()
    assert listener is not None
    asyncio.run(Pulse(desk, make_server(), Tls(files), clock).tick())
    sent = [listener.queue.get_nowait() for _ in range(listener.queue.qsize())]
    assert len([message for message in sent if message.startswith(b"event: event\n")]) == 1
    again = make_desk()
    asyncio.run(Pulse(again, make_server(again), Tls(files), clock).tick())
    assert len(again.events.newest(9, "sheet_in")) == 1


def test_pulse_reverts_a_trial_that_a_process_cannot_start_with(
    desk: Desk, files: Files, clock: FakeClock, table: object, make_server: ServerMaker
) -> None:
    pulse = Pulse(desk, make_server(), Tls(files), clock)
    desk.settings.change({"stage": {"display": 9}}, "kim")
    asyncio.run(pulse.tick())
    assert desk.settings.effective.stage.display == 9
    ended = {"stage": {"pid": None, "restarts": 1, "last_exit": "exit code 2"}}
    table.say("supervisor", processes=ended)  # type: ignore[attr-defined]
    asyncio.run(pulse.tick())
    assert desk.settings.effective.stage.display == 0
    assert desk.events.newest(9, "trial")


def test_page_serves_without_a_table_and_ends_when_asked(running_page: Page) -> None:
    assert running_page.ask("healthz") == 200
    assert running_page.ask("api/v1/state") == 401
    running_page.process.send_signal(signal.SIGTERM)
    _, complaints = running_page.process.communicate(timeout=PATIENCE_S)
    assert (running_page.process.returncode, complaints) == (0, "")


STATE_FILES = (
    "overrides.yaml",
    "overrides.yaml.copy",
    "history/00000001.json",
    "scenes.yaml",
    "scenes.yaml.copy",
    "safe-mode",
    "visits.sqlite",
    "update-news.json",
    "operator/page.crt",
    "operator/page.key",
    "operator/access.json",
    "operator/access.json.copy",
    "operator/failures.json",
    "operator/notices.json",
    "operator/mqtt-password",
    "bundles/odd/card.yaml",
    "bundles/pulled.json",
)


@pytest.mark.parametrize("kind", ODD_FILES)
def test_page_serves_whatever_lies_where_its_files_should_be(tmp_path: Path, kind: str) -> None:
    """A pipe in the place of one file kept the whole table from starting, for ever."""
    state, month = tmp_path / "state", f"{datetime.now(UTC):%Y-%m}"
    for name in (*STATE_FILES, f"log/events-{month}.jsonl", f"operator/audit-{month}.jsonl"):
        lay_odd_file(state / name, kind)
    # Of a page that was killed while somebody fetched a backup.
    (state / ".backup-x").write_bytes(bytes(9))
    page = Page(tmp_path)
    try:
        assert page.ask("healthz") == 200
        assert not (state / ".backup-x").exists()
        # Nobody may claim a table whose passwords cannot be read.
        status = read_status(page.run_dir, "operator")
        assert status["claimed"] is True
        for name in ("page.crt", "access.json", "scenes.yaml", "audit"):
            assert any(name in fault for fault in status["faults"]), name
    finally:
        page.process.kill()
        page.process.communicate()


def test_page_serves_where_files_lie_in_the_place_of_folders(tmp_path: Path) -> None:
    for name in ("log", "history", "bundles", "strips", "operator"):
        path = tmp_path / "state" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b'{"at": null}\n')
    page = Page(tmp_path)
    try:
        assert page.ask("healthz") == 200
        assert any("events" in fault for fault in read_status(page.run_dir, "operator")["faults"])
    finally:
        page.process.kill()
        page.process.communicate()


def test_command_passwd_claims_and_tokens_are_made_and_taken_back(
    tmp_path: Path, desk: Desk
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("camera:\n  source: simulated\n")

    def run(*arguments: str, typed: str = "") -> tuple[int, str]:
        given = [*arguments, "--config", str(config)]
        result = CliRunner().invoke(main, ["operator", *given], input=typed)
        return result.exit_code, result.output.strip()

    assert run("passwd", typed="short\n")[0] == 2
    assert run("passwd", typed=f"{PASSWORD}\n") == (0, "the password is set")
    assert desk.accounts.password_matches(PASSWORD)
    code, said = run("passwd", "--generate")
    assert code == 0
    assert desk.accounts.password_matches(said.removeprefix("password: "))
    code, secret = run("token", "create", "phone", "--role", "operator")
    token = desk.accounts.token_of(secret)
    assert token is not None
    assert Role.named(token.role) is Role.OPERATOR
    assert run("token", "create", "phone")[0] == 2
    code, listed = run("token", "list")
    assert listed.startswith("phone  operator  made ")
    assert secret not in listed
    assert run("token", "revoke", "phone")[0] == 0
    assert desk.accounts.token_of(secret) is None
    assert run("token", "revoke", "phone")[0] == 2


def test_listen_connections_let_small_answers_out_at_once() -> None:
    async def option() -> int:
        with listen("127.0.0.1", 0) as listener:
            found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

            def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                taken = writer.get_extra_info("socket")
                found.set_result(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                writer.close()

            async with await asyncio.start_server(answer, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                nodelay = await found
                writer.close()
                return nodelay

    assert asyncio.run(option())


def test_listen_gives_up_readers_that_take_nothing() -> None:
    with listen("127.0.0.1", 0) as listener:
        option = getattr(socket, "TCP_USER_TIMEOUT", 18)
        assert 0 < listener.getsockopt(socket.IPPROTO_TCP, option) <= 30_000


async def _login(port: int, visitor: str, password: str) -> int:
    """Log in through a proxy, which names the visitor behind what the visitor says itself."""
    body = json.dumps({"password": password})
    lines = (
        "POST /api/v1/login HTTP/1.1",
        f"Host: {HOST}",
        f"X-Forwarded-For: 203.0.113.77, {visitor}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
    writer.write("\r\n".join((*lines, "", body)).encode())
    status = int((await reader.readline()).split()[1])
    await leave(writer)
    return status


@pytest.mark.parametrize(
    ("proxies", "last"), [(("127.0.0.0/8",), 200), (("localhost",), 200), ((), 429)]
)
def test_server_behind_a_named_proxy_delays_the_visitor_who_was_wrong_alone(
    desk: Desk, make_server: ServerMaker, proxies: tuple[str, ...], last: int
) -> None:
    async def check() -> None:
        desk.accounts.set_password(PASSWORD)
        async with serving(make_server(proxies=proxies)) as server:
            port = port_of(server)
            wrong = [await _login(port, "192.0.2.1", "wrong") for _ in range(4)]
            assert wrong[0] == 401
            assert wrong[-1] == 429
            assert await _login(port, "192.0.2.2", PASSWORD) == last

    asyncio.run(check())


@pytest.mark.parametrize("proxies", [("192.0.2.5",), ()])
def test_server_does_not_believe_who_is_no_proxy(
    desk: Desk, make_server: ServerMaker, proxies: tuple[str, ...]
) -> None:
    async def check() -> None:
        desk.accounts.set_password(PASSWORD)
        async with serving(make_server(proxies=proxies)) as server:
            wrong = [await _login(port_of(server), f"192.0.2.{n}", "wrong") for n in range(4)]
            assert wrong[-1] == 429

    asyncio.run(check())
