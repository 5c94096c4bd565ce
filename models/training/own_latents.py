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

RATE = 0.002
"""Of Adam, for latents of unit variance. Between two visits to a drawing Adam forgets how large its
gradients are, so that a visit moves a latent by up to ten times as much. Ten times this rate washed
what is small in a drawing, an open mouth, out of its latent within fifty visits."""
_PYRAMID = (1, 2, 4, 8)
_CHUNK = 128


class OwnLatents(nn.Module):
    """One latent a drawing, and the loss of the pictures that come from them."""

    def __init__(
        self,
        perceptual: Lpips,
        drawings: Tensor,
        z_dim: int,
        mirror: bool,
        seed: int,
        saved: dict[str, Any] | None = None,
    ) -> None:
        """Take over the latents of another run, or place them so that like lies by like.

        Args:
            perceptual: frozen.
            drawings: (n, c, R, R) uint8.
            z_dim: length of a latent.
            mirror: also keep a latent for each drawing's reflection.
            seed: of the components' solver.
            saved: checkpoint that a run begins with; its latents are taken where there are as many,
                as long. Else see `principal_latents`.
        """
        super().__init__()
        self._fixed = (perceptual,)  # in a tuple: its weights belong in no checkpoint
        self._drawings = torch.cat([drawings, drawings.flip(3)]) if mirror else drawings
        z = (saved or {}).get("own_latents", {}).get("z")
        if z is None or z.shape != (len(self._drawings), z_dim):
            z = principal_latents(perceptual, self._drawings, z_dim, seed)
        self.z = nn.Parameter(z.float().clone())
        # Without momentum: a latent moves only when its drawing is seen.
        self.optimizer = torch.optim.Adam([self.z], lr=RATE, betas=(0.0, 0.99), eps=1e-8)

    def choose(self, count: int) -> tuple[Tensor, Tensor]:
        """Latents (count, z_dim) of drawings chosen at random, and the drawings, -1 .. 1."""
        chosen = torch.randint(len(self.z), (count,))
        targets = self._drawings[chosen].to(self.z.device).float() / 127.5 - 1
        return self.z[chosen.to(self.z.device)], targets

    def loss(self, pictures: Tensor, targets: Tensor) -> Tensor:
        """Twice the LPIPS of a part, plus the mean absolute difference at four scales.

        The part is a quarter of the picture, somewhere, at twice its size: AlexNet's first layer
        has a stride of four pixels, and looks past an eye or a mouth of ten.

        Args:
            pictures: (n, c, R, R), -1 .. 1.
            targets: of the same shape.
        """
        scales = [
            (F.avg_pool2d(pictures, factor) - F.avg_pool2d(targets, factor)).abs().mean()
            for factor in _PYRAMID
        ]
        near = enlarged_part(torch.stack([pictures, targets]))
        return 2 * self._fixed[0](*near).mean() + torch.stack(scales).sum()

    @torch.no_grad()
    def update(self) -> None:
        """Follow the gradient, and go back to where the mapping network sees latents."""
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.z.copy_(on_the_sphere(self.z))


def enlarged_part(pictures: Tensor) -> Tensor:
    """Cut the same quarter out of all pictures (..., c, R, R), at random; to (..., c, R, R)."""
    side = pictures.shape[-1] // 2
    top, left = torch.randint(side + 1, (2,)).tolist()
    part = pictures[..., top : top + side, left : left + side]
    flat = F.interpolate(part.flatten(0, -4), scale_factor=2, mode="bilinear")
    return flat.unflatten(0, pictures.shape[:-3])


def principal_latents(perceptual: Lpips, drawings: Tensor, z_dim: int, seed: int) -> Tensor:
    """Principal components of drawings' first activations, each of unit variance.

    Every place counts alike there, however little ink it has: an open mouth as much as a patch of
    hair. In grey values hair would take all the components.

    Args:
        perceptual: its network's first layer sees edges.
        drawings: (n, c, R, R) uint8.
        z_dim: components wanted; where there are fewer, the rest is normal noise.
        seed: of the solver and the noise.

    Returns:
        (n, z_dim) float32, every row of mean square 1.
    """
    seen = torch.cat(list(_edges(perceptual, drawings)))
    rank = min(z_dim, *seen.shape)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        scores, _, _ = torch.pca_lowrank(seen, q=rank, niter=4)
        rest = torch.randn(len(seen), z_dim - rank)
    scores = scores / scores.std(dim=0, keepdim=True).clamp_min(1e-8)
    latents = torch.cat([scores, rest.to(scores)], dim=1)
    return on_the_sphere(latents)


def on_the_sphere(latents: Tensor) -> Tensor:
    """Rows of mean square 1, as StyleGAN normalises z."""
    return latents * latents.square().mean(dim=1, keepdim=True).add(1e-8).rsqrt()


@torch.no_grad()
def _edges(perceptual: Lpips, drawings: Tensor) -> Iterator[Tensor]:
    """First activations, of unit length at every place, at half their resolution; in batches."""
    device = next(perceptual.network.parameters()).device
    for part in drawings.split(_CHUNK):
        found = perceptual.network(part.to(device).float() / 127.5 - 1)[0].float()
        yield F.avg_pool2d(F.normalize(found, dim=1), 2).flatten(1)
