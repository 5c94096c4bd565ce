"""The processes that train one model together: begun together, ended together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from lightning_fabric import Fabric

from models.training.run.divergence import DivergedError

Precision = Literal["bf16-mixed", "32-true"]


@contextmanager
def together(accelerator: str, devices: str, precision: Precision) -> Iterator[Fabric]:
    """Launch as Lightning Fabric does, and leave only when all processes are done.

    A process that ended while another still wrote its checkpoint was aborted by its own threads in
    every fourth run, and torchrun then ended the other one.

    Args:
        accelerator: as `--accelerator`.
        devices: how many, or `auto`.
        precision: as `--precision`.
    """
    count = devices if devices == "auto" else int(devices)
    fabric = Fabric(accelerator=accelerator, devices=count, precision=precision)
    fabric.launch()
    try:
        yield fabric
    except DivergedError:  # on all of them; after another error one would wait for the rest
        _part(fabric)
        raise
    _part(fabric)


def _part(fabric: Fabric) -> None:
    if fabric.world_size > 1:
        fabric.barrier()
        torch.distributed.destroy_process_group()
