"""`models structure control`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from exhibit.contract.values import Doubles
from models.collection.dataset import data_sha256
from models.directions.commands.codes import CHECKPOINT
from models.directions.drawing import draw_codes
from models.directions.factorial import factorial_codes
from models.directions.subject import Subject, load_subject
from models.networks.psp.inverter import Codes
from models.structure.commands.shared import learning_options, learnt
from models.structure.control import Control, control_lesson
from models.structure.factorisation import structure_of
from models.structure.landmark_network import distances, load_landmark_network, located

_HELD_OUT = 0.1
_FLATTEST, _DEEPEST = 0.25, 4.0
"""No head is less or more times as deep as it is wide."""
_FEW = 200
"""Heads that are drawn where only the cost of learning is asked for."""


@click.command("control")
@CHECKPOINT
@click.option(
    "--landmarks",
    "landmark_file",
    required=True,
    type=click.Path(path_type=Path),
    help="Network of models structure landmarks.",
)
@click.option(
    "--samples",
    default=4000,
    show_default=True,
    type=click.IntRange(100),
    help="Random heads that all is learnt from; with --heads, mixtures learnt beside these.",
)
@click.option(
    "--heads",
    type=click.Path(path_type=Path),
    help="Data set of portraits --factors whose drawings the checkpoint was taught to redraw: the "
    "structure is found on these, freed of what people differ in.",
)
@click.option(
    "--changes",
    default=8,
    show_default=True,
    type=click.IntRange(0, 40),
    help="Basis shapes of rank one.",
)
@click.option(
    "--without",
    default="hair",
    show_default=True,
    help="Parts whose landmarks are left out: the width of hair looks like a turn.",
)
@learning_options(pictures=800_000, batch=256, learning_rate=2e-3)
def control(
    checkpoint: Path,
    landmark_file: Path,
    samples: int,
    heads: Path | None,
    changes: int,
    without: str,
    folder: Path,
    **options: Any,
) -> None:
    """Learn what a code says of its head: where it stands, how it is turned, how its face changes.

    Heads of the generator are drawn, their landmarks found, and these taken apart into cameras and
    a shape in space; a small network learns to tell them from the code. What is asked of a turn
    must be seen in the heads: random ones that hardly turn, or whose faces differ more in width
    than a turn narrows them, do not say how deep they are. With --heads who is who is known.
    """
    subject = load_subject(checkpoint, seed=options["seed"])
    finder = load_landmark_network(landmark_file)
    count = _FEW if options["dry_run"] else samples
    who = None
    if heads is None:
        w = subject.sample_w(count)
    else:
        w, who = _of_people(subject, checkpoint, heads, count)
    pictures = draw_codes(subject, Codes(subject.as_ws(w), None))
    left_out = [part for part in without.split(",") if part]
    kept = [i for i, name in enumerate(finder.names) if name.split("-")[0] not in left_out]
    points = located(finder, pictures)[:, :, kept]
    seen = len(w) - max(1, round(_HELD_OUT * count))
    shown = seen if who is None else len(who)
    found = structure_of(points[:shown], changes, who)
    off = _apart(found.projected(), points[:shown])
    depth = found.depth()
    click.echo(
        f"structure of {shown} heads: landmarks {off:.2f} % of the side, {depth:.1f} times as deep "
        "as wide"
    )
    if not _FLATTEST < depth < _DEEPEST:
        click.echo(
            f"expected {_FLATTEST} to {_DEEPEST} times: the heads of {checkpoint} do not turn, or "
            "their landmarks are not found; turns asked for will mean nothing (to learn from: "
            "models collection portraits --factors)"
        )
    data = {"generator": subject.checkpoint, "samples": count, "without": left_out}
    if heads is not None:
        data["heads"] = data_sha256(heads)
    names = [finder.names[i] for i in kept]
    network = learnt(control_lesson(w[:seen], points[:seen], found, names, data), folder, options)
    if network is None:
        return
    assert isinstance(network, Control)
    with torch.no_grad():
        told = network.landmarks(network(w[seen:])).numpy()
    off = _apart(told, points[seen:])
    click.echo(f"told from codes, {len(w) - seen} heads not seen: {off:.2f} % of the side")


def _of_people(
    subject: Subject, checkpoint: Path, heads: Path, count: int
) -> tuple[torch.Tensor, list[int]]:
    """Codes of people's drawings, and what lies between them and beside them.

    Returns:
        The kept latents of all n drawings and then `count` mixtures of two codes, (n + count,
        w_dim): by turns of one person, of any two, and of a drawing and a random code, since other
        people are asked to turn too. And whose drawings the first n are.
    """
    kept = factorial_codes(subject, checkpoint, heads).codes
    people, codes = len(kept), kept.reshape(-1, subject.w_dim)
    each = len(codes) // people
    chance = np.random.default_rng(subject.seed)
    first, second = chance.integers(len(codes), size=(2, count))
    ends = codes[second]
    own, beside = np.arange(count) % 3 == 0, np.arange(count) % 3 == 1
    ends[own] = codes[first // each * each + second % each][own]
    ends[beside] = subject.sample_w(count).double().numpy()[beside]
    share = chance.uniform(size=(count, 1))
    between = share * codes[first] + (1 - share) * ends
    w = torch.from_numpy(np.concatenate([codes, between])).float()
    return w, np.repeat(np.arange(people), each).tolist()


def _apart(found: Doubles, true: Doubles) -> float:
    return float(distances(found, true).mean())
