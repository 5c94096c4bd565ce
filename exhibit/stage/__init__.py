"""The stage: the projected window."""

import os

# pygame greets whoever imports it; it must not do so in the log of the table.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
