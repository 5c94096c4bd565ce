"""All benchmarks, one after the other: `make bench`, or `python -m benchmarks`.

Prints what each prints and writes `bench.json` with everything they measured.
"""

from __future__ import annotations

import importlib.util
import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import psutil

from models.processor import processor_name

# Name in bench.json, and how to run it; each takes --json.
SUITES: dict[str, list[str]] = {
    "inference": ["-m", "benchmarks.inference"],
    "roofline": ["-m", "benchmarks.roofline"],
    "peers": ["-m", "benchmarks.peers"],
    "ink": ["-m", "benchmarks.ink"],
    "stills": ["-m", "benchmarks.stills"],
    "stage": ["-m", "benchmarks.stage"],
    "stage_sizes": ["-m", "benchmarks.stage_sizes"],
    "idle": ["-m", "benchmarks.idle", "--scene", "empty table"],
    "sound": ["-m", "benchmarks.sound", "--seconds", "60"],
    "tokens": ["-m", "benchmarks.tokens", "--frames", "50", "--without", "150", "--ink-seeds", "0"],
    "directions": ["-m", "benchmarks.directions"],
    "table": ["-c", "from exhibit.cli import main; main()", "bench"],
    "operator_page": ["-m", "benchmarks.operator_page"],
    "operator_load": ["-m", "benchmarks.operator_load", "--seconds", "20"],
}
_OF_A_BUNDLE = ("inference", "roofline", "peers", "table", "operator_page", "operator_load")


@click.command()
@click.option("--only", type=click.Choice(list(SUITES)), multiple=True, help="Run only these.")
@click.option("--bundle", metavar="NAME|DIR", help="Measure with another bundle.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("bench.json"),
    show_default=True,
    help="Where everything measured goes.",
)
def main(only: tuple[str, ...], bundle: str | None, output: Path) -> None:
    """Measure inference, ink, stage, sound, tokens, directions, the table and the page here."""
    found: dict[str, Any] = {"machine": describe_machine()}
    failed = []
    for name in only or SUITES:
        click.secho(f"\n{name}", bold=True)
        with_bundle = name in _OF_A_BUNDLE and bundle is not None
        result = run_suite(name, ["--bundle", str(bundle)] if with_bundle else [])
        if result is None:
            failed.append(name)
        else:
            found[name] = result
            print_result(result)
    output.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    click.echo(f"\nwritten: {output}")
    if failed:
        raise click.ClickException(f"not measured: {', '.join(failed)}")


def describe_machine() -> dict[str, Any]:
    """Return what the numbers depend on."""
    return {
        "processor": processor_name(),
        "cores": psutil.cpu_count(),
        "load": [round(load, 2) for load in psutil.getloadavg()],
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def run_suite(name: str, arguments: list[str]) -> Any:
    """Run one suite in a process of its own; returns what it measured, None where it failed."""
    command = SUITES[name]
    if command[0] == "-m" and importlib.util.find_spec(command[1]) is None:
        click.echo(f"{command[1]} is not there")
        return None
    ended = subprocess.run(
        [sys.executable, *command, *arguments, "--json"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        return None
    return json.loads(ended.stdout)


def print_result(result: Any, depth: int = 1) -> None:
    """Print numbers as they are nested, one line for all that stands side by side."""
    if isinstance(result, list):
        for item in result:
            print_result(item, depth)
        return
    nested = {key: value for key, value in result.items() if _is_nested(value)}
    flat = [f"{key} {value}" for key, value in result.items() if key not in nested]
    if flat:
        click.echo("  " * depth + "  ".join(flat))
    for key, value in nested.items():
        click.echo("  " * depth + f"{key}:")
        print_result(value, depth + 1)


def _is_nested(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, dict) for item in value)
    return isinstance(value, dict)


if __name__ == "__main__":
    main()
