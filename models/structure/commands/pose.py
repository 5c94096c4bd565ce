"""`models structure pose`."""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.cli.numbers import SEEDS
from models.dry_run import checking_option
from models.measures.json_report import JSON_OPTION, write_json
from models.sheets import write_png
from models.structure.canonical_network import apart, forms_sheet, load_canonical, read_ink
from models.structure.standing import compared, ways


@click.command("pose")
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option(
    "--canonical",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Network of models structure canonical, named after its folder; any number of them.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for a sheet of each.",
)
@JSON_OPTION
@click.option("--seed", type=SEEDS, default=0, show_default=True, help="Of the known moves.")
@checking_option
def pose(
    dataset: Path,
    files: tuple[Path, ...],
    out: Path | None,
    json_path: Path | None,
    seed: int,
    dry_run: bool,
) -> None:
    """Measure how well the pose of drawings is told, against known shifts, scales and slants.

    Of the drawings of DATASET those are asked about that no network has learnt from: as they are,
    moved, and moved with a fifth of the side covered. Beside the networks stand the moments of the
    ink, and telling nothing.
    """
    networks = {path.parent.name: load_canonical(path) for path in files}
    _, ink = apart(read_ink(dataset))
    if dry_run:
        click.echo(f"Dry run: {len(ink)} drawings, {len(networks)} networks")
        return
    table = {way.name: compared(way, ink, seed) for way in ways(networks)}
    click.echo(f"{len(ink)} drawings that were not learnt from; root mean square errors")
    width = max(map(len, table))
    for name, row in table.items():
        told = "".join(f"  {column} {value:.2f}" for column, value in row.items())
        click.echo(f"{name:{width}}{told}")
    if json_path is not None:
        write_json(table, json_path)
    if out is not None:
        for name, network in networks.items():
            write_png(out / f"{name}.png", forms_sheet(network, ink))
        click.echo(f"{len(networks)} sheets -> {out}")
