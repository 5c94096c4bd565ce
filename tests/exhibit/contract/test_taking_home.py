"""What waits to be printed or removed must not be forgotten because somebody turned it off."""

from __future__ import annotations

from pathlib import Path

from exhibit.contract.settings.schema import Config
from exhibit.contract.settings.taking_home import TakehomeConfig
from exhibit.contract.taking_home import SPOOL, left_at


def test_nothing_is_left_by_a_table_that_never_printed(tmp_path: Path) -> None:
    assert left_at(Config(state_dir=tmp_path)) == frozenset()
    (tmp_path / SPOOL / "printer").mkdir(parents=True)
    assert left_at(Config(state_dir=tmp_path)) == frozenset()


def test_something_may_be_left_in_the_spool_and_in_the_folder_that_keeps_drawings(
    tmp_path: Path,
) -> None:
    spool = tmp_path / SPOOL
    (spool / "printer").mkdir(parents=True)
    (spool / "printer" / "drawing.pdf").touch()
    assert left_at(Config(state_dir=tmp_path)) == {spool}
    gone = tmp_path / "not there"
    config = Config(state_dir=tmp_path, takehome=TakehomeConfig(folder=gone))
    assert left_at(config) == {spool, gone}
