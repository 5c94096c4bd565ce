"""The sound process: `python -m exhibit.sound --run-dir DIR`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from exhibit.contract.errors import REFUSED, ExhibitError
from exhibit.contract.heap import settle
from exhibit.contract.precedence import take_precedence
from exhibit.sound.process import SoundProcess


def main() -> None:
    """Play until SIGTERM."""
    parser = argparse.ArgumentParser(description="The sound of a Tracing Table.")
    parser.add_argument("--run-dir", type=Path, required=True)
    given = parser.parse_args()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        sound = SoundProcess(given.run_dir)
    except ExhibitError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(REFUSED)
    # The device's thread waits for this one where both want the interpreter, and for the thread
    # that a sound server's client starts.
    take_precedence("threads")
    settle()
    sys.exit(sound.run(stopping.is_set))


if __name__ == "__main__":
    main()
