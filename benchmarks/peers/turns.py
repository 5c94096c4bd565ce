"""Works in processes of their own, measured in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any

from benchmarks.another_version import HERE
from exhibit.contract.errors import ExhibitError


class PeerError(ExhibitError):
    """A work cannot be begun, or broke off."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a process is to do, again and again.

    Args:
        work: a name of `works.WORKS`.
        psp, stylegan: folders of checkouts; without one our networks stand in.
        side: pixels of pictures and ink.
        batch: pictures of a training step.
        shipped: the widths of our shipped networks, not the published ones.
        threads: of PyTorch.
    """

    work: str
    psp: str | None = None
    stylegan: str | None = None
    side: int = 256
    batch: int = 1
    shipped: bool = False
    threads: int = 1


class Peer:
    """A process that does its work once whenever it is told to.

    Without the folder of this file on its path: the packages of a checkout come first there.
    """

    def __init__(self, job: Job) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "OMP_NUM_THREADS": str(job.threads),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "benchmarks.peers.works", json.dumps(asdict(job))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        self._told()

    def turn(self) -> float:
        """Let it work once; returns milliseconds of its processor, all threads."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return float(self._told()["ms"])

    def _told(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        told: dict[str, Any] = json.loads(line) if line else {"error": "it ended"}
        if "error" in told:
            self.close()
            raise PeerError(f"the published code does not run here: {told['error']}")
        return told

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def __enter__(self) -> Peer:
        """Leave it running; `__exit__` ends it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self.close()


def take_turns(works: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Measure works in turns, once to warm up and then so many rounds.

    Args:
        works: each returns the milliseconds that it took.
        rounds: how many count.
    """
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            ms = work()
            if number:
                taken[name].append(ms)
    return taken
