"""Where a drawing's own latent begins: where it was, among its like, or by principal components."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from models.collection.dataset import picture_bytes
from models.networks.perceptual.lpips import Lpips

_KNOWN = 0.5
"""Share of the drawings that must be known for new ones to be placed among them."""


def drawing_keys(dataset: Path, names: Sequence[str]) -> Tensor:
    """Tell drawings apart by their files' content, whatever they are called.

    Args:
        dataset: folder or zip.
        names: of its pictures.

    Returns:
        (n,) int64.
    """
    return torch.tensor([drawing_key(data) for _, data in picture_bytes(dataset, names)])


def drawing_key(data: bytes) -> int:
    """Return the key of one drawing, of its file's content; 64 bits, signed."""
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big", signed=True)


def kept_latents(before: dict[str, Tensor], keys: Tensor, z_dim: int) -> Tensor | None:
    """Saved latents in the order of these drawings.

    Args:
        before: `own_latents` of a checkpoint: `z` and `keys`, or `z` alone, which is then taken to
            be of the same drawings where there are as many; or nothing.
        keys: (n,) int64, of the drawings as they are now.
        z_dim: length wanted.

    Returns:
        (n, z_dim), NaN for drawings it does not know; None where it knows less than half of them,
        or too few to place others among.
    """
    z = before.get("z")
    if z is None or z.shape[1] != z_dim:
        return None
    if "keys" not in before:
        return z.float() if len(z) == len(keys) else None
    rows = {key: row for row, key in enumerate(before["keys"].tolist())}
    found = torch.tensor([rows.get(key, -1) for key in keys.tolist()])
    known = found >= 0
    if known.sum() < min(len(keys), max(_KNOWN * len(keys), 2 * z_dim)):
        return None
    return torch.where(known[:, None], z.float()[found], torch.nan)


def placed_among(kept: Tensor, fresh: Tensor) -> Tensor:
    """Give drawings without a latent one that lies among the others as their likeness does.

    Args:
        kept: (n, z_dim) latents, NaN in rows of new drawings.
        fresh: (n, z_dim), where `principal_latents` would put all of them.

    Returns:
        (n, z_dim): kept ones as they are, new ones by the linear map that takes the known drawings'
        fresh places nearest to their latents.
    """
    new = kept.isnan().any(dim=1)
    into = torch.linalg.lstsq(fresh[~new], kept[~new]).solution
    return torch.where(new[:, None], on_the_sphere(fresh @ into), kept)


def principal_latents(
    perceptual: Lpips, drawings: Iterable[Tensor], z_dim: int, seed: int
) -> Tensor:
    """Principal components of drawings' first activations, each of unit variance.

    Every place counts alike there, however little ink it has: an open mouth as much as a patch of
    hair. In grey values hair would take all the components.

    Args:
        perceptual: its network's first layer sees edges.
        drawings: (m, c, R, R) uint8, some at a time.
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
def _edges(perceptual: Lpips, drawings: Iterable[Tensor]) -> Iterator[Tensor]:
    """First activations, of unit length at every place, at half their resolution; in batches."""
    device = next(perceptual.network.parameters()).device
    for part in drawings:
        found = perceptual.network(part.to(device).float() / 127.5 - 1)[0].float()
        yield F.avg_pool2d(F.normalize(found, dim=1), 2).flatten(1)
