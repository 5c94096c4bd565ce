"""How calibration asks the stage to show something instead of pictures: a slot of window pixels."""

from __future__ import annotations

SLOT = "pattern.slot"
"""In the run folder; as large as the window, mirror and rotation already in it."""
FRESH_S = 3.0
"""So long a pattern is shown; whoever shows it sends it again before that, also an unchanged one.
When its sender dies the table goes on with pictures."""
