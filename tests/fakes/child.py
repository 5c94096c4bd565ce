"""A process of the table for tests of the supervisor: beats its heart, then does what it is told.

Usage: python -m tests.fakes.child --run-dir DIR NAME BEHAVIOUR [--hangs N]

BEHAVIOUR: steady, crash, refuse, hang, stuck, deaf, grow or switch. `stuck` never shows life, and
is steady once it was told of a hang. `switch` has nothing to do as soon as there is a file NAME.off
in the folder.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from exhibit.contract.board import Heart
from exhibit.contract.errors import NOTHING_TO_DO


def main() -> None:
    """Live as told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--run-dir", type=Path, required=True)
    parser.add_argument("name")
    parser.add_argument("behaviour")
    parser.add_argument("--hangs", type=int, default=0)
    given = parser.parse_args()
    if given.behaviour == "stuck" and not given.hangs:
        threading.Event().wait()
    ended = threading.Event()
    if given.behaviour == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
    heart = Heart(given.run_dir, given.name)
    heart.beat()
    if given.behaviour == "crash":
        sys.exit(3)
    if given.behaviour == "refuse":
        print("\nError: not with me\n", file=sys.stderr)
        sys.exit(2)
    taken = []
    while not ended.wait(0.02):
        if given.behaviour == "switch" and (given.run_dir / f"{given.name}.off").exists():
            sys.exit(NOTHING_TO_DO)
        if given.behaviour == "grow":
            taken.append(bytearray(b"x" * 2_000_000))
        if given.behaviour != "hang":
            heart.beat()


if __name__ == "__main__":
    main()
