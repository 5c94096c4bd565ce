"""What is told by MQTT: topics below the table's own, and what Home Assistant finds by itself.

Source: Home Assistant, "MQTT discovery", device-based discovery payloads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from exhibit.contract.settings.mqtt import MqttConfig

AVAILABILITY = "availability"
ONLINE, OFFLINE = "online", "offline"
_ON, _OFF = "ON", "OFF"
# A broker keeps no empty message, and whoever comes later would not hear of it. Home Assistant
# takes this word for no scene.
_NOTHING = "none"
# Home Assistant takes no longer state.
_TEXTS = 255

Messages = dict[str, str]


def messages_of(state: Mapping[str, Any], brightness: float, visits: Mapping[str, int]) -> Messages:
    """Return how a table is, by the topic below its own; all of it is retained by the broker.

    Args:
        state: of the table, as the page shows it.
        brightness: of the stage, -1..1.
        visits: since the page began, of "people" and of the "simulated" visitor.
    """
    reasons = "; ".join(reason["text"] for reason in state["reasons"])
    stage = state["stage"]["state"]
    return {
        "state": str(state["state"]),
        "fault": _switch(state["state"] == "fault"),
        "reasons": reasons[:_TEXTS] or _NOTHING,
        "scene": str(state["scene"] or _NOTHING),
        "bundle": str(state["engine"]["bundle"] or _NOTHING),
        "visits": str(visits["people"]),
        "drawing": _switch(bool(state["drawing"])),
        "brightness": f"{brightness:g}",
        "freeze": _switch(stage == "frozen"),
        "blank": _switch(stage == "blank"),
    }


def discovery_of(config: MqttConfig, scenes: Sequence[str]) -> tuple[str, str]:
    """Return the topic and the text by which Home Assistant finds the table.

    Args:
        config: its topics, name and role: what may not be done is not offered.
        scenes: names that can be chosen.
    """
    ident = config.topic.replace("/", "_")
    seen: dict[str, dict[str, Any]] = {
        "state": {"p": "sensor", "name": "State", "icon": "mdi:draw"},
        "fault": {"p": "binary_sensor", "name": "Fault", "device_class": "problem"},
        "reasons": {"p": "sensor", "name": "Reasons", "icon": "mdi:alert-circle-outline"},
        "bundle": {"p": "sensor", "name": "Bundle", "icon": "mdi:palette"},
        "visits": {"p": "sensor", "name": "Visits", "state_class": "total_increasing"},
        "drawing": {"p": "binary_sensor", "name": "Drawing", "device_class": "occupancy"},
    }
    if config.role == "operator":
        seen |= {
            "brightness": {"p": "number", "name": "Brightness", "min": -1, "max": 1, "step": 0.05},
            "freeze": {"p": "switch", "name": "Freeze"},
            "blank": {"p": "switch", "name": "Blank"},
        }
        if scenes:
            seen["scene"] = {"p": "select", "name": "Scene", "options": list(scenes)}
    else:
        seen["scene"] = {"p": "sensor", "name": "Scene", "icon": "mdi:palette-swatch"}
    parts = {}
    for name, part in seen.items():
        topics = {"state_topic": f"{config.topic}/{name}", "unique_id": f"{ident}_{name}"}
        if part["p"] in ("number", "switch", "select"):
            topics["command_topic"] = f"{config.topic}/{name}/set"
        parts[name] = {**part, **topics}
    payload = {
        "dev": {
            "ids": [ident],
            "name": config.name,
            "mf": "Tracing Table",
            "sw": version("tracing-table"),
        },
        "o": {"name": "tracing-table", "sw": version("tracing-table")},
        "cmps": parts,
        "availability_topic": f"{config.topic}/{AVAILABILITY}",
        "qos": 1,
    }
    return f"{config.discovery}/device/{ident}/config", json.dumps(payload, ensure_ascii=False)


def _switch(on: bool) -> str:
    return _ON if on else _OFF
