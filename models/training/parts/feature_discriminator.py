"""A second discriminator: small heads that judge what a frozen network sees of a picture.

A discriminator that begins from nothing must learn from a few hundred drawings what a line, a
corner and a hatch are, before it can say which of them are wrong. A network that has seen a
million photographs knows them; heads of a few thousand weights learn the rest in minutes. It stands
beside the discriminator, not in its place: alone it soon tells everything apart.

Sources: Kumari et al. 2022, "Ensembling Off-the-shelf Models for GAN Training"; Sauer et al. 2021,
"Projected GANs Converge Faster" (heads on several depths).
"""

from __future__ import annotations

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from models.training.parts.gradients import average_gradients
from models.training.parts.losses import discriminator_loss, generator_loss

CHANNELS = 64
"""Of a head."""
R1_GAMMA = 1.0
"""Weight of R1 on activations, in every step: they are small, so it costs little."""


class FeatureDiscriminator(nn.Module):
    """Heads on the activations of a frozen network; one logit a depth."""

    scales: Tensor

    def __init__(self, network: nn.Module, drawings: Tensor, rate: float, seed: int) -> None:
        """Measure how strong the activations of drawings are.

        Args:
            network: frozen; pictures (n, c, R, R) to a list of activations.
            drawings: (n, c, R, R) uint8, some of the collection.
            rate: of Adam.
            seed: of the heads, so that all processes begin alike.
        """
        super().__init__()
        self._network = (network,)  # in a tuple: its weights belong in no checkpoint
        device = next(network.parameters()).device
        with torch.no_grad():
            taken = network(drawings.to(device).float() / 127.5 - 1)
        scales = [x.float().square().mean().sqrt() for x in taken]
        self.register_buffer("scales", torch.stack(scales), persistent=False)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.heads = nn.ModuleList(_head(x.shape[1]) for x in taken)
        self.heads.to(device)
        self.optimizer = torch.optim.Adam(self.heads.parameters(), lr=rate, betas=(0.0, 0.99))

    def forward(self, activations: list[Tensor]) -> Tensor:
        """Logits (n, depths) of activations: sums over places, since most places are paper."""
        judged = [head(x).float() for head, x in zip(self.heads, activations, strict=True)]
        sums = [x.sum(dim=(1, 2, 3)) / x[0].numel() ** 0.5 for x in judged]
        return torch.stack(sums, dim=1)

    def loss(self, pictures: Tensor) -> Tensor:
        """Non-saturating loss of what a generator drew, (n, c, R, R) as discriminators see it."""
        self.requires_grad_(False)
        return generator_loss(self(self._activations(pictures)))

    def learn(self, fabric: Fabric, reals: Tensor, fakes: Tensor) -> dict[str, float]:
        """Tell drawings from pictures, with R1 on activations in every step; returns scalars.

        Args:
            fabric: precision, and processes that learn together.
            reals, fakes: (n, c, R, R) as discriminators see them, without gradients.
        """
        self.requires_grad_(True)
        self.optimizer.zero_grad(set_to_none=True)
        with fabric.autocast():
            with torch.no_grad():
                drawn, made = self._activations(reals), self._activations(fakes)
            drawn = [x.requires_grad_(True) for x in drawn]
            real_logits, fake_logits = self(drawn), self(made)
            loss = discriminator_loss(real_logits, fake_logits)
            penalty = feature_penalty(real_logits, drawn)
        (loss + R1_GAMMA * penalty).backward()
        average_gradients(fabric, self.parameters())
        self.optimizer.step()
        apart = (real_logits.mean() - fake_logits.mean()).item()
        return {"loss/features_discriminator": loss.item(), "logits/features_apart": apart}

    def _activations(self, pictures: Tensor) -> list[Tensor]:
        taken = self._network[0](pictures)
        return [a.float() / scale for a, scale in zip(taken, self.scales, strict=True)]


def feature_penalty(logits: Tensor, activations: list[Tensor]) -> Tensor:
    """R1 at the activations: squared gradient norm of the logits, halved, mean over the batch.

    Source: Mescheder et al. 2018, "Which Training Methods for GANs do actually Converge?", eq. 9.
    """
    gradients = torch.autograd.grad(logits.sum(), activations, create_graph=True)
    squared = [g.float().square().sum(dim=(1, 2, 3)).mean() for g in gradients]
    return 0.5 * torch.stack(squared).mean()


def _head(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(width, CHANNELS, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(CHANNELS, 1, 1),
    )
