"""Codes of a factorial set of drawings: who × expression × intensity × yaw, every cell once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Gray
from models.collection.dataset import DrawingDataset
from models.collection.spreadsheet import read_table
from models.directions.labels import LABELS_FILE
from models.directions.subject import Subject
from models.saved.gan import load_gan
from models.sketches.raster import as_network_input
from models.training.parts.latent_places import drawing_keys, kept_latents

FACTORS = ("who", "expression", "intensity", "yaw_deg")
_BATCH = 30
_RATE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Which drawing is which cell.

    Args:
        levels: of each factor in order, as `labels.csv` has them; numbers ascend.
        files: (who, expression, intensity, yaw) names of pictures in the data set.
    """

    levels: dict[str, tuple[str, ...]]
    files: NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Factorial:
    """The codes of all cells.

    Args:
        cells: which drawing is which.
        codes: (who, expression, intensity, yaw, rows, w_dim); one row of codes in W, num_ws in W+.
    """

    cells: Cells
    codes: Doubles

    def people(self, chosen: slice) -> Factorial:
        """Keep some people."""
        levels = {**self.cells.levels, "who": self.cells.levels["who"][chosen]}
        return Factorial(Cells(levels, self.cells.files[chosen]), self.codes[chosen])


def read_cells(dataset: Path) -> Cells:
    """Read which drawing of a factorial data set is which.

    Raises:
        InputError: no labels of factors, or cells that are missing or twice there.
    """
    path = dataset / LABELS_FILE
    if not path.is_file():
        raise InputError(f"{path}: missing; make it with models collection portraits --factors")
    rows = [line.cells for line in read_table(path, ("file", *FACTORS), "portraits --factors")]
    if not rows:
        raise InputError(f"{path}: no drawing in it; expected portraits --factors")
    levels = {factor: _sorted({row[factor] for row in rows}) for factor in FACTORS}
    shape = tuple(map(len, levels.values()))
    files = np.full(shape, "", dtype=object)
    for row in rows:
        files[tuple(levels[factor].index(row[factor]) for factor in FACTORS)] = row["file"]
    if len(rows) != files.size or (files == "").any():
        raise InputError(f"{path}: {len(rows)} drawings; expected each of {files.size} cells once")
    return Cells(levels, files.astype(str))


def _sorted(levels: set[str]) -> tuple[str, ...]:
    try:
        return tuple(sorted(levels, key=float))
    except ValueError:
        return tuple(sorted(levels))


def pictures_of(cells: Cells, dataset: Path, resolution: int) -> Gray:
    """Read the drawings of all cells: (cells, R, R) uint8 in the order of `cells.files`."""
    pictures = {name: picture[0] for name, picture in DrawingDataset(dataset, resolution, 1)}
    return np.stack([pictures[name] for name in cells.files.ravel()])


def factorial_codes(subject: Subject, checkpoint: Path, dataset: Path) -> Factorial:
    """Take the latent that a checkpoint keeps for each drawing of a factorial set.

    Args:
        subject: the checkpoint's generator.
        checkpoint: of `models train-gan --redraw`, trained on these drawings.
        dataset: folder of `models collection portraits --factors`.

    Returns:
        Codes in W, one row.

    Raises:
        InputError: the checkpoint keeps no latents, or of other drawings.
    """
    cells = read_cells(dataset)
    keys = drawing_keys(dataset, cells.files.ravel().tolist())
    saved = load_gan(checkpoint).get("own_latents", {})
    z = kept_latents(saved, keys, subject.generator.config.z_dim)
    if z is None or z.isnan().any():
        raise InputError(
            f"{checkpoint}: keeps no latents of the drawings of {dataset}; "
            "expected one trained on them with models train-gan --redraw"
        )
    with torch.no_grad():
        w = subject.generator.mapping.to_w(z).numpy().astype(np.float64)
    return Factorial(cells, w.reshape(*cells.files.shape, 1, -1))


def over_layers(subject: Subject, found: Factorial, pictures: Gray, steps: int) -> Factorial:
    """Give every layer of every drawing a code of its own, by redrawing.

    Args:
        subject: generator.
        found: codes in W.
        pictures: of the same cells, (cells, R, R).
        steps: of Adam, from the code in W; the generator stays as it is.

    Returns:
        Codes in W+, which redraw the drawings better, by the mean difference at three scales.
    """
    start = torch.from_numpy(found.codes.reshape(-1, subject.w_dim)).float()
    targets = torch.from_numpy(as_network_input(pictures))[:, None]
    done = []
    for w, target in zip(start.split(_BATCH), targets.split(_BATCH), strict=True):
        codes = subject.as_ws(w).clone().requires_grad_(True)
        optimizer = torch.optim.Adam([codes], _RATE)
        for _ in range(steps):
            drawn = subject.generator.synthesis(codes).mean(dim=1, keepdim=True)
            apart = [F.avg_pool2d(drawn - target, scale) for scale in (1, 2, 4)]
            loss = sum((each.abs().mean() for each in apart), torch.zeros(()))
            optimizer.zero_grad()
            # Every picture has its own code: their mean would only divide the gradients.
            (loss * len(w)).backward()
            optimizer.step()
        done.append(codes.detach())
    flat = torch.cat(done).numpy().astype(np.float64)
    return Factorial(found.cells, flat.reshape(*found.cells.files.shape, *flat.shape[1:]))
