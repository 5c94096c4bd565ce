import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from exhibit.contract.board import Heart, write_status
from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.schema import WebConfig
from exhibit.contract.slot import Slot
from exhibit.contract.table_state import TableState
from exhibit.web import server as module
from exhibit.web.server import WebServer, describe_table, open_server
from tests.patience import PATIENCE_S, wait_until

LOCAL = WebConfig(port=0)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    server, faults = open_server(LOCAL, tmp_path)
    assert faults == []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def get(server: WebServer, path: str) -> tuple[int, str, bytes]:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=PATIENCE_S)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.getheader("Content-Type", ""), body


def test_web_page_and_its_parts_are_served(server: WebServer) -> None:
    for path, kind in (("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "javascript")):
        status, content_type, body = get(server, path)
        assert (status, kind in content_type) == (200, True)
        assert body
    assert get(server, "/../config.yaml")[0] == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.168.1.7", "::", "table.local", "127.0.0.256"])
def test_web_may_not_be_opened_to_the_network(host: str) -> None:
    """It has no login, and shows the camera."""
    with pytest.raises(ValidationError, match="host"):
        WebConfig(host=host)


@pytest.mark.parametrize(
    "host", ["elsewhere.example:80", "evil@127.0.0.1", "127.0.0.1/x", "[::1", "", "192.0.2.1"]
)
def test_web_under_a_foreign_name_is_refused(server: WebServer, host: str) -> None:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=PATIENCE_S)
    connection.request("GET", "/camera.jpg", headers={"Host": host})
    assert connection.getresponse().status == 403
    connection.close()


def test_web_view_keeps_colours_and_waits_for_the_first_picture(
    server: WebServer, tmp_path: Path
) -> None:
    assert get(server, "/stage.jpg")[0] == 503
    red = np.zeros((16, 24, 3), np.uint8)
    red[..., 0] = 250
    Slot.create(tmp_path / "composite.slot", red.nbytes).publish(1, 1.0, red)
    status, _, jpeg = get(server, "/stage.jpg")
    blue_green_red = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert status == 200
    assert blue_green_red.shape == (16, 24, 3)
    assert blue_green_red[8, 8, 2] > 200 > 60 > blue_green_red[8, 8, 0]


def test_web_stream_a_picture_is_whole_before_the_next_one_comes(
    server: WebServer, tmp_path: Path
) -> None:
    """A browser shows a picture once it has read the head of the part after it."""
    slot = Slot.create(tmp_path / "composite.slot", 64)
    slot.publish(1, 1.0, np.zeros((8, 8), np.uint8))
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=PATIENCE_S)
    connection.request("GET", "/stage.mjpg")
    answer = connection.getresponse()
    kind, _, boundary = answer.getheader("Content-Type", "").partition("; boundary=")
    assert kind == "multipart/x-mixed-replace"
    head = f"--{boundary}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
    assert answer.read(len(head)) == head
    greys = []
    for grey in (0, 200):
        # Nothing is published until the picture before has been shown.
        slot.publish(1, 1.0, np.full((8, 8), grey, np.uint8))
        while abs(int(read_picture(answer, head)) - grey) >= 8:
            pass
        greys.append(grey)
    connection.close()
    assert greys == [0, 200]


def read_picture(answer: HTTPResponse, head: bytes) -> float:
    """Read as a browser does, up to the head of the next part; returns the mean grey."""
    read = b""
    while not read.endswith(b"\r\n" + head):
        read += answer.read(1)
    jpeg = np.frombuffer(read[: -len(head) - 2], np.uint8)
    decoded = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
    assert decoded is not None
    return float(decoded.mean())


def test_web_more_viewers_than_places_are_told_so(server: WebServer) -> None:
    while server.streams.acquire(blocking=False):
        pass
    status, _, body = get(server, "/stage.mjpg")
    assert status == 503
    assert b"already watch" in body


def test_open_server_taken_port_takes_another_and_says_so(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        server, faults = open_server(WebConfig(port=taken), tmp_path)
        server.server_close()
    assert server.server_port != taken
    assert str(taken) in faults[0]


def test_open_server_foreign_address_names_the_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"web\.host: 192\.0\.2\.1"):
        open_server(WebConfig.model_construct(host="192.0.2.1", port=0), tmp_path)


def test_describe_table_says_simulated_and_who_is_alive(tmp_path: Path) -> None:
    Heart(tmp_path, "stage").beat()
    write_status(tmp_path, "engine", {"simulated": True, "faults": ["camera unplugged"]})
    state = describe_table(TableState(tmp_path).look())
    assert state["simulated"] is True
    assert (state["stage_alive"], state["engine_alive"]) == (True, False)
    assert state["faults"] == ["camera unplugged"]


def test_web_one_connection_too_many_is_closed_and_the_others_are_not(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    address = ("127.0.0.1", server.server_port)
    silent = [socket.create_connection(address, timeout=PATIENCE_S) for _ in range(3)]
    wait_until(lambda: len(server._arriving_since) == 3, "three connections that say nothing")
    with socket.create_connection(address, timeout=PATIENCE_S) as another:
        assert another.recv(1) == b""
    assert server.faults == ["the stage in the browser has too many connections: more than 3"]
    for connection in silent:
        connection.close()
    wait_until(lambda: not server._arriving_since, "room again")
    assert get(server, "/")[0] == 200


def test_web_request_sent_byte_by_byte_is_closed(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_HEAD_WITHIN_S", 0.1)
    with socket.create_connection(("127.0.0.1", server.server_port)) as connection:
        connection.setblocking(False)

        def closed() -> bool:
            try:
                connection.send(b"G")
                return connection.recv(1) == b""
            except BlockingIOError:
                return False
            except OSError:
                return True

        wait_until(closed, "the end of a request without one")


def test_web_stream_goes_on_beyond_the_time_for_its_request(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slot.create(tmp_path / "composite.slot", 64).publish(1, 1.0, np.zeros((8, 8), np.uint8))
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=PATIENCE_S)
    connection.request("GET", "/stage.mjpg")
    answer = connection.getresponse()
    monkeypatch.setattr(module, "_HEAD_WITHIN_S", 0.0)
    looks = iter(range(10))
    beat = server._heart.last
    wait_until(lambda: server._heart.last > beat and next(looks) == 9, "several looks for the late")
    assert answer.read(2) == b"--"
    connection.close()
