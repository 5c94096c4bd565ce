"""Which changes are guarded is said by name, and a name that no setting has guards nothing."""

import pytest

from exhibit.contract.settings.layers import flat
from exhibit.contract.settings.schema import Config
from exhibit.operator.state.risk import _GUARDED, _TONE, is_guarded

KEYS = [key for key, _ in flat(Config().model_dump(mode="json"))]


@pytest.mark.parametrize("name", [*_GUARDED, *sorted(_TONE)])
def test_risk_every_rule_names_a_setting_that_is_there(name: str) -> None:
    assert any(key.startswith(name) if name.endswith(".") else key == name for key in KEYS)


def test_risk_what_opens_bundle_or_camera_is_guarded_and_a_slider_is_not() -> None:
    assert is_guarded("camera.source") and is_guarded("model.bundle")
    assert not is_guarded("model.psi")
