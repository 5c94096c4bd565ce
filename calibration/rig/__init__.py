"""A made-up table with a known camera and projector: to rehearse on, and to measure steps by."""

from calibration.rig.conditions import CONDITIONS, Light
from calibration.rig.table import FRAME_PX, LYING, STAGE_PX, TABLE_MM, Page, Pose, Rig, make_rig

__all__ = [
    "CONDITIONS",
    "FRAME_PX",
    "LYING",
    "STAGE_PX",
    "TABLE_MM",
    "Light",
    "Page",
    "Pose",
    "Rig",
    "make_rig",
]
