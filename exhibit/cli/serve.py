"""`exhibit operator serve`: the operator's page as a unit of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import click

from exhibit.cli.options import CONFIG_OPTION, found_file
from exhibit.cli.starting import page_settings
from exhibit.contract.board import RUN_PREFIX
from exhibit.contract.errors import InputError
from exhibit.contract.plain_files import real_path
from exhibit.contract.run_folders import table_of
from exhibit.contract.settings.published import publish
from exhibit.supervisor.processes import SERVICE_MANAGER, child_environment
from exhibit.supervisor.run_folder import memory_folder


@click.command()
@CONFIG_OPTION
def serve(config_file: Path | None) -> None:
    """Serve the page of a table that was started with `exhibit run --without-page`.

    It goes on where the table ends, says so, and starts anew with the next table: whatever starts
    this command is to start it again when it ends.
    """
    settings = page_settings(config_file)
    if not settings.config.operator.enabled:
        raise InputError("operator.enabled: it is off; expected a page to serve")
    run_dir = table_of(settings.file.state_dir)
    if run_dir is None:
        click.echo("no table runs; the page is there without it")
        run_dir = Path(tempfile.mkdtemp(prefix=f"{RUN_PREFIX}{os.getpid()}-", dir=memory_folder()))
        if not publish(run_dir, settings):
            raise InputError(f"{run_dir}: no room in memory for settings")
    base = found_file(config_file)
    command = [sys.executable, "-m", "exhibit.operator", "--run-dir", str(run_dir), "--apart"]
    if base is not None:
        command += ["--base", str(real_path(base))]
    kept = {name: os.environ[name] for name in SERVICE_MANAGER if name in os.environ}
    sys.stdout.flush()
    # The same process: the service manager listens to it and to no other.
    os.execve(sys.executable, command, {**child_environment(os.environ), **kept})
