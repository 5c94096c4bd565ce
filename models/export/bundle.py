"""Assemble a bundle: everything the runtime needs, checked before the card is written."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor

from exhibit.contract.bundle import (
    DIRECTIONS,
    DIRECTIONS_META,
    ENCODER,
    GENERATOR,
    GOLDEN,
    LATENTS,
    REQUIRED,
    Card,
    sha256_of,
)
from exhibit.contract.errors import BundleError
from exhibit.contract.memory import write_memory
from exhibit.contract.values import Floats, Gray
from exhibit.recall import Memory
from models.directions.sefa import sefa, style_matrices
from models.export.checking import checked_bundle
from models.export.compact import round_weights
from models.export.graphs import check_graph, export_encoder, export_generator
from models.export.latents import LatentStatistics, code_distances, latent_statistics, render
from models.export.memory import remembering
from models.export.take_place import take_place
from models.networks.psp.config import EncoderConfig
from models.networks.psp.inverter import Codes, with_blank_planes
from models.networks.stylegan2.walk import closed_walk
from models.saved.card import CARD, write_card
from models.saved.encoder import Hand
from models.sketches.raster import as_network_input, table_ink

SAFE_SIGMAS = 3.0
ATTRACT_STOPS = 12
KEPT_SAMPLES = 512
WITHIN_RADIUS = 99.0
"""Percent of visitors' codes that the table leaves alone."""
"""Samples of w in the bundle: its prior can be measured without the mapping network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What people are told about a bundle, and how its pictures are made to move.

    Args:
        name, artist, collection, licence, attribution: as in the card.
        stroke_width_px: line width of the encoder's ink.
        attract_frames: pictures of the attract loop.
        attract_planes: each (3, S, S) uint8, ink, mass and recalled drawing; the loop walks between
            the answers to them, or between samples of the prior when there are none.
        visitor_inks: each (S, S) uint8; how far their codes lie from the mean is what the table
            leaves alone, farther ones are pulled back.
        memory: drawings to recall from; a bundle with them is one of format 2.
        training: facts of the training for the card.
        seed: of the latent statistics and the attract loop.
    """

    name: str
    artist: str
    collection: str
    licence: str
    attribution: tuple[str, ...] = ()
    stroke_width_px: float = 1.5
    attract_frames: int = 160
    attract_planes: tuple[Gray, ...] = ()
    visitor_inks: tuple[Gray, ...] = ()
    memory: Memory | None = None
    training: dict[str, Any] = field(default_factory=dict)
    seed: int = 0


