import numpy as np
import pytest

from calibration.rig import TABLE_MM, Page, Rig, make_rig
from calibration.rig.marks import mark_pages
from exhibit.camera.mark_watch import LOOK_EVERY_S, MarkWatch
from exhibit.contract.geometry import homography, rectangle
from exhibit.contract.views import CameraView

RIG = make_rig(1)
MARKS, PAGES = mark_pages(np.random.default_rng(0))
SHEET = Page(np.full((297, 420), 255, np.uint8), 1.0)
IDS = tuple(MARKS)


def true_view(rig: Rig) -> CameraView:
    table = rectangle(*TABLE_MM)
    straight = rig.lens.straighten(rig.see_table(table))
    return CameraView(rig.size_px, homography(straight, table), rig.lens)


class Table:
    """A watch at a made-up table, and the clock."""

    def __init__(self) -> None:
        self.watch = MarkWatch(true_view(RIG), MARKS, RIG.mirrored)
        self.now = 0.0
        self._rng = np.random.default_rng(1)

    def play(self, seconds: float, pages: tuple[Page, ...] = PAGES, rig: Rig = RIG) -> None:
        scene = rig.scene((SHEET, *pages))
        for _ in range(round(seconds / LOOK_EVERY_S)):
            self.watch.look(rig.expose(scene, self._rng), self.now)
            self.now += LOOK_EVERY_S

    @property
    def told(self) -> tuple[str, str]:
        drift = self.watch.tell(self.now)
        return drift.code, drift.where


def pushed(by_mm: float) -> Rig:
    return RIG.moved((0, 0, 0), np.array([by_mm, 0.0, 0.0]))


def test_mark_watch_of_a_table_that_rests_says_nothing() -> None:
    table = Table()
    table.play(60)
    assert table.told == ("", "")
    assert table.watch.drift_mm is not None
    assert table.watch.drift_mm < 0.3


def test_mark_watch_says_within_a_minute_how_far_a_knocked_camera_is_off() -> None:
    table = Table()
    table.play(60)
    table.play(60, rig=pushed(1.5))
    code, where = table.told
    assert code == "calibration_drift"
    assert float(where.removesuffix(" mm")) == pytest.approx(1.5, abs=0.2)


def test_mark_watch_below_a_millimetre_is_calm_and_the_alarm_ends_when_it_is_back() -> None:
    table = Table()
    table.play(60, rig=pushed(0.7))
    assert table.told == ("", "")
    table.play(60, rig=pushed(1.4))
    assert table.told[0] == "calibration_drift"
    table.play(60)
    assert table.told == ("", "")


def test_mark_watch_tells_a_mark_that_was_moved_from_a_camera_that_was() -> None:
    table = Table()
    table.play(60)
    moved = PAGES[1].pose
    away = type(moved)(moved.rotation, moved.shift + np.array([0, 3.0, 0]))
    table.play(60, (PAGES[0], Page(PAGES[1].pixels, PAGES[1].px_per_mm, away), *PAGES[2:]))
    code, where = table.told
    assert (code, where[:8]) == ("mark_moved", f"mark {IDS[1]} ")


def test_mark_watch_with_marks_covered_says_so_after_a_while_and_not_at_once() -> None:
    table = Table()
    table.play(60)
    table.play(120, PAGES[:1])
    assert table.told == ("", "")
    table.play(600, PAGES[:1])
    assert table.told == ("marks_unseen", ", ".join(map(str, IDS[1:])))
