"""A token that is bound wrongly is refused by name, before anybody lays it down."""

from __future__ import annotations

import pytest

from exhibit.contract.settings.file import parse_config


def _complaint(cards: str) -> str:
    config, problems = parse_config(f"tokens:\n  enabled: true\n  cards:\n{cards}")
    assert config is None
    return problems[0].describe("config.yaml")


def test_tokens_are_off_and_bound_to_nothing_by_default() -> None:
    config, _ = parse_config("")
    assert config is not None
    assert (config.tokens.enabled, config.tokens.cards) == (False, ())


def test_tokens_bound_rightly_are_found_by_id() -> None:
    config, problems = parse_config(
        "tokens:\n  cards:\n"
        "  - {id: 1, does: scene, name: Evening}\n"
        "  - {id: 2, does: psi, low: 0.2}\n"
    )
    assert problems == []
    assert config is not None
    found = config.tokens.card(2)
    assert found is not None
    assert (found.does, found.low, found.high) == ("psi", 0.2, 1.0)
    assert config.tokens.card(3) is None


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("{id: 50, does: label}", "config.yaml:4: tokens.cards.0.id: 50 is not allowed; expected"),
        ("{id: 1, does: dance}", "tokens.cards.0.does: dance is not allowed; expected one of"),
        ("{id: 1, does: scene}", "config.yaml:4: tokens.cards.0: name: missing; expected the name"),
        ("{id: 1, does: label, name: maybe}", "tokens.cards.0: name: 'maybe'; expected on or off"),
        ("{id: 1, does: psi, name: x}", "tokens.cards.0: name: 'x'; expected none for psi"),
        ("{id: 1, does: psi, high: 2}", "tokens.cards.0: low, high: 0, 2; expected 0 to 1.5"),
        ("{id: 1, does: bed, low: -1}", "tokens.cards.0: low, high: -1, 1; expected 0 to 1"),
        ("{id: 1, does: psi, turns: 1}", "tokens.cards.0.turns: unknown key"),
    ],
)
def test_tokens_bound_wrongly_are_refused_with_what_was_expected(card: str, expected: str) -> None:
    assert expected in _complaint(f"  - {card}")


def test_tokens_two_of_one_id_are_refused() -> None:
    cards = "  - {id: 4, does: label}\n  - {id: 4, does: psi}"
    assert "tokens.cards: token 4 is listed twice" in _complaint(cards)
