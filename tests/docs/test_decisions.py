"""A decision that no list names is not found, and two of one number are taken for each other."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))


def _title(record: Path) -> str:
    return record.read_text(encoding="utf-8").partition("\n")[0]


def test_decisions_are_numbered_without_gaps() -> None:
    assert [record.name[:4] for record in RECORDS] == [
        f"{number:04}" for number in range(1, len(RECORDS) + 1)
    ]


def test_decision_has_its_number_in_its_title() -> None:
    for record in RECORDS:
        assert _title(record).startswith(f"# {int(record.name[:4])}. ")


def test_list_of_decisions_names_every_one() -> None:
    listed = re.findall(
        r"^(\d+)\. \[(.+)\]\((.+)\)$", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert [(f"# {number}. {title}", name) for number, title, name in listed] == [
        (_title(record), record.name) for record in RECORDS
    ]
