"""One step of GAN training: generator, discriminator, augmentation, average."""

import torch
from lightning_fabric import Fabric
from torch import Tensor

from models.training.gan.state import GanState
from models.training.parts.collective import mean_of_all, sum_of_all
from models.training.parts.decorrelation import decorrelation_penalty
from models.training.parts.discriminator_step import discriminator_step
from models.training.parts.ema import ema_beta, update_ema
from models.training.parts.gradients import average_gradients
from models.training.parts.losses import (
    as_displayed,
    generator_loss,
    lazy_weight,
    with_instance_noise,
)

DECORRELATED = 512
"""Random latents whose w the decorrelation looks at, whatever the batch: sixteen tell the
correlations of 128 entries from noise (0.2 in the mean) badly, and they cost no picture."""


def average_buffers(fabric: Fabric, state: GanState) -> None:
    """Make running means equal on all processes (the mean of their updates)."""
    for mean in (state.generator.mapping.w_avg, state.path_length.mean):
        mean.copy_(mean_of_all(fabric, mean))


def mixed_codes(state: GanState, n: int, device: torch.device) -> Tensor:
    """Codes with style mixing.

    Returns:
        ws (n, num_ws, w_dim).

    Source: Karras et al. 2019, "A Style-Based Generator Architecture", section 3.1.
    """
    config = state.generator.config
    mapping = state.generator.mapping
    w = mapping.to_w(torch.randn(n, config.z_dim, device=device))
    mapping.track_w_avg(w)
    ws = w[:, None].repeat(1, config.num_ws, 1)
    if torch.rand(()) < state.training.style_mixing:
        cut = int(torch.randint(1, config.num_ws, ()))
        other = mapping.to_w(torch.randn(n, config.z_dim, device=device))
        ws = torch.cat([ws[:, :cut], other[:, None].expand(-1, config.num_ws - cut, -1)], dim=1)
    return ws


def _shown(state: GanState, pictures: Tensor) -> Tensor:
    """Pictures as the discriminator sees them."""
    return with_instance_noise(state.augment(pictures), state.training.instance_noise)


