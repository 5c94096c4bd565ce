"""The few words that visitors read, from the catalogue of the operator's page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

import exhibit

_CATALOGUE = Path(exhibit.__file__).parent / "operator" / "pages" / "texts.yaml"


@cache
def visitor_texts(name: str) -> dict[str, str]:
    """Return a text of the catalogue's `visitor` by language."""
    found = yaml.safe_load(_CATALOGUE.read_text(encoding="utf-8"))
    return {str(language): str(text) for language, text in found["visitor"][name].items()}
