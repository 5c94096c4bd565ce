"""Codes to try directions on: samples of the prior, a bundle's, or answers to real sketches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from exhibit.contract.arrays import open_arrays
from exhibit.contract.bundle import LATENTS, load_bundle
from exhibit.contract.errors import InputError
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes, with_blank_planes
from models.saved.encoder import load_hand
from models.sheets import evenly
from models.sketches.quickdraw import read_quickdraw, split_held_out
from models.sketches.visitors import visits

WHOLE = 100
"""Percent of a sketch's drawing time at which it is answered."""


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """Which codes are wanted.

    Args:
        count: how many.
        psi: truncation of samples; codes of sketches are left as they are.
        bundle: take the samples that this bundle keeps.
        sketches: answer held-out sketches of this file; the checkpoint must be an encoder's.
    """

    count: int
    psi: float = 1.0
    bundle: Path | None = None
    sketches: Path | None = None


def wished_codes(wish: Wish, subject: Subject, checkpoint: Path) -> Codes:
    """Return codes w_plus (n, num_ws, w_dim), and the feature map where sketches were answered.

    Raises:
        InputError: both sources are named, or the bundle does not fit the generator.
        CheckpointError: sketches are to be answered by a checkpoint without an encoder.
    """
    if wish.bundle is not None and wish.sketches is not None:
        raise InputError("--bundle and --sketches: expected one source of codes")
    if wish.sketches is not None:
        return answers_to(wish.sketches, checkpoint, wish.count)
    w = subject.sample_w(wish.count) if wish.bundle is None else _kept(wish, subject)
    return Codes(subject.as_ws(subject.generator.mapping.w_avg.lerp(w, wish.psi)), None)


def _kept(wish: Wish, subject: Subject) -> torch.Tensor:
    assert wish.bundle is not None
    with open_arrays(load_bundle(wish.bundle).file(LATENTS)) as arrays:
        if "samples" not in arrays:
            raise InputError(f"{wish.bundle / LATENTS}: keeps no samples; leave --bundle out")
        kept = arrays["samples"]
    if kept.shape[1] != subject.w_dim:
        raise InputError(
            f"{wish.bundle}: w has {kept.shape[1]} values, the checkpoint's {subject.w_dim}"
        )
    return torch.from_numpy(kept[evenly(len(kept), wish.count)].astype(np.float32))


def answers_to(sketches: Path, checkpoint: Path, count: int) -> Codes:
    """Answer held-out sketches.

    Args:
        sketches: Quick, Draw! file.
        checkpoint: of `models train-encoder`.
        count: at most so many, spread evenly over the categories.

    Returns:
        Their codes, with the feature map where the encoder gives one.

    Raises:
        CheckpointError: the checkpoint has no encoder.
    """
    hand = load_hand(checkpoint)
    everything = read_quickdraw(sketches)
    _, held_out = split_held_out(everything)
    size = hand.inverter.config.ink_size
    shown = visits(held_out or everything, size, hand.stroke_width_px, count)
    seen = with_blank_planes([visit.inks[WHOLE] for visit in shown], hand.inverter.config.planes)
    with torch.no_grad():
        return hand.inverter(seen, hand.generator.synthesis)