def _codes_to_draw(state: GanState, n: int, device: torch.device) -> tuple[Tensor, Tensor | None]:
    """Codes of `n` pictures: of random latents, then of the drawings' own where those are learnt.

    Returns:
        ws (n, num_ws, w_dim), and the drawings that the last of the pictures are to be.
    """
    if state.own_latents is None:
        return mixed_codes(state, n, device), None
    random = max(1, n // 4) if state.training.adversarial_weight > 0 else 1
    ws = mixed_codes(state, random, device)
    latents, targets = state.own_latents.choose(n - random)
    own = state.generator.mapping.to_w(latents)
    both = torch.cat([ws, own[:, None].expand(-1, ws.shape[1], -1)])
    return both, targets


def _generator_losses(
    fabric: Fabric, state: GanState, fakes: Tensor, targets: Tensor | None
) -> dict[str, Tensor]:
    """Losses of pictures, each times its weight."""
    training, parts = state.training, {}
    if training.adversarial_weight > 0:
        shown = _shown(state, fakes)
        logits = state.discriminator(shown)
        parts["generator"] = training.adversarial_weight * generator_loss(logits)
        if state.features is not None:
            parts["features"] = training.features_weight * state.features.loss(shown)
    if state.moments is not None:
        parts["moments"] = training.moments_weight * state.moments(fabric, fakes)
    if state.own_latents is not None and targets is not None:
        redrawn = state.own_latents.loss(fakes[-len(targets) :], targets)
        parts["redraw"] = training.redraw_weight * redrawn
    return parts


def _decorrelation(fabric: Fabric, state: GanState) -> Tensor:
    """The penalty of w of random latents, which only the mapping network can lower."""
    z_dim = state.generator.config.z_dim
    return decorrelation_penalty(
        state.generator.mapping.to_w(torch.randn(DECORRELATED, z_dim, device=fabric.device))
    )


def generator_step(fabric: Fabric, state: GanState, n: int) -> tuple[dict[str, float], Tensor]:
    """Update the generator; returns its weighted losses and the pictures it drew (detached)."""
    training = state.training
    state.discriminator.requires_grad_(False)
    state.optimizer_g.zero_grad(set_to_none=True)
    with fabric.autocast():
        ws, targets = _codes_to_draw(state, n, fabric.device)
        fakes = as_displayed(state.generator.synthesis(ws, noise_mode="random"))
        parts = _generator_losses(fabric, state, fakes, targets)
    if training.decorrelation_weight > 0:
        parts["decorrelation"] = training.decorrelation_weight * _decorrelation(fabric, state)
    torch.stack(list(parts.values())).sum().backward()
    losses = {f"loss/{name}": part.item() for name, part in parts.items()}
    if training.path_weight > 0 and state.step % training.path_every == 0:
        losses["loss/path_length"] = _path_length_backward(fabric, state, n)
    average_gradients(fabric, state.generator.parameters())
    state.optimizer_g.step()
    if state.own_latents is not None:
        average_gradients(fabric, state.own_latents.parameters())
        state.own_latents.update()
    state.discriminator.requires_grad_(True)
    return losses, fakes.detach()


def _path_length_backward(fabric: Fabric, state: GanState, n: int) -> float:
    training = state.training
    with fabric.autocast():
        ws = mixed_codes(state, max(1, n // training.path_batch_shrink), fabric.device)
        pictures = state.generator.synthesis(ws, noise_mode="random")
        penalty = state.path_length(pictures, ws)
    (penalty * training.path_weight * training.path_every).backward()
    return penalty.item()


def _discriminator_step(
    fabric: Fabric, state: GanState, reals: Tensor, fakes: Tensor
) -> dict[str, float]:
    """Update the discriminators on real and drawn pictures, and count how real the first look."""
    training = state.training
    with torch.no_grad(), fabric.autocast():
        drawn = _shown(state, fakes)
        drawings = _shown(state, reals)
    logits, scalars = discriminator_step(
        fabric,
        state.discriminator,
        state.optimizer_d,
        (drawings, drawn),
        lazy_weight(training.r1_gamma, training.r1_every, state.step),
        state.features,
    )
    state.real_sign_sum += logits.sign().sum().item()
    state.real_sign_count += len(reals)
    return scalars


def adapt_augment(fabric: Fabric, state: GanState) -> dict[str, float]:
    """Every `interval` steps, move p by the sign of the discriminator on real pictures."""
    if (state.step + 1) % state.training.augment.interval:
        return {}
    totals = torch.tensor([state.real_sign_sum, float(state.real_sign_count)], dtype=torch.float64)
    totals = sum_of_all(fabric, totals.to(fabric.device))
    real_sign = float(totals[0] / totals[1])
    state.augment.adapt(real_sign, int(totals[1]))
    state.real_sign_sum, state.real_sign_count = 0.0, 0
    return {"augment/real_sign": real_sign, "augment/p": float(state.augment.p)}


def training_step(fabric: Fabric, state: GanState, reals: Tensor) -> dict[str, float]:
    """One step on a batch of real pictures (n, C, H, W), −1 ink … 1 paper; returns scalars.

    The discriminator is shown the pictures that the generator's own step drew, which saves one
    synthesis a step.
    """
    reals = reals.to(fabric.device)
    losses, fakes = generator_step(fabric, state, len(reals))
    if state.training.adversarial_weight > 0:
        losses |= _discriminator_step(fabric, state, reals, fakes)
        losses |= adapt_augment(fabric, state)
    average_buffers(fabric, state)
    seen = len(reals) * fabric.world_size
    state.step += 1
    state.pictures_seen += seen
    training = state.training
    # Networks that were trained before need no short average at the beginning.
    so_far = state.pictures_before + state.pictures_seen
    beta = ema_beta(seen, so_far, training.ema_half_life, training.ema_ramp_up)
    update_ema(state.ema, state.generator, beta)
    return losses
