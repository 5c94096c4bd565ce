"""Whoever helps at a made-up table must get to the end of every step."""

from __future__ import annotations

from calibration.rig import make_rig
from calibration.rig.helper import Helper
from calibration.sightings import find_board, turn
from calibration.views import WANTED_VIEWS, ViewCollector


def test_helper_holds_the_board_where_every_view_is_a_new_one() -> None:
    rig, views = make_rig(10), ViewCollector()
    helper = Helper(rig, 3)
    for number in range(WANTED_VIEWS):
        frame = helper.frame({"step": "camera", "values": {"views": number}})
        sighting = find_board(turn(frame, rig.mirrored))
        views.offer(sighting)
        assert views.offer(sighting), f"view {number} is like one before"
    assert views.complete
