"""The settings of MQTT: the building's automation hears of the table, and may switch it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from exhibit.contract.settings.addresses import Host
from exhibit.contract.settings.section import Section

Topic = Annotated[
    str, Field(max_length=100, pattern=r"^[\w-]+(/[\w-]+)*$", examples=["museum/table_2"])
]
"""Levels of letters, digits, _ and -, without wildcards."""


class MqttConfig(Section):
    """MQTT for the building's automation."""

    enabled: bool = False
    """Tell a broker how the table is, and take what `role` allows from it."""
    host: Host = "127.0.0.1"
    """Address of the broker."""
    port: int = Field(1883, ge=1, le=65535)
    """Its port: 1883, or 8883 with TLS."""
    tls: bool = False
    """Encrypt the way there."""
    ca: Path | None = None
    """Certificate (PEM) of who signed the broker's; empty for one that this machine trusts."""
    user: str = Field("", max_length=200)
    """Who logs in; empty for nobody. The password is the systemd credential `mqtt-password`, or the
    file of that name in `state/operator`, with mode 0600."""
    topic: Topic = "tracing_table/table"
    """Where this table's messages begin; each table needs its own."""
    name: str = Field("Tracing Table", max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")
    """What the table is called in the building's automation."""
    discovery: Topic | Literal[""] = "homeassistant"
    """Where Home Assistant looks for devices; empty tells it of none."""
    role: Literal["viewer", "operator"] = "viewer"
    """What messages may do: nothing, or as an operator scenes, brightness, freezing, blanking."""
