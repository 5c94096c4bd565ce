"""From a plan to a running training: checks, network, resume, card, then the loop."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from exhibit.contract.errors import InputError
from exhibit.contract.files import write_whole
from exhibit.contract.yaml_text import write_yaml
from models.collection.dataset import data_sha256, picture_names
from models.dry_run import Cost
from models.networks.denoiser.config import DenoiserConfig
from models.saved.checkpoint import DENOISER, State, read_checkpoint
from models.training.diffusion.config import DiffusionTraining
from models.training.diffusion.state import new_state, restore_state, start_from
from models.training.diffusion.trainee import DiffusionTrainee
from models.training.parts.sampler import Sampler
from models.training.run.cost import few_pictures, measured_cost
from models.training.run.folder import read_newest, refuse_another_run
from models.training.run.hardware import hardware
from models.training.run.limits import RunLimits
from models.training.run.loop import train
from models.training.run.pictures import read_shards
from models.training.run.precision import Asked
from models.training.run.processes import together
from models.training.run.random_states import restore_random_states

CARD = "card.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffusionPlan:
    """All choices of one call of `models train-diffusion`."""

    dataset: Path
    folder: Path
    resume: bool
    start: Path | None
    denoiser: DenoiserConfig
    training: DiffusionTraining
    limits: RunLimits
    accelerator: str = "auto"
    devices: str = "1"
    precision: Asked = "auto"


def begun(folder: Path, resume: bool, start: Path | None) -> DenoiserConfig | None:
    """Shape of the network that a run goes on from; None for a new run."""
    if resume:
        _, saved = read_newest(folder, DENOISER)
    elif start is not None:
        saved = read_checkpoint(start, DENOISER)
    else:
        return None
    return DenoiserConfig.from_dict(saved["denoiser_config"])


def saved_run(plan: DiffusionPlan) -> State | None:
    """The checkpoint a plan continues or starts from, checked against it; None for a new run."""
    if plan.resume:
        path, saved = read_newest(plan.folder, DENOISER)
    else:
        refuse_another_run(plan.folder)
        if plan.start is None:
            return None
        path, saved = plan.start, read_checkpoint(plan.start, DENOISER)
    asked = plan.denoiser.to_dict()
    for key, value in saved["denoiser_config"].items():
        if asked[key] != value:
            raise InputError(f"{path}: {key} is {value}, asked for {asked[key]}: expected the same")
    return saved


def describe(plan: DiffusionPlan) -> str:
    """Check data and checkpoint of a plan and say in a few lines what it would do.

    Raises:
        InputError, CheckpointError: something is missing or does not fit.
    """
    saved, count = saved_run(plan), len(picture_names(plan.dataset))
    if count < plan.training.batch:
        raise InputError(
            f"{plan.dataset}: {count} pictures; expected at least one batch of "
            f"{plan.training.batch}"
        )
    shape = plan.denoiser
    lines = [
        f"{plan.dataset}: {count} pictures",
        f"denoiser, {shape.resolution} px, channels {', '.join(map(str, shape.channels))}, "
        f"bottleneck {'×'.join(map(str, shape.h_shape))}",
    ]
    if saved is not None:
        verb = "resumes after" if plan.resume else "starts from a network that saw"
        lines.append(f"{verb} {saved['pictures_seen']} pictures")
    if warning := few_pictures(count):
        lines.append(warning)
    lines.append(f"trains to {plan.limits.pictures} pictures; writes {plan.folder}")
    return "\n".join(lines)


def prepare_run(plan: DiffusionPlan, fabric: Fabric) -> DiffusionTrainee:
    """Build or restore the run of a plan on this process."""
    size = (plan.denoiser.resolution, plan.denoiser.img_channels)
    (shard,) = read_shards(fabric, plan.dataset, size)
    state = new_state(plan.denoiser, plan.training, fabric.device)
    saved = saved_run(plan)
    sampler = Sampler(
        shard.pictures,
        plan.training.batch,
        seed=plan.training.seed,
        mirror=plan.training.mirror,
        world_size=fabric.world_size,
    )
    torch.manual_seed(plan.training.seed + 1 + fabric.global_rank)
    if saved is not None and plan.resume:
        restore_state(state, saved)
        sampler.position = saved["sampler_position"]
        restore_random_states(fabric, saved["random_states"])
    elif saved is not None:
        start_from(state, saved)
    # Written by the first process alone, which reads all files once more for their hash.
    card = card_of(plan, len(shard), fabric) if shard.is_first else {}
    return DiffusionTrainee(fabric, state, sampler, card)


def card_of(plan: DiffusionPlan, pictures: int, fabric: Fabric) -> dict[str, Any]:
    """Say what is trained on what, as plain values: seed, hash of the data, hardware."""
    return {
        "data": {
            "name": plan.dataset.name,
            "pictures": pictures,
            "sha256": data_sha256(plan.dataset),
        },
        "denoiser": plan.denoiser.to_dict(),
        "training": plan.training.to_dict(),
        "hardware": hardware(fabric.device, fabric.world_size, fabric.strategy.precision.precision),
    }


def cost_of(plan: DiffusionPlan) -> Cost:
    """Take a few steps of a plan and say what all of it would cost; writes nothing."""
    with together(plan.accelerator, plan.devices, plan.precision) as fabric:
        return measured_cost(fabric, prepare_run(plan, fabric), plan.limits)


def run(plan: DiffusionPlan) -> None:
    """Train as planned; see `models.training.run.loop.train`. The folder also gets card.yaml."""
    with together(plan.accelerator, plan.devices, plan.precision) as fabric:
        trainee = prepare_run(plan, fabric)
        if fabric.is_global_zero:
            write_card(plan.folder, trainee)
        train(fabric, trainee, plan.limits, plan.folder)
        if fabric.is_global_zero:
            write_card(plan.folder, trainee)


def write_card(folder: Path, trainee: DiffusionTrainee) -> None:
    """Write card.yaml, with what the network has seen by now."""
    state = trainee.state
    weights = sum(parameter.numel() for parameter in state.network.parameters())
    seen = {
        "weights": weights,
        "pictures_seen": state.pictures_seen,
        "pictures_before": state.pictures_before,
    }
    write_whole(folder / CARD, write_yaml(trainee.card | seen))
