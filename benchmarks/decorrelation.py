"""What the decorrelation of w is good for: generators trained with and without it, side by side.

python -m benchmarks.decorrelation --dataset heads --without run0/latest.pt --with run1/latest.pt
    [--without ... --with ...] [--classifier labels.safetensors] [--out FILE]

Every model is measured in the same way: KID and Fréchet distance of random pictures, perceptual
path length, how much the entries of w go together, and how well what is seen in a picture can be
told from its w. Needs the [models] extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch

from benchmarks.telling import tell
from exhibit.contract.values import Doubles, Floats
from models.collection.pictures import load_pictures
from models.directions import regression
from models.directions.drawing import draw_codes
from models.directions.evaluation import judge
from models.directions.labels import NAMES as LABELS
from models.directions.measured import Measured, measure_samples
from models.directions.semantics import NAMES as SEMANTICS
from models.directions.subject import Subject, load_subject
from models.directions.supervised import JUDGED_SHARE
from models.evaluation.distances import path_length
from models.measures.frechet import frechet
from models.measures.kid import Features, kid, picture_features
from models.networks.perceptual.lpips import Lpips, evaluation_lpips
from models.networks.psp.inverter import Codes

_SIDE_PX = 64
_MOST_DRAWINGS = 500
_CODES = 10_000
_PATHS = 200
Row = dict[str, float]


def mean_correlation(w: Doubles) -> float:
    """Mean absolute correlation of two entries of w (n, w_dim); one that never changes has none."""
    centred = w - w.mean(axis=0)
    deviation = centred.std(axis=0)
    standard = centred / np.where(deviation > 0, deviation, 1)
    correlation = np.abs(standard.T @ standard / len(w))
    return float(correlation[~np.eye(len(correlation), dtype=bool)].mean())


def dimensions(w: Doubles) -> float:
    """Over how many axes the variance of w (n, w_dim) is spread: (Σλ)² / Σλ², 1 to w_dim."""
    variances = np.linalg.eigvalsh(np.cov(w, rowvar=False))
    return float(variances.sum() ** 2 / np.square(variances).sum())


class RandomPictures:
    """Random pictures of a generator, as `models.evaluation.distances.path_length` draws them."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.samples = subject.sample_w(2 * _PATHS).numpy()

    def sample_levels(self, w: Floats) -> Floats:
        """Draw one w (w_dim,): (R, R) float32, -1 ink .. 1 paper, clipped."""
        codes = self._subject.as_ws(torch.from_numpy(w[None]))
        with torch.no_grad():
            levels = self._subject.generator.synthesis(codes)
        return np.asarray(levels.clamp(-1, 1)[0].mean(dim=0).numpy(), np.float32)


def told(subject: Subject, measured: Measured) -> tuple[float, float]:
    """How well regression tells what was measured, on samples that it was not fitted to.

    Returns:
        Mean correlation of wᵀv with the measure that v is named after, and the mean of each one's
        largest correlation with any other.
    """
    moving = [
        n for n, column in zip(measured.names, measured.values.T, strict=True) if np.ptp(column)
    ]
    kept = measured.only(moving)
    _, judged = kept.split(JUDGED_SHARE)
    verdict = judge(judged, regression.discover(replace(subject, count=len(moving)), kept))
    own, other = (list(side.values()) for side in (verdict.own, verdict.other))
    return float(np.mean(own)), float(np.mean(other))


def label_accuracy(measured: Measured) -> float:
    """Share of labels told right on unseen samples, from scores that least squares finds in w: mean
    of heads that have the label and of heads that have not, and over labels."""
    fitted, judged = measured.split(JUDGED_SHARE)
    design, asked = (np.column_stack([part.w, np.ones(len(part.w))]) for part in (fitted, judged))
    solved, *_ = np.linalg.lstsq(design, fitted.values, rcond=None)
    right, truth = ((asked @ solved) > 0) == (judged.values > 0), judged.values > 0
    rates = [
        right[:, k][truth[:, k] == kind].mean() for k in range(truth.shape[1]) for kind in (0, 1)
    ]
    return float(np.nanmean(rates))


def measured_model(
    checkpoint: Path, lpips: Lpips, reference: Features, samples: int, classifier: Path | None
) -> Row:
    """Measure one checkpoint; `reference` are features of the drawings."""
    subject = load_subject(checkpoint, seed=0)
    w = subject.sample_w(_CODES).double().numpy()
    pictures = draw_codes(subject, Codes(subject.as_ws(subject.sample_w(len(reference))), None))
    features = picture_features(lpips.network, pictures, _SIDE_PX)
    measured = measure_samples(subject, samples, classifier)
    own, other = told(subject, measured.only(SEMANTICS))
    row = {
        "KID": kid(features, reference),
        "Fréchet": frechet(features, reference),
        "PPL": path_length(RandomPictures(subject), lpips, _PATHS),
        "|correlation| of w": mean_correlation(w),
        "dimensions of w": dimensions(w),
        "semantics, own": own,
        "semantics, other": other,
    }
    if classifier:
        row["labels told"] = label_accuracy(measured.only(LABELS))
    return row


def compared(rows: Sequence[Row]) -> dict[str, list[float]]:
    """Every measure as mean, least and most over seeds."""
    return {
        name: [round(float(of([row[name] for row in rows])), 4) for of in (np.mean, min, max)]
        for name in rows[0]
    }


@click.command()
@click.option("--dataset", required=True, type=click.Path(path_type=Path), help="Drawings learnt.")
@click.option("--without", required=True, multiple=True, type=click.Path(path_type=Path))
@click.option("--with", "with_", required=True, multiple=True, type=click.Path(path_type=Path))
@click.option("--classifier", type=click.Path(path_type=Path), help="Tells the labels of heads.")
@click.option("--samples", default=2000, show_default=True, type=click.IntRange(64))
@click.option("--out", type=click.Path(path_type=Path), help="Report as JSON.")
def main(
    dataset: Path,
    without: tuple[Path, ...],
    with_: tuple[Path, ...],
    classifier: Path | None,
    samples: int,
    out: Path | None,
) -> None:
    """Measure generators trained without and with the decorrelation of w."""
    lpips = evaluation_lpips()
    learnt = load_pictures(dataset, _SIDE_PX, 1).pictures[:_MOST_DRAWINGS, 0].numpy()
    reference = picture_features(lpips.network, learnt, _SIDE_PX)
    found = {
        name: [measured_model(path, lpips, reference, samples, classifier) for path in paths]
        for name, paths in (("without", without), ("with", with_))
    }
    tell({"each": found} | {name: compared(rows) for name, rows in found.items()}, out)


if __name__ == "__main__":
    main()
