"""Moment matching: pictures are moved to where drawings are dense and other answers are rare.

A discriminator of two megabytes, shown eight pictures a step, forgets what the last hundred looked
like. This loss remembers them, each group (answers to few lines, answers to many) by itself. It is
the witness function of the maximum mean discrepancy between the collection and the pictures drawn
lately, in the pooled activations of a frozen network.

Sources: Gretton et al. 2012, "A Kernel Two-Sample Test", section 2.3 (witness function);
Li et al. 2015, "Generative Moment Matching Networks"; Bińkowski et al. 2018, "Demystifying MMD
GANs" (kernel).
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from models.training.parts.collective import rows_of_all

BANK = 384
"""Pictures remembered of each group: many batches, few enough to follow the generator."""


class MomentMatching(nn.Module):
    """The loss and its memory; the memory is part of a checkpoint, the rest is computed anew."""

    scale: Tensor
    reals: Tensor
    bank: Tensor
    seen: Tensor

    def __init__(
        self, network: nn.Module, drawings: Iterable[Tensor], bank: int = BANK, groups: int = 1
    ) -> None:
        """Compute the moments of the collection.

        Args:
            network: frozen; pictures (n, c, R, R) to a list of activations.
            drawings: (m, c, R, R) uint8, some at a time.
            bank: pictures remembered of each group.
            groups: sets of pictures that are each to be as the collection is.
        """
        super().__init__()
        self._network = (network,)  # in a tuple: its weights belong in no checkpoint
        device = next(network.parameters()).device
        parts = []
        with torch.no_grad():
            for block in drawings:
                shown = block.to(device).float() / 127.5 - 1
                parts += [self._pooled(shown), self._pooled(shown.flip(3))]
        layers = [torch.cat(layer) for layer in zip(*parts, strict=True)]
        self._widths = [layer.shape[1] for layer in layers]
        scale = [layer.square().mean().sqrt().expand(layer.shape[1]) for layer in layers]
        self.register_buffer("scale", torch.cat(scale), persistent=False)
        self.register_buffer("reals", torch.cat(layers, dim=1) / self.scale, persistent=False)
        self.register_buffer("bank", torch.zeros(groups, bank, sum(self._widths)))
        self.register_buffer("seen", torch.zeros(groups, dtype=torch.long))

    def _pooled(self, pictures: Tensor) -> list[Tensor]:
        return [x.float().mean(dim=(2, 3)) for x in self._network[0](pictures)]

    def features(self, pictures: Tensor) -> Tensor:
        """Pooled activations of pictures (n, c, R, R), -1 .. 1, in units of the drawings'."""
        return torch.cat(self._pooled(pictures), dim=1) / self.scale

    def forward(self, fabric: Fabric, pictures: Tensor, groups: Tensor | None = None) -> Tensor:
        """Mean witness of pictures; remembers them, on every process alike.

        Args:
            fabric: its processes share what they saw.
            pictures: (n, c, R, R), -1 .. 1.
            groups: (n,) int64, the group of each picture; all in group 0 by default.
        """
        found = self.features(pictures)
        if groups is None:
            groups = torch.zeros(len(found), dtype=torch.long, device=found.device)
        loss = found.new_zeros(())
        for group in groups.unique().tolist():
            of_group = found[groups == group]
            known = self.bank[group, : int(self.seen[group].clamp(max=self.bank.shape[1]))].clone()
            witness = -self._likeness(of_group, self.reals)
            if len(known):
                witness = witness + self._likeness(of_group, known)
            loss = loss + witness * len(of_group) / len(found)
        self._remember(fabric, found.detach(), groups)
        return loss

    def _likeness(self, found: Tensor, others: Tensor) -> Tensor:
        """Mean of the kernel (x·y/d + 1)^3 over pairs and layers."""
        pairs = zip(found.split(self._widths, 1), others.split(self._widths, 1), strict=True)
        kernels = [((x @ y.t()) / x.shape[1] + 1).pow(3).mean() for x, y in pairs]
        return torch.stack(kernels).mean()

    def _remember(self, fabric: Fabric, found: Tensor, groups: Tensor) -> None:
        found, groups = rows_of_all(fabric, found), rows_of_all(fabric, groups)
        for group in groups.unique().tolist():
            new = found[groups == group]
            first = int(self.seen[group])
            places = (first + torch.arange(len(new), device=new.device)) % self.bank.shape[1]
            self.bank[group, places] = new
            self.seen[group] += len(new)
