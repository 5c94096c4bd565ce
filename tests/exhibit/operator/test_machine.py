"""A folder of another owner must not end the page that measures the disk it lies on."""

import errno
import shutil
from pathlib import Path
from typing import Any

import pytest

from exhibit.operator.machine import measure


def test_disk_below_a_folder_that_is_closed_is_measured_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    disk_usage = shutil.disk_usage

    def refused(path: Path) -> Any:
        asked.append(path)
        if path != tmp_path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return disk_usage(path)

    monkeypatch.setattr(shutil, "disk_usage", refused)
    assert measure(tmp_path / "closed" / "state")["disk_free_gb"] is not None
    assert asked[-1] == tmp_path
