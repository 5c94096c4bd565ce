"""`exhibit operator`: password, tokens and backups of a table, on the machine itself."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any, TextIO

import click

from exhibit.cli.options import (
    CONFIG_OPTION,
    DEFAULT_CONFIG,
    found_file,
    read_config,
    refuse_overwriting,
)
from exhibit.cli.serve import serve
from exhibit.contract.bundle import BUNDLES_DIR, find_bundle
from exhibit.contract.errors import ConfigError, InputError
from exhibit.contract.plain_files import real_path
from exhibit.contract.run_folders import table_of
from exhibit.contract.settings.file import anchored, load_config
from exhibit.contract.settings.overrides import layer_overrides
from exhibit.contract.settings.schema import Config
from exhibit.operator.access.accounts import FOLDER, Accounts
from exhibit.operator.access.roles import GIVEN, Role
from exhibit.operator.access.secrets import generate_password
from exhibit.operator.backup import Sources, write_backup
from exhibit.operator.changes import changes_of, lines_of
from exhibit.operator.restoring import Backup, read_backup, restore_bundle, restore_files
from exhibit.operator.state.journal import Journal
from exhibit.operator.state.scenes import SceneFile

_BY = "the command line"
_LONGEST_SECRET = 200


def _state_dir(config_file: Path | None) -> Path:
    return read_config(config_file).state_dir


def _record(state_dir: Path, what: str, **details: Any) -> None:
    Journal(state_dir / FOLDER, "audit").add(what, by=_BY, **details)


def _refusing_read_only(act: Any, state_dir: Path) -> Any:
    try:
        return act()
    except OSError as error:
        raise InputError(
            f"{state_dir}: {error.strerror}; expected a folder that this user may write to"
        ) from None


@click.group()
def operator() -> None:
    """The operator's page: its password and tokens, and the table as one file.

    For whoever has access to the machine itself. A running page takes changes at once.
    """


operator.add_command(serve)


@operator.command()
@CONFIG_OPTION
@click.option("--generate", is_flag=True, help="Make a password and print it, and ask for none.")
def passwd(config_file: Path | None, generate: bool) -> None:
    """Choose the password of the page; the way back in when it is forgotten.

    A table that has a password is claimed: its page is then also served on `operator.host`. Without
    --generate the password is asked for twice, or read from a pipe.
    """
    state_dir = _state_dir(config_file)
    if generate:
        password = generate_password()
    elif sys.stdin.isatty():
        password = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    _refusing_read_only(lambda: Accounts(state_dir).set_password(password), state_dir)
    _record(state_dir, "password")
    click.echo(f"password: {password}" if generate else "the password is set")


@operator.command()
@CONFIG_OPTION
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.zip")
@click.option(
    "--without-bundle", is_flag=True, help="Leave the bundle out; it is the largest part."
)
def backup(config_file: Path | None, target: Path, without_bundle: bool) -> None:
    """Write everything that makes this table what it is into FILE.zip.

    That is config.yaml, the operator's settings, scenes, visits and log, calibration and bundle.
    Passwords, tokens and the page's key are not in it. The table may run meanwhile.
    """
    found = found_file(config_file)
    config = read_config(config_file)
    refuse_overwriting([found, config.calibration], [target])
    effective = layer_overrides(config)[0]
    bundle = None if without_bundle else find_bundle(effective.model.bundle)
    sources = Sources(config.state_dir, found, config.calibration, bundle)
    places = write_backup(target, sources)
    click.echo(f"{target}: {len(places)} files, {target.stat().st_size / 1e6:.1f} MB")


@operator.command()
@CONFIG_OPTION
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only say what would change; put nothing back.")
def restore(config_file: Path | None, source: Path, dry_run: bool) -> None:
    """Put everything of a backup back; the table must not be running.

    SOURCE is a file of `exhibit operator backup` or of the page. All of it is checked first. What
    was there is kept beside it, with .before-restore in its name; where one is there from an
    earlier time, with .before-restore-2.
    """
    found = read_backup(source)
    target = config_file or DEFAULT_CONFIG
    if dry_run:
        _say_changes(found, target)
        return
    places = anchored(found.config, real_path(target).parent)
    _refuse_while_running(target, places)
    bundle = restore_bundle(found, places.state_dir)
    written = restore_files(found, target, places.state_dir, places.calibration)
    for path in written:
        click.echo(path)
    if bundle is not None and bundle.parent != BUNDLES_DIR:
        click.echo(f"{bundle}: the bundle; name it with model.bundle, or choose it on the page")


def _refuse_while_running(target: Path, places: Config) -> None:
    """Refuse where a table would go on writing into what is put back."""
    folders = [places.state_dir]
    # A file that is missing or damaged may be why somebody wants a backup back.
    with contextlib.suppress(ConfigError):
        folders.append(load_config(target).state_dir)
    for state_dir in folders:
        if table_of(state_dir) is not None:
            raise InputError(f"{state_dir}: a table runs with this folder; end it first")


def _say_changes(found: Backup, target: Path) -> None:
    config = load_config(target) if target.exists() else Config()
    effective, _ = layer_overrides(config)
    lines = list(lines_of(changes_of(found, effective, SceneFile(config.state_dir).book)))
    for line in lines or ["nothing would change"]:
        click.echo(line)


@operator.group()
def token() -> None:
    """Tokens for programs, or for people who may do less than everything."""


@token.command()
@CONFIG_OPTION
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(GIVEN),
    default="viewer",
    show_default=True,
    help="viewer sees, operator tunes, admin does everything.",
)
@click.option(
    "--secret-file",
    type=click.File("r"),
    help="Take the secret of a token that another table made, so that one secret opens both.",
)
def create(config_file: Path | None, name: str, role: str, secret_file: TextIO | None) -> None:
    """Make a token called NAME and print it; it is not shown again."""
    state_dir = _state_dir(config_file)
    accounts = Accounts(state_dir)
    given = "" if secret_file is None else secret_file.read(_LONGEST_SECRET).strip()
    if secret_file is not None and not given:
        raise InputError(f"{secret_file.name}: empty; expected the secret of a token")
    secret = _refusing_read_only(
        lambda: accounts.add_token(name, Role.named(role), given), state_dir
    )
    _record(state_dir, "token made", token=name, role=role)
    click.echo(secret)


@token.command("list")
@CONFIG_OPTION
def list_tokens(config_file: Path | None) -> None:
    """List all tokens, without their secrets."""
    for known in Accounts(_state_dir(config_file)).tokens:
        click.echo(f"{known.name}  {known.role}  made {known.made_at}")


@token.command()
@CONFIG_OPTION
@click.argument("name")
def revoke(config_file: Path | None, name: str) -> None:
    """Take the token called NAME back; it is refused from now on."""
    state_dir = _state_dir(config_file)
    _refusing_read_only(lambda: Accounts(state_dir).revoke_token(name), state_dir)
    _record(state_dir, "token revoked", token=name)
    click.echo(f"token '{name}' is refused from now on")
