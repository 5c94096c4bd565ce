"""The engine process: `python -m exhibit.engine --run-dir DIR`."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

from exhibit.contract.errors import REFUSED, ExhibitError
from exhibit.contract.heap import hold_ready, settle, share_one_heap
from exhibit.engine.process import EngineProcess

_WORKING_MB = 48
"""What frames, answers and searches take of the heap, beside what is there after a start: 38 MB
after four minutes of visitors, and more for an hour."""


def main() -> None:
    """Run the engine until SIGTERM."""
    share_one_heap()
    parser = argparse.ArgumentParser(description="The engine of a Tracing Table.")
    parser.add_argument("--run-dir", type=Path, required=True)
    parser.add_argument("--hangs", type=int, default=0, help="how often it hung before")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="engine: %(message)s")
    stopping = threading.Event()
    try:
        # Asked to end while it opens the bundle it ends at once: there is nothing to give back yet.
        engine = EngineProcess(given.run_dir, given.hangs)
        signal.signal(signal.SIGTERM, lambda *_: stopping.set())
        settle()
        hold_ready(_WORKING_MB)
        engine.run(stopping.is_set)
    except ExhibitError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(REFUSED)
    engine.close()


if __name__ == "__main__":
    main()
