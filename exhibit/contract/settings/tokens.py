"""The section `tokens`: what each printed token does while it lies on the table."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from exhibit.contract.settings.section import Section, live
from exhibit.contract.token_card import IDS

Deed = Literal[
    "scene",
    "bundle",
    "label",
    "takehome",
    "direction",
    "psi",
    "follow",
    "recall",
    "volume",
    "grain",
    "bed",
    "cues",
]
GAINS: dict[str, tuple[str, float]] = {
    "psi": ("model", 1.5),
    "follow": ("model", 1.0),
    "recall": ("model", 1.0),
    "volume": ("sound", 1.0),
    "grain": ("sound", 1.0),
    "bed": ("sound", 1.0),
    "cues": ("sound", 1.0),
}
"""Section and largest value of what a token can turn; the smallest is 0."""
_NAMED = ("scene", "bundle", "direction")


class TokenConfig(Section):
    """One printed token."""

    id: int = Field(ge=0, lt=IDS)
    """Number of its marker."""
    does: Deed
    """Laid down it begins a `scene`, answers with a `bundle`, shows the `label` or lets the
    drawing be taken home (`takehome`), once each time; turned it moves a `direction` or one of the
    gains psi, follow, recall, volume, grain, bed, cues."""
    name: str = Field("", max_length=200)
    """Name of the scene, bundle or direction; of a label "off" where the token hides it."""
    low: float = Field(0.0, ge=-1000, le=1000)
    """Value at the left end, 135° anticlockwise from upright."""
    high: float = Field(1.0, ge=-1000, le=1000)
    """Value at the right end, 135° clockwise."""

    @model_validator(mode="after")
    def _refuse_what_does_not_fit(self) -> TokenConfig:
        if self.does in _NAMED and not self.name:
            raise ValueError(f"name: missing; expected the name of a {self.does}")
        if self.does == "label" and self.name not in ("", "on", "off"):
            raise ValueError(f"name: '{self.name}'; expected on or off for a label")
        if self.does in GAINS:
            most = GAINS[self.does][1]
            if self.name:
                raise ValueError(f"name: '{self.name}'; expected none for {self.does}")
            if not (0 <= self.low <= most and 0 <= self.high <= most):
                raise ValueError(f"low, high: {self.low:g}, {self.high:g}; expected 0 to {most:g}")
        return self


class TokensConfig(Section):
    """Printed tokens that visitors lay on the paper and turn."""

    enabled: bool = Field(False, json_schema_extra=live())
    """Look for printed tokens; what lies there and is no token stays ink."""
    cards: tuple[TokenConfig, ...] = Field((), max_length=IDS, json_schema_extra=live())
    """What each token does, by the number of its marker."""

    @field_validator("cards")
    @classmethod
    def _refuse_ids_twice(cls, cards: tuple[TokenConfig, ...]) -> tuple[TokenConfig, ...]:
        ids = [card.id for card in cards]
        for number in ids:
            if ids.count(number) > 1:
                raise ValueError(f"token {number} is listed twice; expected one line a token")
        return cards

    def card(self, number: int) -> TokenConfig | None:
        """Return what a token does, or None where nothing is bound to it."""
        return next((card for card in self.cards if card.id == number), None)
