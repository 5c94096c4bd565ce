"""A table as `exhibit run --headless` runs it, in a process of its own, measured from outside.

`python -m benchmarks.plain_table CONFIG.yaml` runs until SIGTERM. Only the camera's source is not
tried out before, which for the files that stand in for a camera would load OpenCV.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from exhibit.cli.starting import effective_config
from exhibit.contract.settings.published import Published
from exhibit.supervisor.processes import process_table
from exhibit.supervisor.session import run_table


def main(config_file: Path) -> int:
    """Run the table of a config; returns its exit code."""
    config = effective_config(config_file, {})
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    settings = Published(1, config, config)
    return run_table(settings, process_table("headless", ()), stopping, None, None, print)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
