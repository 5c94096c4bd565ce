"""What the operator's page and the guide that calibrates a running table agree on."""

from __future__ import annotations

NAME = "calibration"
"""Of the guide's status and inbox in the run folder."""
PICTURE_SLOT = "calibration.slot"
"""What the camera sees, as the visitor sees it, with what the guide found in it."""
STEPS = ("camera", "table", "light", "dark", "projector", "pens", "check")
METHODS = ("disc", "mesh", "automatic")
"""Ways to measure the projector."""
ORDERS = ("begin", "leave", "accept", "skip", "back", "move", "select", "end")
