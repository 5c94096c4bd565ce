"""The projector must go on in the morning, whatever state it is in."""

from __future__ import annotations

import hashlib
import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from exhibit.cli import main
from exhibit.cli.projector import projector as command
from exhibit.projector.pjlink import Projector, ProjectorError


class FakeProjector(socketserver.ThreadingTCPServer):
    """Speaks PJLink's power commands; a test sets its `state`, `password` and next answer."""

    allow_reuse_address = daemon_threads = True
    state, password, answer, greeting = "0", "", "", ""
    said: list[str]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.said = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Line(socketserver.StreamRequestHandler):
    server: FakeProjector

    def handle(self) -> None:
        fake, number = self.server, "498e4a67"
        greeting = fake.greeting or ("PJLINK 0" if not fake.password else f"PJLINK 1 {number}")
        self.wfile.write(f"{greeting}\r".encode())
        text = b""
        while not text.endswith(b"\r") and (part := self.rfile.read(1)):
            text += part
        digest, _, order = text.decode().strip().partition("%1POWR ")
        fake.said.append(order)
        expected = hashlib.md5((number + fake.password).encode()).hexdigest()
        if fake.password and digest != expected:
            self.wfile.write(b"PJLINK ERRA\r")
            return
        if order in ("0", "1") and not fake.answer:
            fake.state = {"0": "2", "1": "3"}[order]
        self.wfile.write(
            f"%1POWR={fake.answer or (fake.state if order == '?' else 'OK')}\r".encode()
        )


@pytest.fixture
def fake() -> Iterator[FakeProjector]:
    server = FakeProjector()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _client(fake: FakeProjector, password: str = "") -> Projector:
    return Projector("127.0.0.1", password, fake.port)


@pytest.mark.parametrize(
    ("state", "wanted", "orders"),
    [
        ("0", "on", ["?", "1"]),
        ("2", "on", ["?", "1"]),
        ("1", "on", ["?"]),
        ("3", "on", ["?"]),
        ("1", "off", ["?", "0"]),
        ("0", "off", ["?"]),
        ("2", "off", ["?"]),
    ],
)
def test_projector_is_switched_only_where_it_is_not_yet(
    fake: FakeProjector, state: str, wanted: str, orders: list[str]
) -> None:
    fake.state = state
    _client(fake).switch(wanted)  # type: ignore[arg-type]
    assert fake.said == orders


def test_projector_with_a_password_is_logged_in_to(fake: FakeProjector) -> None:
    fake.password = "JBMIAProjectorLink"
    assert _client(fake, fake.password).power() == "off"
    with pytest.raises(ProjectorError, match="the password is wrong"):
        _client(fake, "other").power()


def test_projector_digest_is_the_one_of_the_specification() -> None:
    """Section 5.2's own example."""
    found = Projector("x", "JBMIAProjectorLink")._digest("PJLINK 1 498e4a67")
    assert found == "5d8409bc1c3fa39749434aa3a5c38682"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("ERR1", "no such command"),
        ("ERR3", "warming up or cooling down"),
        ("ERR4", "broken"),
        ("7", "expected 0 to 3"),
    ],
)
def test_projector_refusal_is_told_in_words(fake: FakeProjector, answer: str, said: str) -> None:
    fake.answer = answer
    with pytest.raises(ProjectorError, match=said):
        _client(fake).switch("on")


@pytest.mark.parametrize("greeting", ["HTTP/1.1 400", "PJLINK", "PJLINK 1", "x" * 500])
def test_projector_that_is_none_is_refused(fake: FakeProjector, greeting: str) -> None:
    fake.greeting = greeting
    with pytest.raises(ProjectorError):
        _client(fake).power()


def test_projector_that_is_not_there_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        port = taken.getsockname()[1]
        with pytest.raises(ProjectorError, match=rf":{port}: Connection refused$"):
            Projector("127.0.0.1", "", port).power()


def test_command_projector_takes_its_password_from_the_credential(
    fake: FakeProjector, tmp_path: object
) -> None:
    fake.password = "secret"
    (tmp_path / "projector-password").write_text("secret\n")  # type: ignore[operator]
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path), "PROJECTOR": "127.0.0.1"}
    result = CliRunner().invoke(command, ["on", "--port", str(fake.port)], env=environment)
    assert (result.exit_code, result.output) == (0, "the projector is warming up\n")


def test_command_projector_without_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["projector", "on"])
    assert ended.value.code == 2
    assert "which projector?" in capsys.readouterr().err
