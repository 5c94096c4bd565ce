"""What an encoder run shows while it trains: strips of answers, and a few measured sketches."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from exhibit.contract.values import Gray
from models.measures.adherence import following
from models.measures.kid import Features, kid, picture_features
from models.networks.perceptual.vgg import Vgg16
from models.networks.psp.inverter import with_blank_planes
from models.sheets import write_png
from models.sketches.raster import as_gray
from models.sketches.visitors import SHARES, Visit
from models.training.encoder.state import EncoderState

_CHUNK = 16
_COLUMNS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """Sketches that are never trained on, and what their answers are compared with.

    Args:
        visits: held-out sketches.
        vgg: features for KID, or None where its weights are missing.
        reference: (m, 512) features of some of the collection's drawings, or None.
    """

    visits: Sequence[Visit]
    vgg: Vgg16 | None
    reference: Features | None


@torch.no_grad()
def answers(state: EncoderState, inks: Sequence[Gray]) -> Gray:
    """Answer inks with the averaged networks.

    Args:
        state: the run.
        inks: each (S, S) uint8.

    Returns:
        (n, R, R) uint8.
    """
    device, found = state.inverter_ema.w_avg.device, []
    for first in range(0, len(inks), _CHUNK):
        part = inks[first : first + _CHUNK]
        ink = with_blank_planes(part, state.inverter_ema.config.planes).to(device)
        codes = state.inverter_ema(ink, state.generator_ema.synthesis)
        pictures = state.generator_ema.synthesis(codes.w_plus, codes.feature)
        found.append(as_gray(pictures.mean(dim=1).float().cpu().numpy()))
    return np.concatenate(found)


def measure(
    state: EncoderState, watch: Watch, autocast: AbstractContextManager[None]
) -> dict[str, float]:
    """Adherence, ink share and KID of answers at each share of the strokes.

    Args:
        state: the run.
        watch: held-out sketches, and what their answers are compared with.
        autocast: the run's own precision; entered for every share.
    """
    scalars = {}
    for share in SHARES:
        inks = [visit.inks[share] for visit in watch.visits]
        pictures = answers(state, inks)
        found = [following(ink, picture) for ink, picture in zip(inks, pictures, strict=True)]
        scalars[f"adherence/{share}"] = float(np.mean([f.adherence for f in found]))
        scalars[f"ink_share/{share}"] = float(np.mean([f.ink_share for f in found]))
        if watch.vgg is not None and watch.reference is not None:
            with autocast:
                features = picture_features(watch.vgg, pictures)
            scalars[f"answers_kid/{share}"] = kid(features, watch.reference)
    return scalars


def strip(state: EncoderState, watch: Watch) -> Gray:
    """Rows of ink at 25, 50 and 100 %, each above its answers."""
    shown = list(watch.visits)[:: max(1, len(watch.visits) // _COLUMNS)][:_COLUMNS]
    rows = []
    for share in SHARES:
        inks = [visit.inks[share] for visit in shown]
        pictures = answers(state, inks)
        side = pictures.shape[1]
        rows.append(np.hstack([cv2.resize(ink, (side, side)) for ink in inks]))
        rows.append(np.hstack(list(pictures)))
    return np.vstack(rows)


def write_strip(state: EncoderState, watch: Watch, folder: Path) -> None:
    """Write the strip as `latest.png` and under its number of pictures."""
    image = strip(state, watch)
    for path in (folder / "latest.png", folder / f"sheets/{state.pictures_seen // 1000:05d}k.png"):
        write_png(path, image)
