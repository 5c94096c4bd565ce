"""`exhibit operator`: password and tokens of the operator's page, on the machine itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from exhibit.cli.options import CONFIG_OPTION
from exhibit.contract.errors import InputError
from exhibit.contract.settings.file import load_config
from exhibit.contract.settings.schema import Config
from exhibit.operator.access.accounts import FOLDER, Accounts
from exhibit.operator.access.roles import GIVEN, Role
from exhibit.operator.access.secrets import generate_password
from exhibit.operator.state.journal import Journal

DEFAULT_CONFIG = Path("config.yaml")
_BY = "the command line"


def _state_dir(config_file: Path | None) -> Path:
    if config_file is None and not DEFAULT_CONFIG.exists():
        return Config().state_dir
    return load_config(config_file or DEFAULT_CONFIG).state_dir


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
    """Password and tokens of the operator's page.

    For whoever has access to the machine itself. A running page takes changes at once.
    """


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
def create(config_file: Path | None, name: str, role: str) -> None:
    """Make a token called NAME and print it; it is not shown again."""
    state_dir = _state_dir(config_file)
    accounts = Accounts(state_dir)
    secret = _refusing_read_only(lambda: accounts.add_token(name, Role.named(role)), state_dir)
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
