"""Kills a process in the middle of writing a file, again and again, and says what was left.

Usage: python -m tests.fakes.power_cut FOLDER TRIALS; prints how often the file was not whole. A
process of its own, because forking a test runner takes longer than the trials.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from exhibit.contract.files import write_whole

_LENGTH = 40_000
_TEXTS = ("a" * _LENGTH, "b" * _LENGTH)


def main() -> None:
    """Run the trials."""
    file, trials = Path(sys.argv[1]) / "overrides.yaml", int(sys.argv[2])
    broken = 0
    for _ in range(trials):
        write_whole(file, _TEXTS[0])
        before = file.stat().st_ino
        child = os.fork()
        if child == 0:
            while True:
                for text in _TEXTS:
                    write_whole(file, text)
        while file.stat().st_ino == before:
            pass
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        broken += file.read_text() not in _TEXTS
    print(broken)


if __name__ == "__main__":
    main()
