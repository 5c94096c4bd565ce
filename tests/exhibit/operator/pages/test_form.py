"""Every setting of the schema gets a control that can say all of its values."""

from __future__ import annotations

import pytest

from exhibit.contract.settings.expectation import settings_of
from exhibit.contract.settings.schema import Config
from exhibit.operator.desk import Desk
from exhibit.operator.pages.form import Control, controls
from exhibit.operator.pages.texts import catalogue
from exhibit.operator.pages.tuning import live_only, settings_by_section

_BY_KEY = {control.key: control for control in controls()}


def test_controls_there_is_one_for_every_setting_but_directions_and_tokens() -> None:
    known = {setting.key for setting in settings_of(Config)}
    assert known - set(_BY_KEY) == {"editing.directions", "tokens.cards"}
    assert all(control.description for control in controls())


def test_controls_kinds_follow_the_schema() -> None:
    kinds = {
        "ink.threshold": "slider",
        "ink.settle_ms": "slider",
        "stage.attract_after_s": "number",
        "camera.exposure": "number",
        "model.auto_psi": "switch",
        "stage.rotate": "choice",
        "stage.tint": "colour",
        "model.providers": "list",
        "model.bundle": "text",
        "operator.certificate": "text",
    }
    assert {key: _BY_KEY[key].kind for key in kinds} == kinds


def test_controls_carry_unit_bounds_and_whether_they_are_live() -> None:
    settle, exposure = _BY_KEY["ink.settle_ms"], _BY_KEY["camera.exposure"]
    assert (settle.unit, settle.low, settle.high, settle.live) == ("ms", 0, 5000, True)
    assert (settle.section, settle.whole, settle.optional) == ("ink", True, False)
    assert (exposure.optional, exposure.live, exposure.default) == (True, False, None)
    assert _BY_KEY["calibration"].section == ""


def test_sliders_have_steps_a_hand_can_choose() -> None:
    sliders = [control for control in controls() if control.kind == "slider"]
    assert sliders
    for slider in sliders:
        assert 20 <= _steps(slider) <= 500, slider.key


def _steps(slider: Control) -> float:
    assert slider.low is not None
    assert slider.high is not None
    assert slider.step is not None
    return (slider.high - slider.low) / slider.step


def test_tune_shows_what_turns_sound_on_before_how_loud_it_is(desk: Desk) -> None:
    shown = live_only(settings_by_section(desk, catalogue()["en"]))["sound"]
    names = [setting.control.key for setting in shown]
    assert names[:2] == ["sound.enabled", "sound.volume"]
    assert names[-1] == "sound.listen_device"


def test_slider_can_stand_at_its_default() -> None:
    """One at 250 ms stood at 300, and the first key took it to 400."""
    for control in controls():
        if control.kind == "slider":
            assert control.low is not None and control.step is not None
            steps = (control.default - control.low) / control.step
            assert steps == pytest.approx(round(steps)), control.key
