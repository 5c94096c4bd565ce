"""Random states of all processes and their devices, for a complete resume."""

import logging

import torch
from lightning_fabric import Fabric
from torch import Tensor

log = logging.getLogger(__name__)


def random_states(fabric: Fabric) -> list[Tensor]:
    """The random state of every process in order of rank: CPU, then CUDA where it is used."""
    own = torch.get_rng_state()
    if fabric.device.type == "cuda":
        own = torch.cat([own, torch.cuda.get_rng_state(fabric.device)])
    if fabric.world_size == 1:
        return [own]
    own = own.to(fabric.device)
    states = [torch.empty_like(own) for _ in range(fabric.world_size)]
    torch.distributed.all_gather(states, own)
    return [state.cpu() for state in states]


def restore_random_states(fabric: Fabric, states: list[Tensor]) -> None:
    """Give this process its state back; say so when the processes or devices are others."""
    size = len(torch.get_rng_state())
    device = "cuda" if len(states[0]) > size else "cpu"
    if len(states) != fabric.world_size or device != fabric.device.type:
        log.warning(
            "saved by %d %s processes, goes on with %d on %s: other random numbers from here on",
            len(states),
            device,
            fabric.world_size,
            fabric.device.type,
        )
        return
    own = states[fabric.global_rank]
    torch.set_rng_state(own[:size].clone())
    if device == "cuda":
        torch.cuda.set_rng_state(own[size:].clone(), fabric.device)
