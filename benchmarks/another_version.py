"""Run a script of this folder with the `exhibit` of another checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

HERE = Path(__file__).resolve().parents[1]


def measure(checkout: Path, reader: str, folder: Path) -> dict[str, Any]:
    """Return what a script prints as JSON, in a process of its own with one thread.

    Args:
        checkout: the repository in the version to measure.
        reader: file name of the script, beside this one.
        folder: what it reads; its only argument.

    Raises:
        click.ClickException: it is no checkout, or the script failed; says with what.
    """
    if not (checkout / "exhibit").is_dir():
        # Python would find the `exhibit` that is installed.
        raise click.ClickException(f"{checkout}: no folder 'exhibit', as a checkout has")
    environment = {
        **os.environ,
        "PYTHONPATH": str(checkout),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    script = Path(__file__).with_name(reader)
    # Not as a module of this repository: it is the other one's `exhibit` that it must find.
    command = [sys.executable, "-P", str(script), str(folder)]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.splitlines() or [f"{reader} ended with {done.returncode}"]
        raise click.ClickException(f"{checkout}: {said[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def in_turns(
    checkout: Path, reader: str, folder: Path, turns: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Measure this version and another one in turns; arguments as of `measure`.

    Returns:
        what the script gave of this version, and of the other, each once a turn.
    """
    here, there = list[dict[str, Any]](), list[dict[str, Any]]()
    for _ in range(turns):
        here.append(measure(HERE, reader, folder))
        there.append(measure(checkout, reader, folder))
    return here, there
