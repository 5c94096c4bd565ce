"""The connection to the broker: kept by a thread of paho's, read and written from the page's loop.

Nothing waits for a broker. What came is the newest message of each command, what is told is the
newest value of each topic, and both are there again as soon as the broker is.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, topic_matches_sub
from paho.mqtt.enums import CallbackAPIVersion

from exhibit.contract.settings.mqtt import MqttConfig
from exhibit.operator.access.accounts import FOLDER
from exhibit.operator.api.live import describe
from exhibit.operator.desk import Desk
from exhibit.operator.mqtt.commands import COMMANDS, Commands
from exhibit.operator.mqtt.messages import (
    AVAILABILITY,
    OFFLINE,
    ONLINE,
    Messages,
    discovery_of,
    messages_of,
)
from exhibit.operator.notices.channels import NoticeError, read_secret

log = logging.getLogger(__name__)

PASSWORD = "mqtt-password"
_LOOK_EVERY_S, _TELL_EVERY_S = 0.1, 1.0
_KEEP_ALIVE_S = 30
_AGAIN_FIRST_S, _AGAIN_LAST_S = 1, 60
_QOS = 1


class Link:
    """Tells a broker of the table, and takes what it may.

    Args:
        desk: what is told of and changed.
        config: where the broker is.
        clock: monotonic seconds.
    """

    def __init__(
        self, desk: Desk, config: MqttConfig, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._desk, self._config, self._clock = desk, config, clock
        self._commands = Commands(desk, clock)
        self._newest: dict[str, bytes] = {}
        self._told: Messages = {}
        self._found: tuple[str, str] | None = None
        self._is_fresh = False
        self._reason = ""
        self._client = _client(config)

    async def serve(self) -> None:
        """Tell and take until cancelled; what goes wrong here never ends the page."""
        try:
            self._open()
        except (NoticeError, OSError, ValueError) as error:
            self._desk.mqtt_fault = f"mqtt: {error}; no MQTT until the page starts again"
            return
        tell_due = float("-inf")
        try:
            while True:
                self._commands.apply(self._take())
                self._desk.mqtt_fault = self._reason
                if self._is_fresh or self._clock() >= tell_due:
                    tell_due = self._clock() + _TELL_EVERY_S
                    self._tell()
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            self._client.publish(self._topic(AVAILABILITY), OFFLINE, _QOS, retain=True)
            self._client.disconnect()
            self._client.loop_stop()

    def _open(self) -> None:
        config, client = self._config, self._client
        if config.user:
            client.username_pw_set(config.user, _password(self._desk.state_dir))
        if config.tls:
            client.tls_set_context(ssl.create_default_context(cafile=config.ca))
        client.will_set(self._topic(AVAILABILITY), OFFLINE, _QOS, retain=True)
        client.on_connect, client.on_connect_fail = self._connected, self._not_connected
        client.on_disconnect, client.on_message = self._lost, self._heard
        client.reconnect_delay_set(_AGAIN_FIRST_S, _AGAIN_LAST_S)
        client.connect_async(config.host, config.port, _KEEP_ALIVE_S)
        client.loop_start()

    # In the thread of paho's. ------------------------------------------------------------------

    def _connected(self, client: Client, _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        where = f"mqtt: {self._config.host}:{self._config.port}"
        if code.is_failure:
            self._reason = f"{where}: the broker refuses: {code}"
            return
        self._reason = ""
        if self._config.role == "operator":
            client.subscribe([(self._topic(f"{name}/set"), _QOS) for name in COMMANDS])
        self._is_fresh = True

    def _not_connected(self, _client: Client, _data: Any) -> None:
        error = sys.exception()
        words = getattr(error, "strerror", None) or error or "no answer"
        self._reason = f"mqtt: {self._config.host}:{self._config.port}: {words}"

    def _lost(self, _client: Client, _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        if code.is_failure and not self._reason:
            self._reason = f"mqtt: {self._config.host}:{self._config.port}: {code}"

    def _heard(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        # What a broker has kept is not asked for now: a scene of yesterday.
        if message.retain:
            return
        for name in COMMANDS:
            if topic_matches_sub(self._topic(f"{name}/set"), message.topic):
                self._newest[name] = bytes(message.payload)

    # In the page's loop. -----------------------------------------------------------------------

    def _take(self) -> dict[str, bytes]:
        """Return the newest message of each command since the last call."""
        wanted, self._newest = self._newest, {}
        return wanted

    def _tell(self) -> None:
        """Publish what has changed; all of it to a broker that is new or back."""
        if not self._client.is_connected():
            return
        if self._is_fresh:
            self._is_fresh, self._told, self._found = False, {}, None
            self._publish(AVAILABILITY, ONLINE)
        desk = self._desk
        brightness = desk.settings.effective.stage.brightness
        told = messages_of(describe(desk), brightness, desk.visits.counted)
        for topic, text in told.items():
            if self._told.get(topic) != text:
                self._publish(topic, text)
        self._told = told
        if self._config.discovery:
            scenes = [scene.name for scene in desk.scenes.book.scenes]
            found = discovery_of(self._config, scenes)
            if found != self._found:
                self._client.publish(*found, qos=_QOS, retain=True)
                self._found = found

    def _publish(self, topic: str, text: str) -> None:
        self._client.publish(self._topic(topic), text, _QOS, retain=True)

    def _topic(self, name: str) -> str:
        return f"{self._config.topic}/{name}"


def _client(config: MqttConfig) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, client_id=config.topic.replace("/", "-"))
    client.enable_logger(log)
    # What could not be told is old by the time it could be.
    client.max_queued_messages_set(32)
    return client


def _password(state_dir: Path) -> str:
    return read_secret(PASSWORD, state_dir / FOLDER)
