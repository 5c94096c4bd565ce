from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from models.sketches.quickdraw import read_quickdraw  # noqa: E402
from models.sketches.visitors import SHARES, visits  # noqa: E402
from tests.models.hands import write_sketches  # noqa: E402


def test_visits_have_ink_at_each_share_and_grow(tmp_path: Path):
    sketches = read_quickdraw(write_sketches(tmp_path / "s.ndjson"))
    for visit in visits(sketches, 128, 1.5, None):
        darkness = [(255 - visit.inks[share].astype(int)).sum() for share in SHARES]
        assert 0 < darkness[0] < darkness[1] < darkness[2]
