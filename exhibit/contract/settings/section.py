"""What every section of the configuration is made of."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


def live(unit: str = "") -> dict[str, Any]:
    """Mark a setting that may change while the table runs."""
    return {"live": True, "unit": unit}


class Section(BaseModel):
    """A section of the configuration: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
