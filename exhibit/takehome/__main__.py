"""The process of what is taken home: `python -m exhibit.takehome --run-dir DIR`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from exhibit.contract.errors import REFUSED, ExhibitError
from exhibit.takehome.process import TakeHomeProcess


def main() -> None:
    """Take orders until SIGTERM."""
    parser = argparse.ArgumentParser(description="What visitors of a Tracing Table take home.")
    parser.add_argument("--run-dir", type=Path, required=True)
    given = parser.parse_args()
    try:
        process = TakeHomeProcess(given.run_dir)
    except ExhibitError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(REFUSED)
    # Until here nothing has begun that would have to be ended in order: a signal simply ends it.
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    code = process.run(stopping)
    process.close()
    sys.exit(code)


if __name__ == "__main__":
    main()
