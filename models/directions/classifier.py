"""A small network that says whether a head has glasses, a beard, an open mouth, dark hair."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from exhibit.contract.errors import InputError
from exhibit.contract.files import write_whole
from exhibit.contract.values import Gray
from models.directions import labels
from models.sketches.raster import as_network_input

SIDE_PX = 128
_WIDTHS = (16, 32, 64, 96, 96)
_GROUPS = 8
_BATCH = 32
_HELD_OUT = 0.15
_LEARNING_RATE = 2e-3
_SHIFT_PX = 4
_NOISE = 0.05
_BLUR_CHANCE = 0.5
_FORMAT = "tracing-table-classifier-1"
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often a label is judged rightly, and where least: in pictures with another label."""

    overall: float
    least: float
    beside: str | None
    """The label beside which it is least; none where no other label makes it worse."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Pictures (n, S, S) uint8 of any one size, and what is true of them: (n, labels) bool."""

    pictures: Gray
    truths: NDArray[np.bool_]


class Classifier(nn.Module):
    """Strided convolutions and one linear layer; a positive score means yes."""

    def __init__(self, names: Sequence[str], side_px: int = SIDE_PX) -> None:
        super().__init__()
        self.names, self.side_px = tuple(names), side_px
        layers: list[nn.Module] = []
        for before, after in zip((1, *_WIDTHS), _WIDTHS, strict=False):
            layers += [nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.GroupNorm(_GROUPS, after)]
            layers.append(nn.ReLU())
        self.layers = nn.Sequential(*layers)
        cells = (side_px >> len(_WIDTHS)) ** 2
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(_WIDTHS[-1] * cells, len(names)))

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 1, side_px, side_px), -1 ink .. 1 paper, to scores (n, labels)."""
        return self.head(self.layers(pictures).flatten(1))


def fit(
    examples: Examples,
    names: Sequence[str] = labels.NAMES,
    epochs: int = 10,
    seed: int = 0,
    side_px: int = SIDE_PX,
    tell: Callable[[str], None] = lambda text: None,
) -> tuple[Classifier, dict[str, Accuracy]]:
    """Train a classifier and measure it on pictures it has not seen.

    Args:
        examples: pictures and truths; every seventh or so is held out.
        names: of the labels.
        epochs: how often every picture is seen, each time shifted, blurred and noisy in another
            way, so that pictures of a generator are judged by what they show.
        seed: of everything random.
        side_px: what pictures are brought to before they are judged.
        tell: called with one line an epoch.

    Returns:
        The classifier in evaluation mode, and its accuracy on held-out pictures by label.
    """
    chance = torch.Generator().manual_seed(seed)
    pictures = _tensor(examples.pictures, side_px)
    truths = torch.from_numpy(examples.truths).float()
    order = torch.randperm(len(pictures), generator=chance)
    held_out, seen = order.tensor_split([max(1, round(_HELD_OUT * len(order)))])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = Classifier(names, side_px).train()
        steps = epochs * max(1, len(seen) // _BATCH)
        optimizer = torch.optim.AdamW(classifier.parameters(), _LEARNING_RATE, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _LEARNING_RATE, steps)
        for epoch in range(epochs):
            shuffled = seen[torch.randperm(len(seen), generator=chance)]
            for batch in shuffled.split(_BATCH)[: max(1, len(seen) // _BATCH)]:
                found = classifier(_varied(pictures[batch], chance))
                loss = F.binary_cross_entropy_with_logits(found, truths[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
            tell(f"epoch {epoch + 1} of {epochs}: loss {loss.item():.3f}")
    classifier.eval().requires_grad_(False)
    found = _scores(classifier, pictures[held_out]) > 0
    return classifier, accuracies(found.numpy(), examples.truths[held_out.numpy()], names)


def accuracies(
    found: NDArray[np.bool_], truths: NDArray[np.bool_], names: Sequence[str]
) -> dict[str, Accuracy]:
    """Compare judgements with the truth: over all pictures, and among those with another label.

    One part of a head may hide another. Few such heads do not show in the whole, and yet what
    moves one label then seems to move the other.

    Args:
        found: (n, labels).
        truths: of the same shape.
        names: of the labels.
    """
    right = found == truths
    table = {}
    for column, name in enumerate(names):
        overall = float(right[:, column].mean())
        least = Accuracy(overall, overall, None)
        for other, beside in enumerate(names):
            among = right[truths[:, other], column]
            if other != column and len(among) and among.mean() < least.least:
                least = Accuracy(overall, float(among.mean()), beside)
        table[name] = least
    return table


def score(classifier: Classifier, pictures: Gray | Sequence[Gray]) -> Scores:
    """Judge pictures (n, R, R) uint8; returns (n, labels), positive for yes."""
    return _scores(classifier, _tensor(pictures, classifier.side_px)).numpy()


def save_classifier(classifier: Classifier, path: Path) -> None:
    """Write a classifier as safetensors."""
    about = {"format": _FORMAT, "names": json.dumps(classifier.names)}
    about["side_px"] = str(classifier.side_px)
    write_whole(path, save(dict(classifier.state_dict()), about))


def load_classifier(path: Path) -> Classifier:
    """Read a classifier, in evaluation mode.

    Raises:
        InputError: missing, or not written by `models directions classifier`.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; make one with models directions classifier")
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise InputError(f"{path}: not readable: {error}") from None
    if about.get("format") != _FORMAT:
        raise InputError(f"{path}: expected a file of models directions classifier")
    classifier = Classifier(json.loads(about["names"]), int(about["side_px"]))
    classifier.load_state_dict(state)
    return classifier.eval().requires_grad_(False)


def _tensor(pictures: Gray | Sequence[Gray], side_px: int) -> Tensor:
    """Pictures of any size as network input (n, 1, side_px, side_px)."""
    shape = (side_px, side_px)
    sized = [cv2.resize(picture, shape, interpolation=cv2.INTER_AREA) for picture in pictures]
    return torch.from_numpy(as_network_input(np.stack(sized)))[:, None]


def _scores(classifier: Classifier, pictures: Tensor) -> Tensor:
    with torch.no_grad():
        return torch.cat([classifier(part) for part in pictures.split(256)])


def _varied(pictures: Tensor, chance: torch.Generator) -> Tensor:
    """Shift a batch by a few pixels, blur it now and then, add noise."""
    down, right = torch.randint(-_SHIFT_PX, _SHIFT_PX + 1, (2,), generator=chance).tolist()
    pictures = torch.roll(pictures, (down, right), dims=(2, 3))
    if torch.rand((), generator=chance) < _BLUR_CHANCE:
        pictures = F.avg_pool2d(pictures, 3, 1, 1, count_include_pad=False)
    return pictures + _NOISE * torch.randn(pictures.shape, generator=chance)
