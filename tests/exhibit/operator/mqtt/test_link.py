"""The link against a real broker: Eclipse Mosquitto, where it is installed."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from exhibit.contract.settings.mqtt import MqttConfig
from exhibit.operator.access.certificate import own_files
from exhibit.operator.desk import Desk
from exhibit.operator.mqtt.link import Link
from tests.exhibit.operator.conftest import FakeTable
from tests.patience import PATIENCE_S, wait_until

PASSWORD = "a calm museum evening"
MOSQUITTO = shutil.which("mosquitto")

pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="Debian's mosquitto is not installed")


class Broker:
    """Mosquitto on a port of its own, that can be ended and started again."""

    def __init__(self, folder: Path, lines: str = "allow_anonymous true\n") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._file = folder / "mosquitto.conf"
        self._file.write_text(f"user root\nlistener {self.port} 127.0.0.1\n{lines}")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        assert MOSQUITTO is not None
        self._process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self._file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

        def is_there() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        wait_until(is_there, "the broker")

    def end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_S)


class Listener:
    """Somebody else at the broker: hears all, and sends."""

    def __init__(self, port: int, ca: Path | None = None) -> None:
        self.heard: dict[str, str] = {}
        self._client = Client(CallbackAPIVersion.VERSION2)
        if ca is not None:
            self._client.tls_set(str(ca))
            self._client.username_pw_set("north", PASSWORD)
        self._client.on_message = self._keep
        self._client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _keep(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self.heard[message.topic] = message.payload.decode()

    def send(self, topic: str, text: str, retain: bool = False) -> None:
        self._client.publish(topic, text, 1, retain).wait_for_publish(PATIENCE_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    yield broker
    broker.end()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    listener = Listener(broker.port)
    yield listener
    listener.close()


def _config(port: int, **more: Any) -> MqttConfig:
    return MqttConfig(enabled=True, port=port, topic="museum/north", role="operator", **more)


@asynccontextmanager
async def _linked(desk: Desk, config: MqttConfig) -> AsyncIterator[None]:
    task = asyncio.create_task(Link(desk, config, time.monotonic).serve())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE_S / 0.05)):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came to be")


def test_the_broker_knows_the_table_while_it_is_there(
    desk: Desk, table: FakeTable, broker: Broker, listener: Listener
) -> None:
    async def visit() -> None:
        async with _linked(desk, _config(broker.port)):
            # Told last, after everything else.
            await _until(lambda: "homeassistant/device/museum_north/config" in listener.heard)
            assert listener.heard["museum/north/availability"] == "online"
            assert listener.heard["museum/north/state"] == "showing"
            assert listener.heard["museum/north/blank"] == "OFF"
        await _until(lambda: listener.heard["museum/north/availability"] == "offline")
        assert desk.mqtt_fault == ""

    asyncio.run(visit())


def test_of_what_was_sent_the_newest_is_done_and_what_the_broker_kept_is_not(
    desk: Desk, table: FakeTable, broker: Broker, listener: Listener
) -> None:
    listener.send("museum/north/brightness/set", "0.9", retain=True)

    async def visit() -> None:
        async with _linked(desk, _config(broker.port)):
            await _until(lambda: "museum/north/brightness" in listener.heard)
            assert desk.settings.effective.stage.brightness == 0.0
            for step in range(50):
                listener.send("museum/north/brightness/set", f"{0.01 * step:.2f}")
            await _until(lambda: desk.settings.effective.stage.brightness == pytest.approx(0.49))
            await _until(lambda: listener.heard["museum/north/brightness"] == "0.49")

    asyncio.run(visit())


def test_a_broker_that_is_gone_is_told_and_hears_the_newest_when_it_is_back(
    desk: Desk, table: FakeTable, broker: Broker, listener: Listener
) -> None:
    async def visit() -> None:
        async with _linked(desk, _config(broker.port)):
            await _until(lambda: "museum/north/state" in listener.heard)
            broker.end()
            await _until(lambda: desk.mqtt_fault != "")
            assert f"mqtt: 127.0.0.1:{broker.port}" in desk.mqtt_fault
            desk.settings.preview({"stage": {"brightness": 0.2}})
            listener.heard.clear()
            broker.start()
            await _until(lambda: listener.heard.get("museum/north/brightness") == "0.2")
            assert listener.heard["museum/north/availability"] == "online"
            await _until(lambda: desk.mqtt_fault == "")

    asyncio.run(visit())


def test_a_table_that_is_gone_is_told_by_the_broker(
    desk: Desk, table: FakeTable, broker: Broker, listener: Listener
) -> None:
    async def visit() -> None:
        link = Link(desk, _config(broker.port), time.monotonic)
        task = asyncio.create_task(link.serve())
        await _until(lambda: listener.heard.get("museum/north/availability") == "online")
        # As it is for the broker when a machine is switched off.
        link._client.socket().close()
        await _until(lambda: listener.heard["museum/north/availability"] == "offline")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(visit())


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[Broker, Path]]:
    """A broker with TLS that knows one user, and the certificate that it is known by."""
    files = own_files(tmp_path / "tls", ["localhost"], ["127.0.0.1"])
    (tmp_path / "passwords").write_text(f"north:{PASSWORD}\n")
    hashed = ["mosquitto_passwd", "-U", str(tmp_path / "passwords")]
    subprocess.run(hashed, check=True, capture_output=True)
    lines = f"certfile {files.certificate}\nkeyfile {files.key}\nallow_anonymous false\n"
    broker = Broker(tmp_path, f"{lines}password_file {tmp_path / 'passwords'}\n")
    yield broker, files.certificate
    broker.end()


def _keep_password(desk: Desk, text: str) -> None:
    secret = desk.state_dir / "operator" / "mqtt-password"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text(text)
    secret.chmod(0o600)


def test_by_tls_and_with_its_password_a_table_is_heard_and_obeys(
    desk: Desk, table: FakeTable, secured: tuple[Broker, Path]
) -> None:
    broker, ca = secured
    _keep_password(desk, PASSWORD)
    listener = Listener(broker.port, ca)

    async def visit() -> None:
        async with _linked(desk, _config(broker.port, tls=True, ca=ca, user="north")):
            await _until(lambda: listener.heard.get("museum/north/state") == "showing")
            listener.send("museum/north/brightness/set", "0.3")
            await _until(lambda: desk.settings.effective.stage.brightness == pytest.approx(0.3))
            assert desk.mqtt_fault == ""

    try:
        asyncio.run(visit())
    finally:
        listener.close()


# paho leaves the socket of a handshake that failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_that_nobody_known_has_signed_is_told_and_gets_no_password(
    desk: Desk, table: FakeTable, secured: tuple[Broker, Path]
) -> None:
    broker, _ = secured
    _keep_password(desk, PASSWORD)

    async def visit() -> None:
        async with _linked(desk, _config(broker.port, tls=True, user="north")):
            await _until(lambda: "certificate verify failed" in desk.mqtt_fault.lower())

    asyncio.run(visit())


def test_a_viewer_by_mqtt_changes_nothing(
    desk: Desk, table: FakeTable, broker: Broker, listener: Listener
) -> None:
    config = _config(broker.port).model_copy(update={"role": "viewer"})

    async def visit() -> None:
        async with _linked(desk, config):
            await _until(lambda: "museum/north/state" in listener.heard)
            listener.send("museum/north/brightness/set", "0.5")
            await asyncio.sleep(0.5)
            assert desk.settings.effective.stage.brightness == 0.0

    asyncio.run(visit())


def test_a_wrong_password_is_told(desk: Desk, table: FakeTable, tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text("")
    broker = Broker(tmp_path, f"allow_anonymous false\npassword_file {tmp_path / 'passwords'}\n")
    _keep_password(desk, "wrong")

    async def visit() -> None:
        async with _linked(desk, _config(broker.port, user="north")):
            await _until(lambda: "the broker refuses" in desk.mqtt_fault)

    try:
        asyncio.run(visit())
    finally:
        broker.end()


def test_a_password_that_others_can_read_is_not_used(desk: Desk, table: FakeTable) -> None:
    secret = desk.state_dir / "operator" / "mqtt-password"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("open")
    secret.chmod(0o644)

    async def visit() -> None:
        async with _linked(desk, _config(1, user="north")):
            await _until(lambda: "expected mode 0600" in desk.mqtt_fault)

    asyncio.run(visit())
