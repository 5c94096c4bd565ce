"""What an encoder run begins with: the networks of another run, changed as the plan says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lightning_fabric import Fabric

from exhibit.contract.errors import InputError
from models.networks.psp.config import EncoderConfig
from models.networks.stylegan2.config import GeneratorConfig
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator
from models.saved.checkpoint import ENCODER, GAN, State, as_float32, read_checkpoint
from models.saved.gan import averaged_generator, saved_discriminator
from models.training.encoder.grow import continued
from models.training.encoder.plan import EncoderPlan
from models.training.encoder.remap import with_fitted_mapping, with_new_mapping
from models.training.encoder.state import EncoderState, new_encoder_state
from models.training.parts.growing import grown
from models.training.run.folder import read_newest


@dataclass(frozen=True, slots=True, eq=False)
class Beginning:
    """What a run begins with; `saved` is the content of the file that it came from."""

    generator: Generator
    discriminator: Discriminator
    saved: State
    path: Path


def encoder_config(plan: EncoderPlan, generator: Generator) -> EncoderConfig:
    """The encoder a plan asks for, with the generator's own sizes."""
    channels, side, _ = generator.config.feature_shape
    return EncoderConfig(
        backbone=plan.backbone,
        ink_size=plan.ink_size,
        num_ws=generator.synthesis.num_ws,
        w_dim=generator.synthesis.w_dim,
        inversion=plan.inversion,
        feature_channels=channels if plan.inversion == "feature" else 0,
        feature_side=side,
        detail_channels=generator.config.detail_channels if plan.inversion == "feature" else 0,
        planes=plan.planes,
        steps=plan.steps,
    )


def new_or_started(plan: EncoderPlan, start: Beginning, fabric: Fabric) -> EncoderState:
    """The run before its first step: of a fresh encoder, or of one that another run taught.

    Args:
        plan: choices; its `start` names the other run.
        start: networks and what was saved with them.
        fabric: says on which device.
    """
    generator = start.generator
    state = new_encoder_state(
        encoder_config(plan, generator),
        plan.training,
        generator,
        start.discriminator,
        fabric.device,
    )
    if plan.start is not None:
        encoder = start.saved if plan.gan is None else read_checkpoint(plan.start, ENCODER)
        if _is_as_before(encoder, state):
            state.pictures_before = encoder["pictures_seen"] + encoder.get("pictures_before", 0)
        weights = continued(
            as_float32(encoder["inverter_ema"]),
            EncoderConfig.from_dict(encoder["encoder_config"]),
            state.inverter.state_dict(),
            state.inverter.config,
            plan.start,
        )
        state.inverter.load_state_dict(weights)
        state.inverter_ema.load_state_dict(weights)
        if plan.gan is not None:  # another generator has another mean code
            state.inverter.w_avg.copy_(generator.mapping.w_avg)
            state.inverter_ema.w_avg.copy_(generator.mapping.w_avg)
    return state


def _is_as_before(saved: State, state: EncoderState) -> bool:
    """Whether no layer is new: the start of a new one is worth nothing to an average."""
    shapes = state.inverter.config.to_dict(), state.generator.config.to_dict()
    known = EncoderConfig.from_dict(saved["encoder_config"]).to_dict()
    drawn = GeneratorConfig.from_dict(saved["generator_config"]).to_dict()
    return (known, drawn) == shapes


def beginning_of(plan: EncoderPlan) -> Beginning:
    """What the run, its GAN, or else the encoder it begins from left behind.

    Raises:
        CheckpointError: the file is missing or of another kind.
        InputError: the plan names none, or one without what it asks for.
    """
    if plan.gan is not None:
        path, saved = plan.gan, read_checkpoint(plan.gan, GAN)
    elif plan.start is not None:
        path, saved = plan.start, read_checkpoint(plan.start, ENCODER)
    elif plan.resume:
        path, saved = read_newest(plan.folder, ENCODER)
    else:
        raise InputError("no generator: expected --gan, or --from an encoder trained with its own")
    begun = plan.gan or plan.start
    if plan.z_dim and begun is not None and "own_latents" not in saved:
        raise InputError(
            f"--z-dim {plan.z_dim}: {begun} has no latents of its drawings; "
            "expected a checkpoint trained with --redraw"
        )
    return Beginning(averaged_generator(saved, path), saved_discriminator(saved, path), saved, path)


def with_mapping(plan: EncoderPlan, start: Beginning) -> Beginning:
    """Renew the mapping network where that was asked for and the run begins from another file."""
    seed = plan.training.seed
    if plan.gan is None and plan.start is None:
        return start
    if plan.z_dim:
        layers = plan.new_mapping or start.generator.config.mapping_layers
        own = start.saved["own_latents"]
        generator, z = with_fitted_mapping(
            start.generator, own["z"].float(), layers, plan.z_dim, seed
        )
        saved = start.saved | {"own_latents": own | {"z": z}}
        return replace(start, generator=generator, saved=saved)
    if plan.new_mapping:
        return replace(start, generator=with_new_mapping(start.generator, plan.new_mapping, seed))
    return start


def prepared(plan: EncoderPlan, start: Beginning) -> Beginning:
    """Grow and open the networks as the plan asks; see `with_resolution` and `with_map`."""
    return with_map(plan, with_resolution(plan, start))


def with_resolution(plan: EncoderPlan, start: Beginning) -> Beginning:
    """Grow generator and discriminator to the resolution asked for; 0 asks for their own."""
    if not plan.resolution:
        return start
    generator, discriminator = grown(start.generator, start.discriminator, plan.resolution)
    return replace(start, generator=generator, discriminator=discriminator)


def with_map(plan: EncoderPlan, start: Beginning) -> Beginning:
    """Let the generator take the map of the side and the detail asked for; its weights stay.

    Raises:
        InputError: detail is asked for, and ink and pictures are of different sizes.
    """
    before, detail = start.generator.config, plan.detail if plan.inversion == "feature" else 0
    if detail and plan.ink_size != before.resolution:
        raise InputError(
            f"--detail {detail} with --ink-size {plan.ink_size}: expected {before.resolution}, the "
            "pictures' side, or --detail 0"
        )
    config = replace(before, feature_resolution=plan.map_side, detail_channels=detail)
    if config == before:
        return start
    generator = Generator(config)
    wanted, known = generator.state_dict(), start.generator.state_dict()
    for name in wanted.keys() & known.keys():
        if known[name].shape == wanted[name].shape:  # other planes of detail begin anew
            wanted[name] = known[name]
    generator.load_state_dict(wanted)
    return replace(start, generator=generator)
