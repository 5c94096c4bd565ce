"""A start that never finishes must not be tried with the same settings for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from exhibit.contract.settings.safe_mode import safe_mode_reason
from exhibit.supervisor.startup import INCOMPLETE, begin_start, finish_start


def test_begin_start_third_in_a_row_that_did_not_finish_is_in_safe_mode(tmp_path: Path) -> None:
    begin_start(tmp_path)
    begin_start(tmp_path)  # the power came back in two bursts
    assert safe_mode_reason(tmp_path) is None
    begin_start(tmp_path)
    assert safe_mode_reason(tmp_path) == "the table did not come up in 2 starts in a row"


def test_begin_start_after_one_that_finished_counts_anew(tmp_path: Path) -> None:
    for _ in range(9):
        begin_start(tmp_path)
        begin_start(tmp_path)
        finish_start(tmp_path)
    assert safe_mode_reason(tmp_path) is None
    assert not (tmp_path / INCOMPLETE).exists()


@pytest.mark.parametrize("content", [b"", b"\xff", b"-3", b"9" * 5000, b"x"])
def test_begin_start_with_a_damaged_count_starts(tmp_path: Path, content: bytes) -> None:
    (tmp_path / INCOMPLETE).write_bytes(content)
    begin_start(tmp_path)
    assert safe_mode_reason(tmp_path) is None


def test_begin_start_on_a_disk_that_cannot_be_written_starts(tmp_path: Path) -> None:
    (tmp_path / INCOMPLETE).mkdir()
    begin_start(tmp_path)
    finish_start(tmp_path)
