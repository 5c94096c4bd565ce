"""How well four encoders find heads again, and how well what they find can be moved.

python -m benchmarks.inversions --dataset portraits --unseen others --classifier labels.safetensors
    [--checkpoint models/checkpoints/portraits.pt] [--pictures 6000] [--sheet FILE] [--out FILE]

`others` are heads that neither generator nor encoders have seen. All are learnt here, from the same
pictures, and measured on the same heads. Needs the [models] extra.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.inversions.learning import Inversion, learn
from benchmarks.telling import tell
from exhibit.contract.values import Gray
from models.collection.pictures import load_pictures
from models.directions import regression
from models.directions.classifier import load_classifier, score
from models.directions.condition import condition
from models.directions.effects import changed_labels
from models.directions.measured import measure_samples
from models.directions.result import DirectionSet, Discovered
from models.directions.subject import Subject, load_subject
from models.measures.copies import perceptual_distances
from models.networks.perceptual.lpips import Lpips, evaluation_lpips
from models.sketches.raster import as_gray

_CHUNK = 8
_DIRECTIONS_FROM = 2000
_TIMED = 20
_SHOWN = 8
Row = dict[str, float]


class _Measuring:
    """What all methods are measured with."""

    def __init__(self, subject: Subject, unseen: Tensor, classifier: Path, lpips: Lpips) -> None:
        self.subject, self.unseen, self.lpips = subject, unseen, lpips
        self.judge = load_classifier(classifier)
        self.directions = _directions(subject, classifier, self.judge.names)
        codes = subject.sample_w(_DIRECTIONS_FROM)
        self.middle, self.spread = codes.mean(dim=0), codes.std(dim=0)

    @torch.no_grad()
    def measure(self, method: Inversion) -> tuple[Row, Gray]:
        """One method's row, and its redrawn heads (n, R, R)."""
        seen = self.unseen
        codes = torch.cat([method.encode(part) for part in seen.split(_CHUNK)])
        drawn = _drawn(method, seen, codes)
        heads = as_gray(seen[:, 0].numpy())
        before = score(self.judge, heads) > 0
        after = score(self.judge, drawn) > 0
        moved = self._moved(method, codes, after)
        far = ((codes - self.middle) / self.spread).square().mean(dim=(1, 2)).sqrt()
        return {
            "MSE": float(np.square((drawn.astype(float) - heads) / 127.5).mean()),
            "LPIPS": float(perceptual_distances(self.lpips, drawn, heads).mean()),
            "labels kept": float((before == after).mean()),
            "deviations from the middle": float(far.mean()),
            "layers apart": float((codes - codes.mean(dim=1, keepdim=True)).square().mean().sqrt()),
            "label changed": moved[0],
            "other labels changed": moved[1],
            "ms": self._ms(method),
            "weights, millions": method.weights / 1e6,
        }, drawn

    def _moved(
        self, method: Inversion, codes: Tensor, truths: NDArray[np.bool_]
    ) -> tuple[float, float]:
        """Share of heads whose label changes by +2σ along it, and that of the labels beside it."""

        def drawn(chosen: NDArray[np.intp], one: Discovered, strength: float) -> Gray:
            some = torch.from_numpy(chosen)
            change = torch.from_numpy(strength * one.vector)
            with torch.no_grad():
                return _drawn(method, self.unseen[some], self.subject.moved(codes[some], change))

        def freed(one: Discovered, others: Sequence[Discovered]) -> Discovered:
            return condition(self.subject, one, others).directions[0]

        table = changed_labels(self.directions, self.judge, truths, len(codes), freed, drawn)[
            "after"
        ]
        own = [row[name] for name, row in table.items()]
        others = [
            share for name, row in table.items() for other, share in row.items() if other != name
        ]
        return float(np.mean(own)), float(np.mean(others))

    def _ms(self, method: Inversion) -> float:
        """Median time of one head, from picture to picture."""
        times = []
        for head in self.unseen[:_TIMED].split(1):
            start = time.process_time()
            method.redraw(head, method.encode(head))
            times.append(1000 * (time.process_time() - start))
        return float(np.median(times))


def _drawn(method: Inversion, seen: Tensor, codes: Tensor) -> Gray:
    parts = zip(seen.split(_CHUNK), codes.split(_CHUNK), strict=True)
    return as_gray(torch.cat([method.redraw(*part) for part in parts])[:, 0].numpy())


def _directions(subject: Subject, classifier: Path, names: Sequence[str]) -> DirectionSet:
    measured = measure_samples(subject, _DIRECTIONS_FROM, classifier)
    return regression.discover(replace(subject, count=len(names)), measured.only(names))


@click.command()
@click.option(
    "--checkpoint",
    default=Path("models/checkpoints/portraits.pt"),
    show_default=True,
    type=click.Path(path_type=Path),
)
@click.option(
    "--dataset", required=True, type=click.Path(path_type=Path), help="Heads learnt from."
)
@click.option("--unseen", required=True, type=click.Path(path_type=Path), help="Heads measured on.")
@click.option("--classifier", required=True, type=click.Path(path_type=Path))
@click.option("--pictures", default=6000, show_default=True, type=click.IntRange(8))
@click.option("--heads", default=200, show_default=True, type=click.IntRange(8))
@click.option("--seed", default=0, show_default=True)
@click.option("--sheet", type=click.Path(path_type=Path), help="Heads above what each redraws.")
@click.option("--out", type=click.Path(path_type=Path), help="Report as JSON.")
def main(
    checkpoint: Path,
    dataset: Path,
    unseen: Path,
    classifier: Path,
    pictures: int,
    heads: int,
    seed: int,
    sheet: Path | None,
    out: Path | None,
) -> None:
    """Learn pSp, e4e, ReStyle and HyperStyle on heads, and measure them on others."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    subject = load_subject(checkpoint, seed=seed)
    generator = subject.generator.requires_grad_(False)
    side = generator.config.resolution
    learnt = load_pictures(dataset, side, 1).pictures
    others = load_pictures(unseen, side, 1).pictures[:heads].float() / 127.5 - 1
    measuring = _Measuring(subject, others, classifier, evaluation_lpips())
    rows: dict[str, Row] = {}
    strips = [as_gray(others[:_SHOWN, 0].numpy())]
    for method, inversion in learn(generator, learnt, pictures, seed):
        rows[method], drawn = measuring.measure(inversion)
        logging.info("%s: %s", method, rows[method])
        strips.append(drawn[:_SHOWN])
    if sheet:
        cv2.imwrite(str(sheet), np.vstack([np.hstack(list(strip)) for strip in strips]))
    tell({"pictures": pictures, "heads": len(others), "methods": rows}, out)


if __name__ == "__main__":
    main()
