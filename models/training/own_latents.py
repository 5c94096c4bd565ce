"""Latents of the drawings' own: every drawing of the collection is redrawn from one latent.

A small generator that learns from a small discriminator alone soon draws a few pictures for all
latents. Here each drawing keeps a latent, learnt together with the generator, from which it has to
come out again: no drawing can be forgotten, and the discriminator says what lies between them.

Source: Bojanowski et al. 2018, "Optimizing the Latent Space of Generative Networks" (GLO), with
LPIPS beside its Laplacian pyramid, and latents on the sphere of StyleGAN's normalised z.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.evaluation.vgg import Lpips

RATE = 0.02
"""Of Adam, for latents of unit variance; a step seldom returns to the same drawing."""
_PYRAMID = (1, 2, 4, 8)
_SEEN_SIDE = 32


class OwnLatents(nn.Module):
    """One latent a drawing, and the loss of the pictures that come from them."""

    def __init__(
        self, perceptual: Lpips, drawings: Tensor, z_dim: int, mirror: bool, seed: int
    ) -> None:
        """Place the latents by the drawings' principal components, so that like lies by like.

        Args:
            perceptual: frozen.
            drawings: (n, c, R, R) uint8.
            z_dim: length of a latent.
            mirror: also keep a latent for each drawing's reflection.
            seed: of the components' solver.
        """
        super().__init__()
        self._fixed = (perceptual,)  # in a tuple: its weights belong in no checkpoint
        self._drawings = torch.cat([drawings, drawings.flip(3)]) if mirror else drawings
        self.z = nn.Parameter(principal_latents(self._drawings, z_dim, seed))
        # Without momentum: a latent moves only when its drawing is seen.
        self.optimizer = torch.optim.Adam([self.z], lr=RATE, betas=(0.0, 0.99), eps=1e-8)

    def choose(self, count: int) -> tuple[Tensor, Tensor]:
        """Latents (count, z_dim) of drawings chosen at random, and the drawings, -1 .. 1."""
        chosen = torch.randint(len(self.z), (count,))
        targets = self._drawings[chosen].to(self.z.device).float() / 127.5 - 1
        return self.z[chosen.to(self.z.device)], targets

    def loss(self, pictures: Tensor, targets: Tensor) -> Tensor:
        """LPIPS plus the mean absolute difference at four scales; both (n, c, R, R), -1 .. 1."""
        scales = [
            (F.avg_pool2d(pictures, factor) - F.avg_pool2d(targets, factor)).abs().mean()
            for factor in _PYRAMID
        ]
        return self._fixed[0](pictures, targets).mean() + torch.stack(scales).sum()

    @torch.no_grad()
    def begin_with(self, saved: dict[str, Any]) -> None:
        """Take over the latents of another run's checkpoint where it saw as many drawings."""
        found = saved.get("own_latents", {}).get("z")
        if found is not None and found.shape == self.z.shape:
            self.z.copy_(found)

    @torch.no_grad()
    def update(self) -> None:
        """Follow the gradient, and go back to where the mapping network sees latents."""
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.z.copy_(_on_the_sphere(self.z))


def principal_latents(drawings: Tensor, z_dim: int, seed: int) -> Tensor:
    """Principal components of drawings reduced to 32 px, each of unit variance.

    Args:
        drawings: (n, c, R, R) uint8.
        z_dim: components wanted; where there are fewer, the rest is normal noise.
        seed: of the solver and the noise.

    Returns:
        (n, z_dim) float32, every row of mean square 1.
    """
    small = torch.cat(list(_reduced(drawings)))
    rank = min(z_dim, *small.shape)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        scores, _, _ = torch.pca_lowrank(small, q=rank, niter=4)
        rest = torch.randn(len(small), z_dim - rank)
    scores = scores / scores.std(dim=0, keepdim=True).clamp_min(1e-8)
    latents = torch.cat([scores, rest], dim=1)
    return _on_the_sphere(latents)


def _on_the_sphere(latents: Tensor) -> Tensor:
    """Rows of mean square 1, as StyleGAN normalises z."""
    return latents * latents.square().mean(dim=1, keepdim=True).add(1e-8).rsqrt()


def _reduced(drawings: Tensor) -> Iterator[Tensor]:
    factor = max(1, drawings.shape[-1] // _SEEN_SIDE)
    for part in drawings.split(256):
        yield F.avg_pool2d(part.float() / 127.5 - 1, factor).flatten(1)
