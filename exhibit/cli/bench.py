"""`exhibit bench`: does this machine run the table well enough?"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import click

from exhibit.checks.bench import measure_table
from exhibit.cli.numbers import Number
from exhibit.cli.options import CONFIG_OPTION
from exhibit.cli.starting import command_line, effective_config
from exhibit.contract.bundle import find_bundle, load_bundle


@click.command(short_help="Measure how well this machine runs the table.")
@CONFIG_OPTION
@click.option("--bundle", metavar="NAME|DIR", help="Measure with another bundle.")
@click.option(
    "--seconds",
    type=Number(min=5),
    default=30.0,
    show_default=True,
    help="Length of each of the two runs.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything measured as JSON.")
def bench(config_file: Path | None, bundle: str | None, seconds: float, as_json: bool) -> None:
    """Measure how well this machine runs the table, without camera or display.

    Runs it twice on the simulated camera: as a visitor would meet it, and with a saturated engine.
    """
    config = effective_config(config_file, command_line("simulated", bundle))
    load_bundle(find_bundle(config.model.bundle))
    found = measure_table(config, seconds, partial(click.echo, err=True))
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for measure in found["measures"]:
        word, colour = ("ok", "green") if measure["met"] else ("MISSED", "red")
        bound = f"{'at least' if measure['at_least'] else 'at most'} {measure['bound']:g}"
        found_value = measure["value"]
        value = "nothing" if found_value is None else f"{found_value:g} {measure['unit']}"
        click.echo(
            f"{click.style(f'{word:<7}', colour)} {measure['what']:<40} {value:>12}   ({bound})"
        )
    for name, times in found["as_shipped"]["stages_ms"].items():
        if times is not None:
            click.echo(
                f"        {name:<12} p50 {times['p50']:7.2f} ms   p95 {times['p95']:7.2f} ms"
            )
