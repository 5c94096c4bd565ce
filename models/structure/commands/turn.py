"""`models structure turn`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import torch

from exhibit.cli.numbers import SEEDS
from exhibit.contract.errors import InputError
from models.directions.commands.codes import CHECKPOINT
from models.directions.drawing import draw_codes
from models.directions.factorial import factorial_codes
from models.directions.subject import Subject, load_subject
from models.dry_run import checking_option
from models.networks.psp.inverter import Codes
from models.sheets import contact_sheet, write_png
from models.structure.control import Control, by_gradient, by_inverse, load_control, turned

Way = Callable[[Control, torch.Tensor, torch.Tensor], torch.Tensor]
_WAYS: dict[str, Way] = {"inverse": by_inverse, "gradient": by_gradient}


@click.command("turn")
@CHECKPOINT
@click.option(
    "--control",
    "control_file",
    required=True,
    type=click.Path(path_type=Path),
    help="Network of models structure control, of the same checkpoint.",
)
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Sheet (.png).",
)
@click.option("--by", default="-24,-12,0,12,24", show_default=True, help="Degrees, one a column.")
@click.option(
    "--way",
    default="inverse",
    show_default=True,
    type=click.Choice(sorted(_WAYS)),
    help="By the local inverse of what codes say, or by gradient with a similarity term.",
)
@click.option(
    "--of",
    "dataset",
    type=click.Path(path_type=Path),
    help="Data set of portraits --factors whose latents the checkpoint keeps: its last people are "
    "turned, from the middle of their yaws, instead of random heads.",
)
@click.option("--heads", default=6, show_default=True, type=click.IntRange(1, 100), help="Rows.")
@click.option("--seed", type=SEEDS, default=1, show_default=True, help="Of the heads.")
@checking_option
def turn(
    checkpoint: Path,
    control_file: Path,
    out: Path,
    by: str,
    way: str,
    dataset: Path | None,
    heads: int,
    seed: int,
    dry_run: bool,
) -> None:
    """Ask heads to turn, each as often as there are degrees in --by."""
    try:
        degrees = [float(part) for part in by.split(",")]
    except ValueError:
        raise InputError(f"--by '{by}': expected degrees such as -24,0,24") from None
    subject, control = load_subject(checkpoint, seed=seed), load_control(control_file)
    if control.w_mean.shape[0] != subject.w_dim:
        raise InputError(
            f"{control_file}: for codes of {control.w_mean.shape[0]} numbers; "
            f"those of {checkpoint} have {subject.w_dim}"
        )
    w = subject.sample_w(heads) if dataset is None else _drawn(subject, checkpoint, dataset, heads)
    if dry_run:
        click.echo(f"Dry run: {len(w)} heads turned {len(degrees)} times -> {out}")
        return
    with torch.no_grad():
        said = control(w)
    columns = []
    for degree in degrees:
        moved = _WAYS[way](control, w, turned(said, degree))
        columns.append(draw_codes(subject, Codes(subject.as_ws(moved), None)))
    pictures = np.stack(columns, axis=1).reshape(-1, *columns[0].shape[1:])
    write_png(out, contact_sheet(list(pictures), len(degrees)))
    click.echo(f"{len(w)} heads turned by {by} degrees -> {out}")


def _drawn(subject: Subject, checkpoint: Path, dataset: Path, heads: int) -> torch.Tensor:
    """Codes (n, w_dim) of a drawing each of a data set's last people, at most `heads` of them."""
    codes = factorial_codes(subject, checkpoint, dataset).codes[-heads:, 0, 0]
    return torch.from_numpy(codes[:, codes.shape[1] // 2, 0]).float()
