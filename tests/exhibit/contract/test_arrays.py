"""A damaged archive must be named, and not stay open for as long as the table runs."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import psutil
import pytest

from exhibit.contract.arrays import open_arrays


def test_arrays_are_read_by_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "latents.npz", w_avg=np.arange(3))
    with open_arrays(tmp_path / "latents.npz") as arrays:
        assert arrays["w_avg"].tolist() == [0, 1, 2]


def test_arrays_damaged_archive_does_not_stay_open(tmp_path: Path) -> None:
    file = tmp_path / "latents.npz"
    np.savez(file, w_avg=np.arange(3))
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(BadZipFile), open_arrays(file):
        raise AssertionError("it was read")
    assert str(file) not in [opened.path for opened in psutil.Process().open_files()]
