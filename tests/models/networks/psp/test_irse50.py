import pytest

torch = pytest.importorskip("torch")

from tests.models.hands import published_encoder  # noqa: E402


def test_irse50_has_the_published_names():
    names = set(published_encoder().encoder.state_dict())
    assert {
        "input_layer.0.weight",
        "body.3.shortcut_layer.0.weight",
        "body.23.res_layer.5.fc2.weight",
        "styles.7.convs.0.weight",
        "styles.7.linear.weight",
        "latlayer2.bias",
    } <= names
