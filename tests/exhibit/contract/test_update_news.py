"""What became of an update is told once, and a damaged note harms nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from exhibit.contract.update_news import leave_news, take_news


def test_news_is_taken_once(tmp_path: Path) -> None:
    leave_news(tmp_path, "update failed", "0.2.0 was not well")
    assert take_news(tmp_path) == ("update failed", "0.2.0 was not well")
    assert take_news(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", '{"what": "else", "text": "x"}', '{"what": "update"}'])
def test_news_that_cannot_be_read_is_put_away(tmp_path: Path, text: str) -> None:
    leave_news(tmp_path, "update", "x")
    (file,) = tmp_path.iterdir()
    file.write_text(text)
    assert take_news(tmp_path) is None
    assert not file.exists()


def test_news_on_a_disk_that_cannot_be_used_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    leave_news(tmp_path / "file", "update", "x")
