"""What happens on the table is told in order, without burying anything under strokes."""

from __future__ import annotations

from exhibit.contract.values import InkEvent
from exhibit.engine.recent_events import RecentEvents
from tests.fakes.clock import FakeClock


def _told(recent: RecentEvents) -> list[tuple[str, str]]:
    return [(event["name"], event["detail"]) for event in recent.newest()]


def test_recent_events_strokes_of_two_seconds_are_one() -> None:
    clock = FakeClock()
    recent = RecentEvents(clock)
    for _ in range(60):
        recent.take([InkEvent("stroke_added", "2")])
        clock.advance(0.1)
    counts = [int(detail) for _, detail in _told(recent)]
    assert len(counts) <= 4
    clock.advance(2)
    recent.take([])
    assert sum(int(detail) for _, detail in _told(recent)) == 120


def test_recent_events_strokes_come_before_what_happened_after_them() -> None:
    recent = RecentEvents(FakeClock())
    for events in (["sheet_in"], ["stroke_added"], ["stroke_added"], ["sheet_out"]):
        recent.take([InkEvent(name, "1" if name == "stroke_added" else "") for name in events])
    assert _told(recent) == [
        ("sheet_in", ""),
        ("stroke_added", "1"),
        ("stroke_added", "1"),
        ("sheet_out", ""),
    ]
    assert [event["number"] for event in recent.newest()] == [1, 2, 3, 4]


def test_recent_events_flood_keeps_the_newest() -> None:
    recent = RecentEvents(FakeClock())
    for _ in range(1000):
        recent.take([InkEvent("sheet_lifted"), InkEvent("sheet_flat")])
    newest = recent.newest()
    assert len(newest) == 32
    assert newest[-1]["number"] == 2000


def test_recent_events_object_left_is_a_notice_until_another_sheet_comes() -> None:
    recent = RecentEvents(FakeClock())
    recent.take([InkEvent("object_left", "row 1 of 3, column 4 of 4")])
    recent.take([InkEvent("object_left", "row 1 of 3, column 4 of 4"), InkEvent("sheet_moved")])
    left = {"code": "object_left", "where": "row 1 of 3, column 4 of 4"}
    assert recent.notices() == [left]
    recent.take([InkEvent("sheet_in")])
    assert recent.notices() == []


def test_recent_events_dead_light_is_a_notice_until_it_is_back() -> None:
    recent = RecentEvents(FakeClock())
    recent.take([InkEvent("light_fault", "row 2 of 3, column 3 of 4")])
    recent.take([InkEvent("sheet_in"), InkEvent("light_fault", "row 1 of 3, column 1 of 4")])
    assert recent.notices() == [
        {"code": "light_dead", "where": "row 2 of 3, column 3 of 4"},
        {"code": "light_dead", "where": "row 1 of 3, column 1 of 4"},
    ]
    recent.take([InkEvent("light_back", "row 2 of 3, column 3 of 4")])
    assert recent.notices() == [{"code": "light_dead", "where": "row 1 of 3, column 1 of 4"}]
