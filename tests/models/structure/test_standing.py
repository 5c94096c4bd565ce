"""Who knows the pose has no error, and who tells none the whole of it."""

import pytest

torch = pytest.importorskip("torch")

from models.structure.canonical_network import placed  # noqa: E402
from models.structure.poses import LOG_SCALE, SHIFT, random_poses  # noqa: E402
from models.structure.standing import Way, alike, compared, ways  # noqa: E402
from tests.models.structure.blots import drawings  # noqa: E402


def test_compared_not_told_is_off_by_the_moves_and_moments_are_not() -> None:
    ink = drawings(40)
    rows = {way.name: compared(way, ink) for way in ways({})}
    one_axis = SHIFT / 3**0.5
    assert rows["not told"]["shift %"] == pytest.approx(50 * one_axis * 2**0.5, rel=0.2)
    assert rows["not told"]["scale %"] == pytest.approx(100 * LOG_SCALE / 3**0.5, rel=0.25)
    for name in ("shift %", "slant deg"):
        assert rows["moments"][name] < 0.5 * rows["not told"][name]
    assert rows["moments"]["shift %, hidden"] > rows["moments"]["shift %"]


def test_compared_asks_before_and_after_the_same_known_moves() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        known = random_poses(6)
    asked = []

    def knows(ink):
        asked.append(ink)
        return torch.zeros(6, 4) if len(asked) == 1 else known

    row = compared(Way("knows", knows), drawings(), seed=5)
    assert max(value for name, value in row.items() if name != "alike") < 1e-4


def test_alike_is_more_where_drawings_stand_in_one_way() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        pose = random_poses(60)
    moved_ones = placed(drawings(1).expand(60, -1, -1, -1), pose)
    assert alike(moved_ones, pose) > alike(moved_ones, torch.zeros(60, 4)) + 0.02
