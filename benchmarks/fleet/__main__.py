"""Every alarm of `fleet/`, from a fault of a real table to the technician's receiver.

    apt install prometheus prometheus-alertmanager
    python -m benchmarks.fleet --out fleet.json

Three real tables run on this machine, on ports of their own, under Debian's Prometheus and
Alertmanager. Each fault is done to one of them in turn; measured is how long until Alertmanager
tells of it, and what it tells besides. Disk and sensor are file systems of their own; that needs
root, and a mount namespace that ends with the run.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from benchmarks.fleet.faults import UNVISITED_S, Fault, faults, kill
from benchmarks.fleet.tables import three_tables
from benchmarks.fleet.watching import Told, Watch, listening
from benchmarks.telling import tell

_INSIDE = "TRACING_TABLE_FLEET"
# Three readings, so that a rate is known; the table that nobody visits is due after it.
_STEADY_S, _LONGEST_S, _CLOSED_S = 60.0, 150.0, 60.0


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, resolve_path=True))
@click.option("--only", default="", help="Alarms whose name has this in it.")
def main(out: Path | None, only: str) -> None:
    """Do every fault, and wait for its alarms."""
    for program in ("prometheus", "promtool", "prometheus-alertmanager"):
        if shutil.which(program) is None:
            raise click.ClickException(f"{program} is not installed; apt install {program}")
    if _INSIDE not in os.environ:
        command = ["unshare", "--mount", sys.executable, "-m", "benchmarks.fleet", *sys.argv[1:]]
        sys.exit(subprocess.run(command, env={**os.environ, _INSIDE: "1"}, check=False).returncode)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        found = _measure(Path(name), stack, only)
    tell(found, out)


def _measure(folder: Path, stack: contextlib.ExitStack, only: str) -> dict[str, Any]:
    told = Told()
    secret, tables = three_tables(folder, stack)
    watch = Watch(folder, {name: table.url for name, table in tables.items()}, secret)
    visited_at = time.time() + _STEADY_S - UNVISITED_S
    watch.remember("north", visited_at)
    stack.enter_context(watch.running(stack.enter_context(listening(told))))
    time.sleep(_STEADY_S)
    done = [
        _try(fault, told)
        for fault in faults(tables)
        if any(only in alarm for alarm in fault.alarms)
    ]
    return {
        "alarms": [line for lines in done for line in lines],
        "closed": _closed(watch, told, lambda: kill(tables["west"])),
        "load": os.getloadavg()[0],
    }


def _try(fault: Fault, told: Told) -> list[dict[str, Any]]:
    fault.strike()
    struck_at = time.monotonic()
    asked = [(fault.table, alarm) for alarm in fault.alarms]
    _until(lambda: all(told.after(alarm, struck_at) for alarm in asked), _LONGEST_S)
    lines: list[dict[str, Any]] = []
    for alarm in asked:
        at = told.after(alarm, struck_at)
        after_s = None if at is None else round(at - struck_at, 1)
        lines.append({"fault": fault.what, "alarm": alarm[1], "after_s": after_s})
        click.echo(f"{fault.what}: {alarm[1]}: {after_s} s", err=True)
    others = [found for found in told.since(struck_at) if found not in asked]
    lines[0]["besides"] = [" ".join(found) for found in others]
    fault.mend()
    return lines


def _closed(watch: Watch, told: Told, strike: Callable[[], None]) -> dict[str, Any]:
    """Strike while the museum is closed, and open it: is it told then, and not before?"""
    watch.open(False)
    strike()
    struck_at = time.monotonic()
    time.sleep(_CLOSED_S)
    gone = ("west", "TableGone")
    before = told.after(gone, struck_at) is not None
    watch.open(True)
    _until(lambda: told.after(gone, struck_at) is not None, _LONGEST_S)
    return {
        "told_while_closed": before,
        "told_once_open": told.after(gone, struck_at) is not None,
    }


def _until(over: Callable[[], bool], longest_s: float) -> None:
    until = time.monotonic() + longest_s
    while not over() and time.monotonic() < until:
        time.sleep(0.1)


if __name__ == "__main__":
    main()
