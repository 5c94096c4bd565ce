"""How long something took says nothing without the machine that it took it on.

Spans README and docs/.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.commands import PAGES

_CORES = re.compile(r"\b(?:one|two|both|a|\d+) (?:\w+ )?(?:cores?|threads?)\b")
_MACHINE = re.compile(r"AMD\s+EPYC")
_MEASURED = re.compile(
    r"\d ?(?:ms|s|min|minutes|hours)\b|\b(?:a|two|few) (?:minutes?|seconds?)\b|\bhours\b|/s\b"
)


def _paragraphs(page: Path) -> list[str]:
    return re.split(r"\n\s*\n", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_that_says_how_long_something_takes_names_the_machine(page: Path) -> None:
    named = _MACHINE.search(page.read_text(encoding="utf-8")) is not None
    measured = [
        text for text in _paragraphs(page) if _CORES.search(text) and _MEASURED.search(text)
    ]
    assert named or not measured, measured
