"""The page's process: `python -m exhibit.operator --run-dir DIR`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path

import click

from exhibit.contract.errors import ExhibitError
from exhibit.contract.heap import give_back_from, trim_beyond
from exhibit.contract.notify import ServiceNotifier
from exhibit.contract.settings.overrides import saved_overrides
from exhibit.contract.settings.published import read_published
from exhibit.operator.access.accounts import FOLDER
from exhibit.operator.access.certificate import Files, Tls, own_files
from exhibit.operator.address import own_addresses, own_names
from exhibit.operator.apart import Apart
from exhibit.operator.app import make_app
from exhibit.operator.desk import Desk, lay_out
from exhibit.operator.osc import Osc
from exhibit.operator.pages.rendering import warm_up
from exhibit.operator.pulse import Pulse
from exhibit.operator.receiving import remove_left_behind
from exhibit.operator.server import Server
from exhibit.operator.summary import summary_of

log = logging.getLogger(__name__)

_POLITENESS = 10
_LARGE_BYTES = 64 * 1024
"""glibc would raise its threshold by itself after the first login, and then keep the 19 MiB that a
password's hash needs."""


@click.command()
@click.option("--run-dir", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--base", type=click.Path(path_type=Path), help="The museum's own config.yaml.")
@click.option("--apart", is_flag=True, help="Started by a service manager, not by the supervisor.")
def main(run_dir: Path, base: Path | None, apart: bool) -> None:
    """Serve the operator's page until asked to end."""
    logging.basicConfig(level=logging.WARNING, format="operator: %(message)s")
    # Whatever happens here, the stage comes first.
    os.nice(_POLITENESS)
    give_back_from(_LARGE_BYTES)
    trim_beyond(_LARGE_BYTES)
    try:
        desk = _desk(run_dir)
        desk.base_file, desk.is_apart = base, apart
        asyncio.run(_serve(desk))
    except ExhibitError as error:
        click.echo(f"Error: {error}", err=True)
        # Not `REFUSED`: a page that cannot be served is no reason for a table not to start.
        sys.exit(1)
    # Everything is on the disk; taking the libraries apart takes longer than the table waits.
    os._exit(0)


def _desk(run_dir: Path) -> Desk:
    start = read_published(run_dir)
    remove_left_behind(start.file.state_dir)
    saved = saved_overrides(start.file)
    for complaint in saved.complaints:
        log.warning("%s", complaint)
    return lay_out(start, saved.layer, run_dir)


async def _serve(desk: Desk) -> None:
    warm_up()
    desk.visits.try_out()
    config = desk.settings.effective
    page, names = config.operator, own_names(config.operator.names)
    if page.certificate and page.key:
        files = Files(page.certificate, page.key)
    else:
        files = _own_files(desk, names)
    tls = Tls(files)
    server = Server(make_app(desk, names), page, tls)
    pulse = Pulse(desk, server, tls)
    work = (pulse.beat_on(), pulse.fade_on(), pulse.follow_tokens(), server.serve_here())
    tasks = [asyncio.create_task(part) for part in work]
    tasks.append(asyncio.create_task(desk.notices.tell_on(lambda: summary_of(desk))))
    if desk.is_apart:
        tasks.append(asyncio.create_task(Apart(desk, click.echo, ServiceNotifier()).look_on()))
    if config.osc.enabled:
        tasks.append(asyncio.create_task(Osc(desk, config.osc).serve()))
    if config.mqtt.enabled:
        # Loaded by tables that use it, and by no other.
        from exhibit.operator.mqtt.link import Link

        tasks.append(asyncio.create_task(Link(desk, config.mqtt).serve()))
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


def _own_files(desk: Desk, names: list[str]) -> Files:
    # On a disk that cannot be used a certificate lasts as long as the table runs.
    try:
        return own_files(desk.state_dir / FOLDER, names, own_addresses())
    except OSError as error:
        # Browsers warn of it, and somebody must be able to tell why.
        kept = desk.state_dir / FOLDER / "page.crt"
        desk.certificate_fault = f"{kept}: {error.strerror}; another is used until the table ends"
        log.warning("%s", desk.certificate_fault)
        return own_files(desk.run_dir, names, own_addresses())


if __name__ == "__main__":
    main()
