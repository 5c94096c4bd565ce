"""The processes that train one model together: begun together, ended together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click
import torch
from lightning_fabric import Fabric

from models.training.run.divergence import DivergedError
from models.training.run.precision import Asked, choose_precision


@contextmanager
def together(accelerator: str, devices: str, precision: Asked) -> Iterator[Fabric]:
    """Launch as Lightning Fabric does, and leave only when all processes are done.

    A process that ended while another still wrote its checkpoint was aborted by its own threads in
    every fourth run, and torchrun then ended the other one.

    Args:
        accelerator: as `--accelerator`.
        devices: how many on each machine, or `auto`.
        precision: as `--precision`; `auto` is measured, and the first process says what it found.
    """
    count = devices if devices == "auto" else int(devices)
    nodes = _nodes()
    device = Fabric(accelerator=accelerator, devices=count, num_nodes=nodes).device
    choice = choose_precision(precision, device)
    fabric = Fabric(
        accelerator=accelerator, devices=count, num_nodes=nodes, precision=choice.precision
    )
    fabric.launch()
    if fabric.is_global_zero:
        click.echo(choice.why)
    try:
        yield fabric
    except DivergedError:  # on all of them; after another error one would wait for the rest
        _part(fabric)
        raise
    _part(fabric)


def _nodes(environment: Mapping[str, str] = os.environ) -> int:
    """Return how many machines train together: torchrun says so, and after every restart anew."""
    return int(environment.get("GROUP_WORLD_SIZE", "1"))


def _part(fabric: Fabric) -> None:
    if fabric.world_size > 1:
        fabric.barrier()
        torch.distributed.destroy_process_group()
