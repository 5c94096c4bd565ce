"""From a plan to a running training: checks, networks, resume or growth, then the loop."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric

from exhibit.contract.errors import InputError
from models.collection.dataset import picture_names
from models.dry_run import Cost
from models.networks.perceptual.alexnet import training_alexnet
from models.networks.perceptual.lpips import training_lpips
from models.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from models.saved.checkpoint import GAN, State
from models.saved.gan import load_gan
from models.training.gan.config import GanTraining
from models.training.gan.grow import start_from
from models.training.gan.kid_watch import MAX_REFERENCE, KidWatch
from models.training.gan.state import new_state, restore_state
from models.training.gan.trainee import GanTrainee
from models.training.parts.feature_discriminator import FeatureDiscriminator
from models.training.parts.moments import MomentMatching
from models.training.parts.own_latents import OwnLatents
from models.training.parts.sampler import Sampler
from models.training.parts.shard import Shard
from models.training.run.cost import few_pictures, measured_cost
from models.training.run.folder import read_newest, refuse_another_run
from models.training.run.limits import RunLimits
from models.training.run.loop import train
from models.training.run.pictures import read_shards
from models.training.run.precision import Asked
from models.training.run.processes import together
from models.training.run.random_states import restore_random_states


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All choices of one call of `models train-gan`."""

    dataset: Path
    folder: Path
    resume: bool
    start: Path | None
    generator: GeneratorConfig
    discriminator: DiscriminatorConfig
    training: GanTraining
    limits: RunLimits
    accelerator: str = "auto"
    devices: str = "1"
    precision: Asked = "auto"
    kid_pictures: int = 0
    kid_s: float = 900.0


def begun(
    folder: Path, resume: bool, start: Path | None
) -> tuple[GeneratorConfig, DiscriminatorConfig] | None:
    """Shapes of the networks that a run goes on from; None for a new run."""
    if resume:
        _, saved = read_newest(folder, GAN)
    elif start is not None:
        saved = load_gan(start)
    else:
        return None
    generator = GeneratorConfig.from_dict(saved.get("generator_config", {}))
    return generator, DiscriminatorConfig.from_dict(saved.get("discriminator_config", {}))


def saved_run(plan: Plan) -> State | None:
    """The checkpoint a plan continues or starts from, checked against it; None for a new run."""
    if not plan.resume:
        refuse_another_run(plan.folder)
        return None if plan.start is None else _start_of(plan, plan.start)
    newest, saved = read_newest(plan.folder, GAN)
    asked = plan.generator.to_dict()
    for key, value in saved["generator_config"].items():
        if asked[key] != value:
            raise InputError(
                f"{newest}: {key} is {value}, asked for {asked[key]}: expected the same"
            )
    return saved


def _start_of(plan: Plan, path: Path) -> State:
    """A checkpoint to begin from; its networks must fit, see `start_from`."""
    saved = load_gan(path)
    configs = {"generator_config": plan.generator, "discriminator_config": plan.discriminator}
    for name, asked in configs.items():
        for key, value in saved.get(name, {}).items():
            chosen = getattr(asked, key)
            allowed = [value, 2 * value, value // 2] if key == "resolution" else [value]
            if chosen not in allowed:
                wanted = " or ".join(str(choice) for choice in allowed)
                raise InputError(f"{path}: {key} is {value}, asked for {chosen}: expected {wanted}")
    return saved


def describe(plan: Plan) -> str:
    """Check data and checkpoint of a plan and say in a few lines what it would do.

    Raises:
        InputError, CheckpointError: something is missing or does not fit.
    """
    saved = saved_run(plan)
    count = len(picture_names(plan.dataset))
    group = plan.discriminator.mbstd_group
    if plan.training.batch > group and plan.training.batch % group:
        raise InputError(f"batch of {plan.training.batch}: expected a multiple of {group}")
    if count < plan.training.batch:
        raise InputError(
            f"{plan.dataset}: {count} pictures; expected at least one batch of "
            f"{plan.training.batch}"
        )
    lines = [
        f"{plan.dataset}: {count} pictures",
        f"{plan.generator.layout} StyleGAN2, {plan.generator.resolution} px, channel base "
        f"{plan.generator.channel_base}, at most {plan.generator.channel_max} channels",
    ]
    if saved is not None:
        seen = saved.get("pictures_seen", 0)
        verb = "resumes after" if plan.resume else "starts from networks that saw"
        lines.append(f"{verb} {seen} pictures")
    if warning := few_pictures(count):
        lines.append(warning)
    lines.append(f"trains to {plan.limits.pictures} pictures; writes {plan.folder}")
    return "\n".join(lines)


def prepare_run(plan: Plan, fabric: Fabric) -> GanTrainee:
    """Build or restore the run of a plan on this process."""
    config = plan.generator
    (shard,) = read_shards(fabric, plan.dataset, (config.resolution, config.img_channels))
    state = new_state(plan.generator, plan.discriminator, plan.training, fabric.device)
    saved = saved_run(plan)
    if plan.training.moments_weight > 0:
        network = training_alexnet().to(fabric.device)
        state.moments = MomentMatching(network, shard.blocks()).to(fabric.device)
    if plan.training.redraw_weight > 0:
        perceptual = training_lpips().to(fabric.device)
        state.own_latents = OwnLatents(
            perceptual,
            shard,
            plan.generator.z_dim,
            plan.training.mirror,
            plan.training.seed,
            saved,
        ).to(fabric.device)
    if plan.training.features_weight > 0:
        state.features = FeatureDiscriminator(
            training_alexnet().to(fabric.device),
            shard.some(64),
            plan.training.learning_rate,
            plan.training.seed,
        )
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
        if not fabric.is_global_zero:
            state.real_sign_sum, state.real_sign_count = 0.0, 0
        sampler.position = saved["sampler_position"]
        restore_random_states(fabric, saved["random_states"])
    elif saved is not None:
        start_from(state, saved)
    return GanTrainee(fabric, state, sampler, _kid_watch(plan, shard))


def _kid_watch(plan: Plan, shard: Shard) -> KidWatch | None:
    if plan.kid_pictures == 0:
        return None
    chosen = np.random.default_rng(0).permutation(len(shard))[:MAX_REFERENCE]
    reference = shard.at(torch.from_numpy(chosen))
    return KidWatch(reference, plan.kid_pictures, plan.kid_s) if shard.is_first else None


def cost_of(plan: Plan) -> Cost:
    """Take a few steps of a plan and say what all of it would cost; writes nothing."""
    with together(plan.accelerator, plan.devices, plan.precision) as fabric:
        return measured_cost(
            fabric, prepare_run(replace(plan, kid_pictures=0), fabric), plan.limits
        )


def run(plan: Plan) -> None:
    """Train as planned; see `models.training.run.loop.train`."""
    with together(plan.accelerator, plan.devices, plan.precision) as fabric:
        train(fabric, prepare_run(plan, fabric), plan.limits, plan.folder)
