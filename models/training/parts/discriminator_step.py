"""One step of the discriminators, the same for a GAN's training and an encoder's."""

from __future__ import annotations

import torch
from lightning_fabric import Fabric
from torch import Tensor

from models.networks.stylegan2.discriminator import Discriminator
from models.training.parts.feature_discriminator import FeatureDiscriminator
from models.training.parts.gradients import average_gradients
from models.training.parts.losses import discriminator_loss, r1_penalty


def discriminator_step(
    fabric: Fabric,
    discriminator: Discriminator,
    optimizer: torch.optim.Optimizer,
    shown: tuple[Tensor, Tensor],
    r1_weight: float,
    features: FeatureDiscriminator | None,
) -> tuple[Tensor, dict[str, float]]:
    """Update the discriminator, and a second one on features where the run has it.

    Args:
        fabric: precision, and processes that learn together.
        discriminator, optimizer: changed in place.
        shown: drawings and pictures, (n, c, R, R) as discriminators see them, without gradients.
        r1_weight: of R1 in this step; 0 leaves it out.
        features: the second discriminator.

    Returns:
        Logits of the drawings, detached, and scalars.
    """
    reals, fakes = shown
    optimizer.zero_grad(set_to_none=True)
    with fabric.autocast():
        seen = reals.detach().requires_grad_(r1_weight > 0)
        real_logits, fake_logits = discriminator(seen), discriminator(fakes)
        loss = discriminator_loss(real_logits, fake_logits)
        scalars = {"loss/discriminator": loss.item()}
        if r1_weight > 0:
            penalty = r1_penalty(real_logits, seen)
            scalars["loss/r1"] = penalty.item()
            loss = loss + penalty * r1_weight
    loss.backward()
    average_gradients(fabric, discriminator.parameters())
    optimizer.step()
    scalars["logits/real"] = real_logits.detach().mean().item()
    scalars["logits/fake"] = fake_logits.detach().mean().item()
    if features is not None:
        scalars |= features.learn(fabric, reals.detach(), fakes)
    return real_logits.detach(), scalars
