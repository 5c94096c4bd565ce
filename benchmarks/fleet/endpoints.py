"""What it costs a table that Prometheus reads it every 15 s: twenty endpoints on one machine.

    apt install prometheus prometheus-alertmanager
    python -m benchmarks.fleet.endpoints --out endpoints.json

Twenty whole tables do not fit on a small machine. One table runs on the simulated camera, and
twenty pages, each a process with settings, accounts and certificate of its own, look on at it:
what they tell is real, and what a reading costs each of them is what it costs a table. Prometheus
is stopped and goes on in turn.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import psutil

from benchmarks.fleet.tables import Table, simple_table
from benchmarks.fleet.watching import Told, Watch, listening
from benchmarks.telling import tell
from exhibit.contract.board import read_status
from exhibit.contract.settings.operator import OperatorConfig
from exhibit.contract.settings.schema import Config
from exhibit.operator.access.accounts import Accounts
from exhibit.operator.access.roles import Role
from exhibit.operator.access.secrets import generate_password
from tests.fakes.settings import begin_with

_PAGES, _PAIRS = 20, 3
# Three readings each.
_SPELL_S, _SETTLE_S, _UP_S = 45.0, 30.0, 240.0
_OWN = ("operator", "settings")


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False))
def main(out: Path | None) -> None:
    """Read twenty pages and leave them alone, in turn."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        found = _measure(Path(name), stack)
    tell(found, out)


def _measure(folder: Path, stack: contextlib.ExitStack) -> dict[str, Any]:
    table = stack.enter_context(simple_table(folder / "table"))
    secret, homes = "", [folder / f"page{number:02d}" for number in range(_PAGES)]
    for home in homes:
        secret = _claim(home, secret)
    run_dirs = [_looking_on(home, table) for home in homes]
    started = [stack.enter_context(_page(run_dir)) for run_dir in run_dirs]
    pages = [psutil.Process(page.pid) for page in started]
    urls = {home.name: _url(run_dir) for home, run_dir in zip(homes, run_dirs, strict=True)}
    watch = Watch(folder, urls, secret)
    stack.enter_context(watch.running(stack.enter_context(listening(Told()))))
    time.sleep(_SETTLE_S)
    costs = []
    for _ in range(_PAIRS):
        watch.reading(False)
        alone = _used(pages)
        watch.reading(True)
        costs.append(
            [with_it - without for with_it, without in zip(_used(pages), alone, strict=True)]
        )
    per_page = [statistics.mean(page) for page in zip(*costs, strict=True)]
    every = [cost for pair in costs for cost in pair]
    return {
        "pages": _PAGES,
        "read_every_s": 15,
        "cpu_percent_for_being_read": round(statistics.mean(every), 3),
        "standard_error": round(statistics.stdev(every) / math.sqrt(len(every)), 3),
        "of_the_costliest_page": round(max(per_page), 3),
        "cpu_percent_unread": round(statistics.mean(alone), 2),
        "load": os.getloadavg()[0],
    }


def _claim(home: Path, secret: str) -> str:
    accounts = Accounts(home / "state")
    accounts.set_password(generate_password())
    return accounts.add_token("fleet", Role.VIEWER, secret)


def _looking_on(home: Path, table: Table) -> Path:
    """Make a run folder that shows another table's, and has settings of its own."""
    run_dir = home / "run"
    run_dir.mkdir()
    for file in table.run_dir.iterdir():
        if file.name.partition(".")[0] not in _OWN:
            (run_dir / file.name).symlink_to(file)
    config = Config(state_dir=home / "state", operator=OperatorConfig(port=0))
    begin_with(run_dir, config)
    return run_dir


@contextlib.contextmanager
def _page(run_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "exhibit.operator", "--run-dir", str(run_dir)]
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _url(run_dir: Path) -> str:
    until = time.monotonic() + _UP_S
    while time.monotonic() < until:
        if "url" in (told := read_status(run_dir, "operator")):
            return str(told["url"])
        time.sleep(0.1)
    raise click.ClickException("a page was not served")


def _used(pages: list[psutil.Process]) -> list[float]:
    """Return the percent of a core that each page uses in a spell."""
    before, began = [sum(page.cpu_times()[:2]) for page in pages], time.monotonic()
    time.sleep(_SPELL_S)
    after, took_s = [sum(page.cpu_times()[:2]) for page in pages], time.monotonic() - began
    return [100 * (late - early) / took_s for early, late in zip(before, after, strict=True)]


if __name__ == "__main__":
    main()
