"""A setting that no process takes anew is changed on the page, and nothing happens."""

from __future__ import annotations

import pytest

from exhibit.contract.settings.expectation import settings_of
from exhibit.contract.settings.reach import live_keys, restarts_for
from exhibit.contract.settings.schema import Config

AT_ONCE = live_keys() | {"model.bundle"}
NOT_FROM_THE_PAGE = {"calibration", "state_dir"}
WAITING = [s.key for s in settings_of(Config) if s.key not in AT_ONCE | NOT_FROM_THE_PAGE]


@pytest.mark.parametrize("key", WAITING)
def test_setting_that_waits_names_the_process_that_takes_it(key: str) -> None:
    assert restarts_for([key]), (
        f"{key}: expected its section among those of exhibit/contract/settings/reach.py"
    )


def test_setting_that_counts_at_once_restarts_nothing() -> None:
    assert restarts_for(AT_ONCE) == ()
