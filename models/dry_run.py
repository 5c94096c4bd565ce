"""What a long command would cost, measured on a few of its own steps before it begins."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import click

_MOST_STEPS, _MOST_S = 5, 20.0

dry_run_option = click.option(
    "--dry-run",
    is_flag=True,
    help="Check everything, take a few steps, say what it would cost, write nothing.",
)
checking_option = click.option(
    "--dry-run", is_flag=True, help="Read and check everything, write nothing."
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What was measured, and what follows: `files` says what would be written, and how large."""

    seconds: float
    pace: str
    memory_mb: float
    files: str

    def __str__(self) -> str:
        return (
            f"about {duration(self.seconds)} at {self.pace}; {self.memory_mb:.0f} MB of memory; "
            f"{self.files}"
        )


def say_cost(cost: Cost) -> None:
    """Print what a command would cost, as the end of a dry run."""
    click.echo(f"Dry run, nothing was written: {cost}")


def cost_of(
    step: Callable[[], object], count: float, things: str, files: str, each: float = 1
) -> Cost:
    """Take a few steps and say what all of them would cost.

    Args:
        step: takes one.
        count: of the things that are made or looked at in all.
        things: what they are called, such as `pictures`.
        files: what would be written.
        each: how many of the things a step does.
    """
    rate = each / seconds_a_step(step)
    return Cost(count / rate, pace(rate, things), peak_memory_mb(), files)


def pace(rate: float, things: str) -> str:
    """Things a second, with few digits: `0.12 heads/s`."""
    return f"{rate:.0f} {things}/s" if rate >= 10 else f"{rate:.2g} {things}/s"


def seconds_a_step(step: Callable[[], object]) -> float:
    """Return how long a step takes; the first, which also loads and allocates, does not count."""
    step()
    start, steps = time.monotonic(), 0
    while steps < _MOST_STEPS and (not steps or time.monotonic() - start < _MOST_S):
        step()
        steps += 1
    return max(time.monotonic() - start, 1e-9) / steps


def seconds_of(run: Callable[[], object]) -> float:
    """Return how long something takes that is too long to be done twice."""
    start = time.monotonic()
    run()
    return max(time.monotonic() - start, 1e-9)


def duration(seconds: float) -> str:
    """Seconds as `1 h 05 min`, `12 min` or `40 s`."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def megabytes(count: float) -> str:
    """Bytes as `3.1 MB` or `12 kB`."""
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.0f} kB"


def peak_memory_mb() -> float:
    """Return the most memory that this process has held so far, in 10⁶ bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
