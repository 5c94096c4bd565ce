import json

import pytest
from fastapi.testclient import TestClient

from exhibit.contract.settings.mqtt import MqttConfig
from exhibit.operator.api.live import describe
from exhibit.operator.desk import Desk
from exhibit.operator.mqtt.messages import discovery_of, messages_of
from tests.exhibit.operator.conftest import FakeTable

OPERATOR = MqttConfig(topic="museum/north", name="North", role="operator")


def test_messages_say_how_the_table_is(table: FakeTable, desk: Desk, admin: TestClient) -> None:
    table.say("engine", state="degraded", faults=["camera: gone"], bundle="lear")
    table.say("stage", state="blank", faults=[])
    told = messages_of(describe(desk), 0.25, {"people": 7, "simulated": 3})
    assert told["state"] == "fault"
    assert told["fault"] == "ON"
    assert "camera: gone" in told["reasons"]
    assert (told["brightness"], told["visits"], told["bundle"]) == ("0.25", "7", "lear")
    assert (told["blank"], told["freeze"], told["drawing"]) == ("ON", "OFF", "OFF")


def test_what_there_is_none_of_is_told_by_a_word_that_a_broker_keeps(
    table: FakeTable, desk: Desk, admin: TestClient
) -> None:
    table.say("engine", state="showing", faults=[], bundle=None)
    told = messages_of(describe(desk), 0.0, {"people": 0, "simulated": 0})
    assert (told["reasons"], told["scene"], told["bundle"]) == ("none", "none", "none")
    assert all(told.values())


def test_reasons_are_no_longer_than_home_assistant_takes(
    table: FakeTable, desk: Desk, admin: TestClient
) -> None:
    table.say("engine", state="degraded", faults=["camera: " + "gone " * 100])
    told = messages_of(describe(desk), 0.0, {"people": 0, "simulated": 0})
    assert len(told["reasons"]) == 255


@pytest.mark.parametrize(
    ("role", "commands"),
    [("viewer", set()), ("operator", {"scene", "brightness", "freeze", "blank"})],
)
def test_home_assistant_is_offered_what_the_role_allows(role: str, commands: set[str]) -> None:
    config = OPERATOR.model_copy(update={"role": role})
    topic, text = discovery_of(config, ["Evening", "Dag"])
    found = json.loads(text)
    assert topic == "homeassistant/device/museum_north/config"
    assert found["dev"]["name"] == "North"
    assert found["availability_topic"] == "museum/north/availability"
    offered = {name: part for name, part in found["cmps"].items() if "command_topic" in part}
    assert set(offered) == commands
    for name, part in found["cmps"].items():
        assert part["state_topic"] == f"museum/north/{name}"
        assert part["unique_id"] == f"museum_north_{name}"
    for name, part in offered.items():
        assert part["command_topic"] == f"museum/north/{name}/set"


def test_everything_that_is_offered_is_told(
    table: FakeTable, desk: Desk, admin: TestClient
) -> None:
    told = messages_of(describe(desk), 0.0, {"people": 0, "simulated": 0})
    _, text = discovery_of(OPERATOR, ["Evening"])
    assert set(json.loads(text)["cmps"]) == set(told)
