"""From the parameters of a head, camera and changes of its shape, to where its landmarks are drawn.

The camera is its lower triangular scale and its rotation, as QR takes it apart; the rotation is a
turn about the head's upright axis, then one in the picture's plane, then a nod.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from exhibit.contract.values import Doubles
from models.structure.factorisation import Structure, scale_and_rotation

CAMERA = ("log scale x", "shear", "log scale y", "yaw", "roll", "nod", "x", "y")
"""The first parameters: angles in radians, scales and places in shares of the side."""
YAW = CAMERA.index("yaw")


def drawn(parameters: Tensor, rigid: Tensor, changes: Tensor) -> Tensor:
    """Project heads.

    Args:
        parameters: (n, 8 + K), `CAMERA` and a weight for each change.
        rigid: (3, P), the shape that all heads share.
        changes: (K, 3, P), of rank one each.

    Returns:
        (n, 2, P), x and y in shares of the side.
    """
    log_x, shear, log_y = parameters[:, :YAW].T
    scale = _matrix([[log_x.exp(), torch.zeros_like(shear)], [shear, log_y.exp()]])
    camera = scale @ rotations(parameters)[:, :2]
    centre = parameters[:, CAMERA.index("x") : len(CAMERA), None]
    return camera @ shapes(parameters, rigid, changes) + centre


def shapes(parameters: Tensor, rigid: Tensor, changes: Tensor) -> Tensor:
    """The heads of parameters in space, before they turn: (n, 3, P)."""
    return rigid + torch.einsum("nk,kip->nip", parameters[:, len(CAMERA) :], changes)


def rotations(parameters: Tensor) -> Tensor:
    """How the heads of parameters (n, 8 + K) are turned: (n, 3, 3)."""
    yaw, roll, nod = parameters[:, YAW : YAW + 3].T
    zero, one = torch.zeros_like(yaw), torch.ones_like(yaw)
    turn = _matrix([[yaw.cos(), zero, yaw.sin()], [zero, one, zero], [-yaw.sin(), zero, yaw.cos()]])
    tilt = _matrix(
        [[roll.cos(), -roll.sin(), zero], [roll.sin(), roll.cos(), zero], [zero, zero, one]]
    )
    bow = _matrix([[one, zero, zero], [zero, nod.cos(), -nod.sin()], [zero, nod.sin(), nod.cos()]])
    return bow @ tilt @ turn


def parameters_of(structure: Structure) -> Doubles:
    """The parameters (F, 8 + K) that `drawn` needs to draw what a structure says.

    Source: thesis, paper III, algorithm 2, and the rotation's angles from its entries.
    """
    rows = []
    for camera in structure.cameras:
        scale, rotation = scale_and_rotation(camera)
        yaw = np.arctan2(rotation[0, 2], rotation[0, 0])
        roll = np.arctan2(-rotation[0, 1], np.hypot(rotation[0, 0], rotation[0, 2]))
        nod = np.arctan2(rotation[2, 1], rotation[1, 1])
        rows.append([np.log(scale[0, 0]), scale[1, 0], np.log(scale[1, 1]), yaw, roll, nod])
    return np.concatenate([np.array(rows), structure.centres, structure.weights], axis=1)


def changes_of(structure: Structure) -> Doubles:
    """The basis shapes of rank one: (K, 3, P)."""
    return np.einsum("ki,kp->kip", structure.lines, structure.amounts)


def _matrix(rows: list[list[Tensor]]) -> Tensor:
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
