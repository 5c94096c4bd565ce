"""Codes edited through the structure of the heads that they draw: ask for a turn, get it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import jacrev, vmap

from exhibit.contract.values import Doubles
from models.saved.checkpoint import CONTROL
from models.structure.factorisation import Structure
from models.structure.learning import Lesson, read_learnt
from models.structure.projection import CAMERA, YAW, changes_of, drawn, parameters_of

ROUNDS = 5
"""Steps of the edit by the inverse: the Jacobian is taken anew in each."""
STEPS, RATE, SIMILARITY = 100, 0.1, 0.1
"""Of the edit by gradient."""
_HIDDEN, _PRIOR, _RCOND = 256, 1e-3, 1e-3


class Control(nn.Module):
    """What a code says of the head that it draws: a small network to camera and changes.

    Args:
        names: of the landmarks.
        sizes: length of a code, number of changes K.

    `rigid` (3, P) and `changes` (K, 3, P) are the heads' shape; `w_mean` and so on what is taken
    out before and put back after.
    """

    rigid: Tensor
    changes: Tensor
    w_mean: Tensor
    w_deviation: Tensor
    mean: Tensor
    deviation: Tensor

    def __init__(self, names: Sequence[str], sizes: tuple[int, int]) -> None:
        super().__init__()
        self.names, (w_dim, changes) = tuple(names), sizes
        parameters = len(CAMERA) + changes
        shapes = {
            "rigid": (3, len(names)),
            "changes": (changes, 3, len(names)),
            "w_mean": (w_dim,),
            "w_deviation": (w_dim,),
            "mean": (parameters,),
            "deviation": (parameters,),
        }
        for name, shape in shapes.items():
            self.register_buffer(name, torch.ones(shape))
        self.layers = nn.Sequential(
            nn.Linear(w_dim, _HIDDEN),
            nn.ELU(),
            nn.Linear(_HIDDEN, _HIDDEN),
            nn.ELU(),
            nn.Linear(_HIDDEN, parameters),
        )

    def relative(self, w: Tensor) -> Tensor:
        """Codes (n, w_dim) to parameters in deviations from their mean."""
        return self.layers((w - self.w_mean) / self.w_deviation)

    def forward(self, w: Tensor) -> Tensor:
        """Codes (n, w_dim) to parameters (n, 8 + K) as `models.structure.projection` has them."""
        return self.mean + self.deviation * self.relative(w)

    def landmarks(self, parameters: Tensor) -> Tensor:
        """Where parameters (n, 8 + K) draw the landmarks: (n, 2, P)."""
        return drawn(parameters, self.rigid, self.changes)


def control_lesson(
    w: Tensor, landmarks: Doubles, structure: Structure, names: Sequence[str], data: dict[str, Any]
) -> Lesson:
    """What codes say of their heads, learnt through the projection.

    Args:
        w: (n, w_dim).
        landmarks: (n, 2, P) of the pictures that they draw.
        structure: of these landmarks.
        names: of them.
        data: says what they are of.

    Source: thesis, paper III: the loss is of landmarks, not of parameters. Here parameters are
        held near their mean by a small weight, since a nod and a change of shape may look alike.
    """
    found = torch.from_numpy(parameters_of(structure)).float()
    about = {
        "names": list(names),
        "sizes": [w.shape[1], len(structure.lines)],
        "rigid": torch.from_numpy(structure.rigid).float(),
        "changes": torch.from_numpy(changes_of(structure)).float(),
        "w_mean": w.mean(dim=0),
        "w_deviation": w.std(dim=0).clamp_min(1e-6),
        "mean": found.mean(dim=0),
        "deviation": found.std(dim=0).clamp_min(1e-6),
    }
    truth = torch.from_numpy(landmarks).float()

    def loss(network: Control, chosen: Tensor) -> dict[str, Tensor]:
        relative = network.relative(w[chosen])
        seen = network.landmarks(network.mean + network.deviation * relative)
        apart = 100 * (seen - truth[chosen]).norm(dim=1)
        penalty = _PRIOR * relative.square().mean()
        return {"loss": apart.square().mean() + penalty, "landmarks": apart.mean()}

    return Lesson(
        form=CONTROL,
        about=about,
        data=data,
        make=lambda: _made(about),
        count=len(w),
        loss=loss,
    )


def load_control(path: Path) -> Control:
    """Read a network of `models structure control`; raises CheckpointError for anything else."""
    network = read_learnt(path, CONTROL, _made)
    assert isinstance(network, Control)
    return network


def _made(about: dict[str, Any]) -> Control:
    w_dim, changes = about["sizes"]
    network = Control(about["names"], (w_dim, changes))
    for name, _ in network.named_buffers():
        getattr(network, name).copy_(about[name])
    return network


def turned(parameters: Tensor, by_deg: float | Doubles) -> Tensor:
    """Ask for the same heads (n, 8 + K), turned by some degrees: one number, or one each."""
    asked = parameters.clone()
    asked[:, YAW] += torch.as_tensor(np.deg2rad(by_deg), dtype=parameters.dtype)
    return asked


def by_inverse(control: Control, w: Tensor, asked: Tensor, rounds: int = ROUNDS) -> Tensor:
    """Move codes by the local inverse of what they say: w + J⁺(asked − said), in some rounds.

    Args:
        control: the network.
        w: (n, w_dim).
        asked: (n, 8 + K) parameters.
        rounds: each goes an equal part of the way that is left.

    Returns:
        (n, w_dim).

    Source: thesis, paper III. The shortest move that changes what is asked for and nothing else
        of camera and shape. The authors go 1/rounds of what is left each time, and never arrive.
    """
    goal = (asked - control.mean) / control.deviation
    jacobian = vmap(jacrev(lambda one: control.relative(one[None])[0]))
    for left in range(rounds, 0, -1):
        apart = (goal - control.relative(w)) / left
        inverse = torch.linalg.pinv(jacobian(w), rtol=_RCOND)
        w = w + (inverse @ apart[..., None])[..., 0]
    return w.detach()


def by_gradient(
    control: Control,
    w: Tensor,
    asked: Tensor,
    similarity: float = SIMILARITY,
    steps: int = STEPS,
) -> Tensor:
    """Descend from codes to ones whose heads have the landmarks that are asked for.

    Args:
        control: the network.
        w: (n, w_dim).
        asked: (n, 8 + K) parameters.
        similarity: weight of the squared way from `w`, in deviations of codes, against the mean
            squared distance of landmarks, in % of the side.
        steps: of Adam.

    Returns:
        (n, w_dim).

    Source: thesis, paper III, gradient edits with a similarity term. Theirs compares pictures,
        by LPIPS or the features of a face; ours compares codes: no pass through the generator,
        and a turned picture is no less alike for being turned.
    """
    goal = control.landmarks(asked).detach()
    deviation = math.sqrt(control.w_deviation.square().mean())
    moved = w.detach().clone().requires_grad_(True)
    optimizer = torch.optim.Adam([moved], RATE * deviation)
    for step in range(steps):
        # Adam's steps have one length: what is near would be passed over without end.
        optimizer.param_groups[0]["lr"] = RATE * deviation * (1 - step / steps)
        apart = 100 * (control.landmarks(control(moved)) - goal).norm(dim=1)
        way = ((moved - w) / deviation).square().sum(dim=1)
        loss = apart.square().mean(dim=1) + similarity * way
        optimizer.zero_grad()
        # Every code is on its own: the mean would only divide the gradients.
        loss.sum().backward()
        optimizer.step()
    return moved.detach()
