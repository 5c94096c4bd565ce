"""What all processes of a run have together; with one process, what it has."""

from __future__ import annotations

from lightning_fabric import Fabric
from torch import Tensor


def mean_of_all(fabric: Fabric, own: Tensor) -> Tensor:
    """Mean over processes of a tensor of the same shape on each."""
    return _reduced(fabric, own, "mean")


def sum_of_all(fabric: Fabric, own: Tensor) -> Tensor:
    """Sum over processes of a tensor of the same shape on each."""
    return _reduced(fabric, own, "sum")


def rows_of_all(fabric: Fabric, own: Tensor) -> Tensor:
    """Rows (processes · n, ...) of tensors (n, ...), in the order of the processes."""
    if fabric.world_size == 1:
        return own
    gathered = fabric.all_gather(own)
    assert isinstance(gathered, Tensor)
    return gathered.flatten(0, 1)


def _reduced(fabric: Fabric, own: Tensor, how: str) -> Tensor:
    if fabric.world_size == 1:
        return own
    reduced = fabric.all_reduce(own.clone(), reduce_op=how)
    assert isinstance(reduced, Tensor)
    return reduced
