"""Files that move leave links that lead nowhere, and pictures that no page shows.

Spans docs/ and the pages at the root.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def links(page: Path) -> list[str]:
    """Targets of the links and pictures of a page that lie in this repository."""
    found = ("".join(groups) for groups in _LINK.findall(_prose(page)))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """What a link may name after `#`: headings as GitHub turns them into anchors."""
    headings = (re.sub(r"[^\w\- ]", "", line.lower()) for line in _HEADING.findall(_prose(page)))
    return {heading.strip().replace(" ", "-") for heading in headings}


def _prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_what_is_there(page: Path) -> None:
    lost = []
    for target in links(page):
        name, _, anchor = target.partition("#")
        there = page if not name else page.parent / name
        if not there.exists() or (anchor and anchor not in anchors(there)):
            lost.append(target)
    assert lost == []


def test_tests_that_pages_name_are_there() -> None:
    """What a page says is tested was once tested under another name."""
    named = {name for page in PAGES for name in re.findall(r"`([\w/]*test_\w+\.py)", _prose(page))}
    assert len(named) > 10
    assert not [name for name in named if not (ROOT / name).is_file()]


def test_pictures_lie_in_one_folder_and_each_is_shown() -> None:
    shown = {
        (page.parent / target).resolve()
        for page in PAGES
        for target in links(page)
        if Path(target).suffix in (".png", ".jpg")
    }
    assert shown == set(PICTURES.iterdir())
