import pytest

from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.tone import hides_drawings, light_of


def test_light_of_by_default_leaves_ink_and_paper_alone() -> None:
    assert light_of((0.0, 1.0), StageConfig()) == [(0, 0, 0), (1, 1, 1)]


@pytest.mark.parametrize(
    ("stage", "hidden"),
    [
        ({}, False),
        ({"invert": True}, False),
        ({"contrast": 0.2}, False),
        ({"brightness": -0.6}, False),
        ({"brightness": 0.6}, False),
        ({"saturation": 1, "tint": "#f4e6c8"}, False),
        ({"contrast": 0.2, "brightness": -0.6}, True),
        ({"contrast": 0.2, "brightness": 0.6}, True),
        ({"contrast": 0}, True),
        ({"brightness": 1}, True),
        ({"saturation": 1, "tint": "#000000"}, True),
        ({"saturation": 1, "tint": "#000000", "invert": True}, True),
    ],
)
def test_hides_drawings_is_decided_by_what_ink_and_paper_become(
    stage: dict[str, object], hidden: bool
) -> None:
    assert hides_drawings(StageConfig.model_validate(stage)) is hidden
