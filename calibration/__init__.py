"""Measures once where camera and projector see the table, and writes `calibration.yaml`."""

import os

# pygame greets whoever imports it; a technician's help text should not begin with that.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
