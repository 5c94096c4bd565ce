from __future__ import annotations

from calibration.views import ViewCollector
from tests.calibration.test_intrinsics import views_of_everything


def test_view_collector_takes_still_views_that_differ_and_leads_on() -> None:
    collector = ViewCollector()
    assert collector.advice() == "hold the board so that the camera sees it"
    views = views_of_everything()
    assert not collector.offer(views[0])
    assert collector.offer(views[0])
    assert not collector.offer(views[0])
    assert collector.advice().startswith("move the board to the ")
    assert not collector.offer(views[1])
    for view in views_of_everything(24):
        collector.offer(view)
        collector.offer(view)
    assert collector.coverage.min() >= 12
    assert collector.complete
    assert collector.advice() == "enough: every region is covered"
