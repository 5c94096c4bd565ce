"""A card must hold plain values only: a class of torch's own cannot be read back."""

import json

import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.yaml_text import read_yaml, write_yaml  # noqa: E402
from models.training.run.hardware import hardware  # noqa: E402


def test_hardware_is_of_plain_values_that_a_card_gives_back() -> None:
    found = hardware(torch.device("cpu"), 2, "32-true")
    assert found["processes"] == 2
    assert found["threads"] >= 1
    assert read_yaml(write_yaml(found))[1] == json.loads(json.dumps(found)) == found
    assert {type(value) for value in found.values()} <= {int, str}