def write_bundle(hand: Hand, about: Description, out: Path) -> Path:
    """Write a bundle and load it back.

    Args:
        hand: encoder and generator; their weights are rounded to half precision.
        about: what the card says.
        out: folder to make; an older bundle there is replaced once the new one is complete.

    Returns:
        `out`.

    Raises:
        BundleError: a graph differs from PyTorch, or the folder holds something else.
    """
    if out.exists() and any(out.iterdir()) and not (out / CARD).is_file():
        raise BundleError(f"{out}: is no bundle and not empty; expected a new or a bundle's folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".bundle-") as scratch:
        folder = Path(scratch) / "bundle"
        folder.mkdir()
        _write_files(hand, about, folder)
        card = _card(hand, about, folder)
        write_card(card if about.memory is None else remembering(card, folder), folder)
        checked_bundle(folder)
        take_place(folder, out)
    return out


def _write_files(hand: Hand, about: Description, folder: Path) -> None:
    round_weights(hand.inverter)
    round_weights(hand.generator)
    inks = golden_inks(hand.inverter.config, about.stroke_width_px)
    encoder = export_encoder(hand.inverter, hand.generator, inks[:1], folder / ENCODER)
    check_graph(folder / ENCODER, encoder)
    generator = export_generator(hand.generator, encoder.outputs, folder / GENERATOR)
    check_graph(folder / GENERATOR, generator)
    np.savez_compressed(folder / GOLDEN, allow_pickle=False, **golden_pairs(hand, inks))
    statistics = latent_statistics(hand.generator, about.seed)
    attract = render(hand.generator, attract_codes(hand, statistics, about))
    np.savez_compressed(
        folder / LATENTS,
        allow_pickle=False,
        w_avg=statistics.w_avg,
        covariance=statistics.covariance,
        attract=attract,
        samples=statistics.samples[:KEPT_SAMPLES],
        **_radius(hand, statistics, about),
    )
    _write_directions(hand, statistics, folder)
    if about.memory is not None:
        write_memory(about.memory.stored(), folder)


def golden_inks(encoder: EncoderConfig, width_px: float) -> Tensor:
    """Draw the inks of the golden pairs: a face of a circle and two eyes, and one short line.

    Returns:
        (2, planes, S, S) float32. Where the encoder sees them, one eye is filled in, and what was
        recalled is the face with the short line as its mouth.
    """
    turn = np.linspace(0, 2 * np.pi, 48)
    circle: Floats = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    face = [0.5 + 0.35 * circle, *(0.04 * circle + (x, 0.42) for x in (0.38, 0.62))]
    line = [np.array([[0.2, 0.7], [0.5, 0.62], [0.8, 0.7]])]
    size = encoder.ink_size
    inks = [table_ink(strokes, size, width_px, width_px) for strokes in (face, line)]
    eye = table_ink(face[1:2], size, width_px, width_px)
    planes = [np.stack([ink, eye, np.minimum(*inks)])[: encoder.planes] for ink in inks]
    return torch.from_numpy(as_network_input(np.stack(planes)))


def golden_pairs(hand: Hand, inks: Tensor) -> dict[str, Floats]:
    """Run the golden inks through PyTorch.

    Args:
        hand: encoder and generator.
        inks: (k, planes, S, S).

    Returns:
        `ink` (k, planes, S, S), `w_plus` (k, num_ws, w_dim), `feature` (k, C, side, side) where
        there is one, and `picture` (k, c, R, R) of exactly these codes; float32.
    """
    pairs: dict[str, list[Tensor]] = {"ink": [], "w_plus": [], "feature": [], "picture": []}
    with torch.no_grad():
        for ink in inks.split(1):
            codes = hand.inverter(ink, hand.generator.synthesis)
            pairs["ink"].append(ink)
            pairs["w_plus"].append(codes.w_plus)
            pairs["picture"].append(hand.generator.synthesis(codes.w_plus, codes.feature))
            if codes.feature is not None:
                pairs["feature"].append(codes.feature)
    return {name: torch.cat(values).numpy() for name, values in pairs.items() if values}


def attract_codes(hand: Hand, statistics: LatentStatistics, about: Description) -> Codes:
    """Choose the closed walk of the attract loop: between answers, or else between samples."""
    if about.attract_planes:
        planes = np.stack(about.attract_planes)[:, : hand.inverter.config.planes]
        with torch.no_grad():
            seen = torch.from_numpy(as_network_input(planes))
            stops = hand.inverter(seen, hand.generator.synthesis)
        feature = None
        if stops.feature is not None:
            feature = closed_walk(stops.feature, about.attract_frames)
        return Codes(closed_walk(stops.w_plus, about.attract_frames), feature)
    chosen = torch.from_numpy(statistics.samples[:ATTRACT_STOPS])
    mean = torch.from_numpy(statistics.w_avg)
    walk = closed_walk(mean + 0.8 * (chosen - mean), about.attract_frames)
    return Codes(walk[:, None].expand(-1, hand.generator.synthesis.num_ws, -1), None)


def _radius(hand: Hand, statistics: LatentStatistics, about: Description) -> dict[str, Floats]:
    """Distance that nearly all visitors' codes stay within; nothing without their ink."""
    if not about.visitor_inks:
        return {}
    w_plus = []
    with torch.no_grad():
        for ink in about.visitor_inks:
            tensor = with_blank_planes([ink], hand.inverter.config.planes)
            w_plus.append(hand.inverter(tensor, hand.generator.synthesis).w_plus[0].numpy())
    distances = code_distances(statistics, np.stack(w_plus))
    return {"radius": np.asarray(np.percentile(distances, WITHIN_RADIUS), np.float32)}


def _write_directions(hand: Hand, statistics: LatentStatistics, folder: Path) -> None:
    matrices = style_matrices(hand.generator)
    vectors, values = sefa(matrices, 1)
    vector = vectors[0].numpy()
    sigma = float((statistics.samples @ vector).std())
    save_file({"sefa-1": np.ascontiguousarray(vector)}, folder / DIRECTIONS)
    (folder / DIRECTIONS).chmod(0o644)
    entry = {
        "method": "SeFa over all layers",
        "layers": list(range(len(matrices))),
        "sigma": sigma,
        "safe_range": [-SAFE_SIGMAS * sigma, SAFE_SIGMAS * sigma],
        "eigenvalue": float(values[0]),
    }
    (folder / DIRECTIONS_META).write_text(
        json.dumps({"sefa-1": entry}, indent=2, allow_nan=False) + "\n"
    )


def _card(hand: Hand, about: Description, folder: Path) -> Card:
    synthesis, encoder = hand.generator.synthesis, hand.inverter.config
    return Card(
        name=about.name,
        artist=about.artist,
        collection=about.collection,
        licence=about.licence,
        attribution=about.attribution,
        resolution=hand.generator.config.resolution,
        channels=hand.generator.config.img_channels,
        num_ws=synthesis.num_ws,
        w_dim=synthesis.w_dim,
        ink_size=encoder.ink_size,
        stroke_width_px=about.stroke_width_px,
        planes=encoder.planes,
        inversion=encoder.inversion,
        feature_shape=synthesis.feature_shape if encoder.inversion == "feature" else None,
        training=about.training,
        files={name: sha256_of(folder / name) for name in REQUIRED},
    )
