"""Where the running code lies: a table may have several versions of it beside each other."""

from __future__ import annotations

from pathlib import Path

INSTALLED_AT = Path(__file__).resolve().parents[2]
"""The folder of the version that runs, with `exhibit/` and `models/` in it."""
