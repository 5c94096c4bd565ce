"""Latents of the drawings' own: every drawing of the collection is redrawn from one latent.

A small generator that learns from a small discriminator alone soon draws a few pictures for all
latents. Here each drawing keeps a latent, learnt together with the generator, from which it has to
come out again: no drawing can be forgotten, and the discriminator says what lies between them.

Source: Bojanowski et al. 2018, "Optimizing the Latent Space of Generative Networks" (GLO), with
LPIPS beside its Laplacian pyramid, and latents on the sphere of StyleGAN's normalised z.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exhibit.contract.errors import InputError
from models.networks.perceptual.lpips import Lpips
from models.training.parts.collective import sum_of_all
from models.training.parts.latent_places import (
    kept_latents,
    on_the_sphere,
    placed_among,
    principal_latents,
)
from models.training.parts.shard import Shard

RATE = 0.002
"""Of Adam, for latents of unit variance. Between two visits to a drawing Adam forgets how large its
gradients are, so that a visit moves a latent by up to ten times as much. Ten times this rate washed
what is small in a drawing, an open mouth, out of its latent within fifty visits."""
_PYRAMID = (1, 2, 4, 8)


class OwnLatents(nn.Module):
    """One latent a drawing, and the loss of the pictures that come from them."""

    def __init__(
        self,
        perceptual: Lpips,
        shard: Shard,
        z_dim: int,
        mirror: bool,
        seed: int,
        saved: dict[str, Any] | None = None,
    ) -> None:
        """Take over the latents of another run, or place them so that like lies by like.

        Args:
            perceptual: frozen.
            shard: drawings of this process; all processes keep all latents.
            z_dim: length of a latent.
            mirror: also keep a latent for each drawing's reflection.
            seed: of the components' solver.
            saved: checkpoint that a run begins with. Drawings that it knows keep their latents and
                new ones are placed among them, see `placed_among`; where it knows few, or its
                latents have another length, see `principal_latents`.
        """
        super().__init__()
        self._fixed = (perceptual,)  # in a tuple: its weights belong in no checkpoint
        own, rows, keys = shard.pictures, shard.rows, shard.keys
        self._drawings = torch.cat([own, own.flip(3)]) if mirror else own
        self._places = torch.cat([rows, rows + len(shard)]) if mirror else rows
        self.keys: Tensor
        self.register_buffer("keys", torch.cat([keys, ~keys]) if mirror else keys)
        before = (saved or {}).get("own_latents", {})
        z = kept_latents(before, self.keys, z_dim)
        if z is None or z.isnan().any():
            fresh = _fresh_latents(perceptual, shard, z_dim, mirror, seed)
            z = fresh if z is None else placed_among(z, fresh)
        self.z = nn.Parameter(z.float().clone())
        # Without momentum: a latent moves only when its drawing is seen.
        self.optimizer = torch.optim.Adam([self.z], lr=RATE, betas=(0.0, 0.99), eps=1e-8)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> Any:
        """Put a run's latents back.

        Raises:
            InputError: they are of other drawings.
        """
        saved, keys = state_dict["z"], state_dict.get("keys")
        same = len(saved) == len(self.keys) if keys is None else torch.equal(keys, self.keys.cpu())
        if not same:
            raise InputError(
                f"the run to resume kept {len(saved)} latents of other drawings than the "
                f"{len(self.keys)} of the data set: expected the same data set; with --from, "
                "drawings that are still there keep their latents"
            )
        return super().load_state_dict({"z": saved, "keys": self.keys}, strict, assign)

    def choose(self, count: int) -> tuple[Tensor, Tensor]:
        """Latents (count, z_dim) of own drawings chosen at random, and the drawings, -1 .. 1."""
        chosen = torch.randint(len(self._places), (count,))
        targets = self._drawings[chosen].to(self.z.device).float() / 127.5 - 1
        return self.z[self._places[chosen].to(self.z.device)], targets

    def loss(self, pictures: Tensor, targets: Tensor) -> Tensor:
        """How far drawings (n, c, R, R) are from being redrawn, see `redraw_loss`."""
        return redraw_loss(self._fixed[0], pictures, targets)

    @torch.no_grad()
    def update(self) -> None:
        """Follow the gradient, and go back to where the mapping network sees latents."""
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.z.copy_(on_the_sphere(self.z))


def _fresh_latents(perceptual: Lpips, shard: Shard, z_dim: int, mirror: bool, seed: int) -> Tensor:
    """Let the first process place all drawings, then their reflections, and tell the others."""
    count = len(shard) * (1 + mirror)
    flipped = (block.flip(3) for block in shard.blocks()) if mirror else ()
    drawings = chain(shard.blocks(), flipped)
    z = torch.zeros(count, z_dim)
    if shard.is_first:
        z = principal_latents(perceptual, drawings, z_dim, seed).float().cpu()
    for _ in drawings:  # the others have a part in each
        pass
    return sum_of_all(shard.fabric, z).cpu()


def redraw_loss(perceptual: Lpips, pictures: Tensor, targets: Tensor) -> Tensor:
    """Twice the LPIPS of a part, plus the mean absolute difference at four scales.

    The part is a quarter of the picture, somewhere, at twice its size: AlexNet's first layer
    has a stride of four pixels, and looks past an eye or a mouth of ten.

    Args:
        perceptual: frozen.
        pictures: (n, c, R, R), -1 .. 1.
        targets: of the same shape.
    """
    scales = [
        (F.avg_pool2d(pictures, factor) - F.avg_pool2d(targets, factor)).abs().mean()
        for factor in _PYRAMID
    ]
    near = enlarged_part(torch.stack([pictures, targets]))
    return 2 * perceptual(*near).mean() + torch.stack(scales).sum()


def enlarged_part(pictures: Tensor) -> Tensor:
    """Cut the same quarter out of all pictures (..., c, R, R), at random; to (..., c, R, R)."""
    side = pictures.shape[-1] // 2
    top, left = torch.randint(side + 1, (2,)).tolist()
    part = pictures[..., top : top + side, left : left + side]
    flat = F.interpolate(part.flatten(0, -4), scale_factor=2, mode="bilinear")
    return flat.unflatten(0, pictures.shape[:-3])
