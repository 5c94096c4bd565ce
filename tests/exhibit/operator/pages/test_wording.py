"""The operator must read what was changed, not the braces that it is kept in."""

from __future__ import annotations

from typing import Any

import pytest

from exhibit.operator.pages.texts import catalogue
from exhibit.operator.pages.wording import plain, slider_of

STILL = {"kind": "none", "depth": 0.0, "period_s": 20.0, "points": []}
WAVE = {**STILL, "kind": "sine", "depth": 1.5}
DAY = {**STILL, "kind": "schedule", "points": [{"at": "09:00", "strength": -1.0}]}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "on"),
        (0.1 + 0.2, "0.3"),
        (1.0, "1"),
        ("", "(empty)"),
        ((), "(empty)"),
        (["en", "nb"], "en, nb"),
        ([{"name": "bolder", "strength": 1.5, "layers": [], "modulation": STILL}], "bolder 1.5"),
        ([{"name": "a", "strength": 0.0, "modulation": DAY}], "a 0 (The time of day 09:00 -1)"),
        ({"ink.threshold": 0.5, "x": False}, "Ink threshold: 0.5, x: off"),
    ],
)
def test_plain_value_has_no_braces(value: Any, words: str) -> None:
    assert plain(value, catalogue()["en"], {"ink.threshold": "Ink threshold"}) == words


def test_plain_direction_that_moves_says_how() -> None:
    said = plain({"name": "curvature", "strength": 1.0, "modulation": WAVE}, catalogue()["en"])
    assert said.startswith("curvature 1 (")
    assert said.endswith(" ±1.5)")


@pytest.mark.parametrize(
    ("low", "high"),
    [(-6.794, 2.972), (-3.1847, 0.6369), (-0.04, 0.0312), (-120.7, 80.3), (0.0, 3.0), (-3.0, 0.0)],
)
def test_slider_of_a_direction_has_ends_in_its_safe_range_and_can_stand_at_nought(
    low: float, high: float
) -> None:
    """One at its own end was told to be beyond the safe range, and one at rest stood at 0.01."""
    first, last, step = slider_of(low, high)
    assert low <= first <= 0 <= last <= high
    assert max(first - low, high - last) <= step <= (high - low) / 40
    assert first / step == pytest.approx(round(first / step))
