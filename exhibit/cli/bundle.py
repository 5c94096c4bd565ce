"""`exhibit bundle`: bundles from a web server of the museum to its tables."""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.bundle import find_bundle
from exhibit.contract.errors import InputError
from exhibit.contract.settings.overrides import layer_overrides
from exhibit.operator.access.accounts import FOLDER
from exhibit.operator.delivery.manifest import make_key, public_half, read_key
from exhibit.operator.delivery.publishing import publish
from exhibit.operator.delivery.pulling import pull
from exhibit.operator.state.journal import Journal

_FILE = click.Path(path_type=Path, dir_okay=False)
_KEY = click.option(
    "--key", type=_FILE, required=True, metavar="KEY.pem", help="The museum's private key."
)


@click.group(short_help="Publish bundles for many tables, and fetch them.")
def bundle() -> None:
    """Bundles from one place to many tables: published as files of any web server, signed there and
    checked by each table."""


@bundle.command("key")
@click.argument("path", type=_FILE, metavar="KEY.pem")
def key_command(path: Path) -> None:
    """Make a key to publish with, and print what tables know it by (operator.bundle_keys).

    Where KEY.pem is a key already it is left as it is, and printed.
    """
    public = public_half(read_key(path)) if path.exists() else make_key(path)
    click.echo(public)


@bundle.command("publish")
@click.argument("name", metavar="BUNDLE")
@click.option(
    "-o",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="What the web server hands out.",
)
@_KEY
def publish_command(name: str, folder: Path, key: Path) -> None:
    """Write BUNDLE's archive, manifest and signature into FOLDER."""
    try:
        manifest = publish(find_bundle(name), folder, read_key(key))
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from None
    click.echo(f"{manifest}: hand out this folder, and fetch it with `exhibit bundle pull`")


@bundle.command("pull")
@click.argument("url", metavar="URL")
@CONFIG_OPTION
def pull_command(url: str, config_file: Path | None) -> None:
    """Fetch a bundle by the URL of its manifest, and put it beside the others.

    Only what one of operator.bundle_keys has signed is taken, and nothing older than what was
    fetched before. A fetch that was cut off is gone on with. The bundle in use stays in use: choose
    the new one on the operator's page, or with model.bundle.
    """
    config, _ = layer_overrides(read_config(config_file))
    keys = config.operator.bundle_keys
    if not keys:
        raise InputError(
            "operator.bundle_keys is empty; expected what `exhibit bundle key` printed where "
            "bundles are published"
        )
    with click.progressbar(length=1, label="fetching") as bar:

        def say(here: int, size: int) -> None:
            bar.length = size
            bar.update(here - bar.pos)

        try:
            pulled = pull(url, keys, config.state_dir, say)
        except OSError as error:
            raise InputError(f"{config.state_dir}: cannot be written: {error.strerror}") from None
    if pulled.is_new:
        audit = Journal(config.state_dir / FOLDER, "audit")
        audit.add("bundle fetched", by="the command line", bundle=pulled.folder.name)
    click.echo(f"{pulled.folder}{'' if pulled.is_new else ': is here already'}")
