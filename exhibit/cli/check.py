"""`exhibit check`: is a configuration file right, before the table starts with it?"""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.contract.settings.expectation import settings_of
from exhibit.contract.settings.file import examine_config
from exhibit.contract.settings.schema import Config


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

    Every mistake is listed with its line, the value found and what was expected. The exit code is
    0 where the file is right and 2 where it is not.
    """
    checked, problems = examine_config(config)
    for problem in problems:
        click.echo(f"Error: {problem.describe(str(config))}", err=True)
    if checked is None:
        ctx.exit(2)
    click.echo(f"{config}: all settings are valid")
