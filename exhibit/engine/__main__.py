"""The engine process: `python -m exhibit.engine --run-dir DIR`."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

from exhibit.contract.errors import REFUSED, ExhibitError
from exhibit.contract.heap import settle
from exhibit.engine.process import EngineProcess


def main() -> None:
    """Run the engine until SIGTERM."""
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
        engine.run(stopping.is_set)
    except ExhibitError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(REFUSED)
    engine.close()


if __name__ == "__main__":
    main()
