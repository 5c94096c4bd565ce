"""The few words that visitors read, from the catalogue of the operator's page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import exhibit
from exhibit.contract.yaml_text import read_own_yaml

_CATALOGUE = Path(exhibit.__file__).parent / "operator" / "pages" / "texts.yaml"


@cache
def visitor_texts(name: str) -> dict[str, str]:
    """Return a text of the catalogue's `visitor` by language."""
    found = read_own_yaml(_CATALOGUE)
    return {str(language): str(text) for language, text in found["visitor"][name].items()}
