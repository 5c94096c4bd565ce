"""`exhibit check`: is a configuration file right, before the table starts with it?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from exhibit.contract.errors import BundleError, CameraError, InputError
from exhibit.contract.plain_files import plain_text
from exhibit.contract.settings.addresses import unheard
from exhibit.contract.settings.expectation import settings_of
from exhibit.contract.settings.file import Problem, examine_config
from exhibit.contract.settings.lines import key_of, line_of
from exhibit.contract.settings.schema import Config
from exhibit.contract.yaml_text import read_yaml


def _list_settings(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        for setting in settings_of(Config):
            click.echo(f"{setting.key}: {_yaml_text(setting.default)}")
            click.echo(f"    {setting.description} Expects {setting.expected}.")
        ctx.exit()


def _yaml_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)


def _misfits(config: Config, path: Path) -> list[Problem]:
    """Return what the bundle of a configuration is not, or has not, with the lines that ask."""
    from exhibit.cli.starting import refuse_source
    from exhibit.contract.bundle import find_bundle, load_bundle
    from exhibit.contract.direction_names import missing_directions, missing_for_tokens

    try:
        load_bundle(find_bundle(config.model.bundle))
        found: list[Problem] = [*missing_directions(config), *missing_for_tokens(config)]
    except BundleError as error:
        found = [Problem("model.bundle", str(error))]
    try:
        refuse_source(config.camera)
    except (CameraError, InputError) as error:
        found.append(Problem("camera.source", str(error)))
    root, _ = read_yaml(plain_text(path))
    return [replace(each, line=line_of(root, key_of(each.key))) for each in found]


def _notes(config: Config, path: Path) -> list[Problem]:
    """Return what is right, and yet does not do what it seems to be there for."""
    osc = config.osc
    found = unheard(osc.host, osc.allow) if osc.enabled else []
    root, _ = read_yaml(plain_text(path))
    return [
        Problem(
            f"osc.allow.{number}",
            f"{osc.allow[number]} cannot be heard: osc.host {why}",
            line_of(root, ("osc", "allow", number)),
        )
        for number, why in found
    ]


@click.command(short_help="Check a configuration file.")
@click.argument("config", type=click.Path(path_type=Path), default=Path("config.yaml"))
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_settings,
    help="List every setting with its default, meaning and bounds, and stop.",
)
@click.pass_context
def check(ctx: click.Context, config: Path) -> None:
    """Check CONFIG (config.yaml where none is named) without starting anything.

    Every mistake is listed with its line, the value found and what was expected: also a bundle that
    cannot be opened, a direction that it does not have, a video or folder that cannot be played.
    The exit code is 0 where the file is right and 2 where it is not.
    """
    checked, problems = examine_config(config)
    if checked is not None:
        problems = _misfits(checked, config)
    for problem in problems:
        click.echo(f"Error: {problem.describe(str(config))}", err=True)
    if problems:
        ctx.exit(2)
    if checked is not None:
        for note in _notes(checked, config):
            click.echo(f"Note: {note.describe(str(config))}", err=True)
    click.echo(f"{config}: all settings are valid")
