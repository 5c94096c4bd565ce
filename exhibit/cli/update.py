"""`exhibit update`: a new version beside the one that shows, and the way back."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any, NoReturn

import click

from exhibit.cli.options import CONFIG_OPTION
from exhibit.contract.errors import ConfigError, InputError, UpdateError
from exhibit.contract.installed import INSTALLED_AT
from exhibit.contract.plain_files import plain_bytes, real_path
from exhibit.contract.settings.file import load_config
from exhibit.contract.settings.schema import Config
from exhibit.contract.update_news import News, leave_news
from exhibit.update.building import build, examine
from exhibit.update.source import fetch
from exhibit.update.trial import Trial
from exhibit.update.versions import VERSIONS, Versions

_UNIT = "tracing-table.service"
_SYSTEMD = Path("/run/systemd/system")
_READABLE = 0o022


@click.command(short_help="Try a new version; go back by itself if it is not well.")
@click.argument("source", required=False)
@CONFIG_OPTION
@click.option("--back", is_flag=True, help="Show the version before again.")
@click.option(
    "--finish", is_flag=True, help="Take back a version that was on trial when the power went."
)
@click.option(
    "--restart",
    metavar="COMMAND",
    help="Ends the table and starts it again, where systemd does not.",
)
@click.pass_context
def update(
    ctx: click.Context,
    source: str | None,
    config_file: Path | None,
    back: bool,
    finish: bool,
    restart: str | None,
) -> None:
    """Make a version out of SOURCE, check it, let it show, and keep it if it is well.

    SOURCE is a folder, an archive, or URL or URL@TAG of a git repository. The table goes on while
    the new version is made beside it. If that is not well within a minute, the old one shows
    again. The last two versions are kept; without SOURCE they are named. The exit code is 0 where
    the new version shows, 1 where the old one shows again, and 2 where nothing was changed.
    """
    if INSTALLED_AT.parent.name != VERSIONS:
        raise InputError(
            f"{INSTALLED_AT}: not installed for updates; expected .../{VERSIONS}/NAME, see "
            "docs/install-a-kiosk.md"
        )
    if sum((source is not None, back, finish)) > 1:
        raise InputError("expected one of SOURCE, --back and --finish")
    versions = Versions(INSTALLED_AT.parent.parent)
    os.umask(_READABLE)
    if source is None and not back and not finish:
        _name(versions)
        return
    config = real_path(config_file or Path("config.yaml"))
    lock = versions.lock()
    try:
        if finish:
            _finish(versions, config, restart)
        else:
            ctx.exit(_try(versions, source, config, lock, restart or _restart_by_systemd()))
    finally:
        os.close(lock)


def _name(versions: Versions) -> None:
    for what, folder in (("current", versions.current), ("before", versions.before)):
        click.echo(f"{what}: {folder.name if folder else 'none'}")


def _try(versions: Versions, source: str | None, config: Path, lock: int, restart: str) -> int:
    if versions.trial is not None:
        raise UpdateError("an update was cut off; first: exhibit update --finish")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    state_dir = load_config(config).state_dir
    old, new = versions.current, versions.before
    if source is not None:
        new = _make(versions, source, lock)
    if new is None or old is None:
        raise UpdateError(f"{versions.prefix}: there is no version to go back to")
    examine(new, config, click.echo)
    why = Trial(versions, restart, click.echo).of(new)
    if why:
        _tell(
            state_dir, "update failed", f"{new.name} was not well ({why}); {old.name} shows again"
        )
        return 1
    _tell(state_dir, "update", f"{new.name} shows; before it was {old.name}")
    _tell_of_units(old, new)
    return 0


def _make(versions: Versions, source: str, lock: int) -> Path:
    folder = versions.new_folder()
    try:
        fetch(source, folder)
        new = versions.name(folder)
        click.echo(f"{new.name} is being made beside the table ...")
        build(new, lock)
        versions.seal(new)
    except (OSError, UpdateError):
        # Where the disk is full the table needs the room, and a half version is of no use.
        versions.prune()
        raise
    return new


def _finish(versions: Versions, config: Path, restart: str | None) -> None:
    tried, old = versions.current, versions.trial
    if old is not None:
        Trial(versions, restart or "true", click.echo).end()
    versions.prune()
    if old is not None and tried not in (None, old):
        text = f"{tried.name} had not proved itself when its update was cut off; {old.name} starts"
        try:
            state_dir = load_config(config).state_dir
        except ConfigError:
            state_dir = config.parent / Config().state_dir
        _tell(state_dir, "update failed", text)


def _tell(state_dir: Path, what: News, text: str) -> None:
    click.echo(text)
    leave_news(state_dir, what, text)


def _tell_of_units(old: Path, new: Path) -> None:
    def units(folder: Path) -> dict[str, bytes]:
        files = (path for path in (folder / "systemd").rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): plain_bytes(path) for path in files}

    if units(old) != units(new):
        click.echo(f"its units are others; they hold after: make -C {new} install-kiosk")


def _restart_by_systemd() -> str:
    if not _SYSTEMD.exists():
        raise InputError("--restart: expected the command that ends and starts the table")
    return f"systemctl restart --no-block {_UNIT}"


def _end(number: int, _frame: Any) -> NoReturn:
    raise SystemExit(128 + number)
