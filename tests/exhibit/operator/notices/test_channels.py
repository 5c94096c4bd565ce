"""Mail and webhook against a real mail server and a real receiver on this machine."""

from __future__ import annotations

import http.server
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exhibit.contract.settings.notices import NoticesConfig
from exhibit.operator.access.certificate import own_files
from exhibit.operator.notices.channels import (
    BEARER,
    PASSWORD,
    Mail,
    Notice,
    NoticeError,
    Webhook,
    open_channels,
    read_secret,
)
from tests.fakes.closed import close_folder

aiosmtpd = pytest.importorskip("aiosmtpd.controller")
smtp = pytest.importorskip("aiosmtpd.smtp")

NOTICE = Notice(
    "fault: Øst camera lost", "23:15:00  fault: Øst camera lost\n", ({"what": "fault"},)
)


class Box:
    """Keeps the mail that a server takes."""

    def __init__(self) -> None:
        self.mail: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mail.append(envelope)
        return "250 taken"


def _check_login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
    good = (data.login, data.password) == (b"table", b"a calm evening")
    return smtp.AuthResult(success=good, handled=False)


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def mail_server(box: Box) -> Iterator[Any]:
    controller = aiosmtpd.Controller(
        box,
        hostname="127.0.0.1",
        port=_free_port(),
        authenticator=_check_login,
        auth_require_tls=False,
    )
    controller.start()
    yield controller
    controller.stop()


def _free_port() -> int:
    # The library's controller cannot tell which port it was given.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _port(controller: Any) -> int:
    return int(controller.port)


def _config(port: int, **more: Any) -> NoticesConfig:
    return NoticesConfig(
        **{
            "mail_to": ("kim@museum.example", "ada@museum.example"),
            "mail_from": "table@museum.example",
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_security": "none",
            "place": "Hall 3",
            **more,
        }
    )


def test_mail_reaches_everybody_with_its_letters(
    mail_server: Any, box: Box, tmp_path: Path
) -> None:
    Mail(_config(_port(mail_server)), tmp_path).send(NOTICE)
    (envelope,) = box.mail
    assert envelope.rcpt_tos == ["kim@museum.example", "ada@museum.example"]
    from email import message_from_bytes, policy

    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["Subject"] == "[Hall 3] fault: Øst camera lost"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Øst camera lost" in message.get_content()


def test_mail_logs_in_with_the_secret_and_names_a_wrong_one(
    mail_server: Any, box: Box, tmp_path: Path
) -> None:
    secret = tmp_path / PASSWORD
    secret.write_text("a calm evening\n")
    secret.chmod(0o600)
    channel = Mail(_config(_port(mail_server), smtp_user="table"), tmp_path)
    channel.send(NOTICE)
    secret.write_text("another one")
    with pytest.raises(NoticeError, match=r"mail through 127\.0\.0\.1: 535"):
        channel.send(NOTICE)
    assert len(box.mail) == 1


def test_secret_in_a_folder_of_another_owner_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_secret(PASSWORD, tmp_path) == ""
    close_folder(monkeypatch, tmp_path)
    with pytest.raises(NoticeError, match=r"cannot be read: .*Permission denied"):
        read_secret(PASSWORD, tmp_path)


def test_mail_to_a_server_whose_certificate_nobody_knows_is_refused(
    box: Box, tmp_path: Path
) -> None:
    files = own_files(tmp_path / "tls", ["localhost"], ["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    controller = aiosmtpd.Controller(
        box, hostname="127.0.0.1", port=_free_port(), tls_context=context
    )
    controller.start()
    try:
        with pytest.raises(NoticeError, match="certificate"):
            Mail(_config(_port(controller), smtp_security="starttls"), tmp_path).send(NOTICE)
    finally:
        controller.stop()
    assert box.mail == []


def test_mail_without_a_server_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoticeError, match=r"127\.0\.0\.1: .*refused"):
        Mail(_config(1), tmp_path).send(NOTICE)
    with pytest.raises(NoticeError, match="smtp_host is empty"):
        Mail(_config(1, smtp_host=""), tmp_path).send(NOTICE)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted."""

    got: list[tuple[dict[str, str], Any]]
    status: int

    def do_POST(self) -> None:
        """Take one notice."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).got.append((dict(self.headers), body))
        self.send_response(type(self).status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[http.server.HTTPServer]:
    Receiver.got, Receiver.status = [], 204
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_webhook_gets_json_and_the_bearer(receiver: http.server.HTTPServer, tmp_path: Path) -> None:
    (tmp_path / BEARER).write_text("s3cret")
    (tmp_path / BEARER).chmod(0o600)
    config = NoticesConfig(webhook=f"http://127.0.0.1:{receiver.server_port}/hook")
    (channel,) = open_channels(config, tmp_path)
    channel.send(NOTICE)
    ((headers, body),) = Receiver.got
    assert headers["Authorization"] == "Bearer s3cret"
    assert body["subject"] == NOTICE.subject
    assert body["events"] == [{"what": "fault"}]
    assert NOTICE.subject in body["text"]


def test_webhook_that_does_not_take_it_is_named_without_its_path(
    receiver: http.server.HTTPServer, tmp_path: Path
) -> None:
    Receiver.status = 500
    where = f"127.0.0.1:{receiver.server_port}"
    channel = Webhook(NoticesConfig(webhook=f"http://{where}/services/SECRET"), tmp_path)
    with pytest.raises(NoticeError, match=f"webhook {where}: HTTP Error 500") as caught:
        channel.send(NOTICE)
    assert "SECRET" not in str(caught.value), "what stands in a chat's address is its password"


def test_secret_comes_from_systemd_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, own = tmp_path / "credentials", tmp_path / "state"
    for folder, word in ((given, "systemd's"), (own, "own")):
        folder.mkdir()
        (folder / PASSWORD).write_text(word)
        (folder / PASSWORD).chmod(0o600)
    assert read_secret(PASSWORD, own) == "own"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    assert read_secret(PASSWORD, own) == "systemd's"
    assert read_secret(BEARER, own) == ""


def test_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / PASSWORD).write_text("x")
    (tmp_path / PASSWORD).chmod(0o644)
    with pytest.raises(NoticeError, match="others can read it; expected mode 0600"):
        read_secret(PASSWORD, tmp_path)
