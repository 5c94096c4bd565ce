"""The measure: everything that is said of a bundle's quality, in one dictionary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from exhibit.contract.values import Gray
from models.evaluation.distances import calm, path_length
from models.evaluation.faces_and_names import face_inks, faces_kept
from models.evaluation.growing import growing
from models.evaluation.hidden import hidden_lines
from models.evaluation.optimise import optimised
from models.evaluation.rivals import Retrieval
from models.evaluation.table_model import TableModel
from models.measures.adherence import Following, following, ink_mask
from models.measures.copies import Copies, near_copies, random_pairs
from models.measures.kid import Features, floor, kid, picture_features
from models.networks.perceptual.lpips import PERCEPTUAL_NAME, Lpips
from models.networks.stylegan2.generator import Generator
from models.sketches.quickdraw import TimedSketch
from models.sketches.raster import Pictures
from models.sketches.visitors import SHARES, Visit

CANDIDATES = ("bundle", "ink", "nearest", "random")
PER_SHARE = ("adherence", "answers_kid", "precision", "ink_share", "recall")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is measured; fewer is faster and noisier.

    Args:
        pairs: random pairs for perceptual distances.
        calm_sketches: sketches for calm and for growing.
        copies: answers looked up among the training drawings.
        samples: unconditional samples.
        hidden: drawings of the memory that are shown in part.
        path_pairs: pairs for PPL; 0 leaves it out.
        psis: truncations for the KID-versus-psi curve; empty leaves it out.
        optimised: sketches answered by optimisation in W+; 0 leaves it out.
        seed: of every random choice.
    """

    pairs: int = 200
    calm_sketches: int = 40
    copies: int = 60
    samples: int = 256
    hidden: int = 30
    path_pairs: int = 0
    psis: tuple[float, ...] = ()
    optimised: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is measured.

    Args:
        model: the bundle.
        drawings: the training set as framed, each (256, 256) uint8.
        visits: held-out sketches as ink.
        sketches: the same with their timing.
        lpips: perceptual distance; its VGG16 also gives the features of KID.
        generator: the bundle's in PyTorch, for optimisation in W+.
    """

    model: TableModel
    drawings: Pictures
    visits: Sequence[Visit]
    sketches: Sequence[TimedSketch]
    lpips: Lpips
    generator: Generator | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Pictures behind the figures, for sheets: `pictures[candidate][share]` lists of pictures."""

    pictures: dict[str, dict[int, Pictures]]
    samples: Gray
    copies: Copies


def measure(
    subject: Subject, extent: Extent, say: Callable[[str], None]
) -> tuple[dict[str, Any], Evidence]:
    """Measure a bundle.

    Args:
        subject: bundle, drawings and sketches.
        extent: how much.
        say: is told what is being done, for progress.

    Returns:
        The report, and the pictures it was measured on.
    """
    say("features of the collection")
    vgg = subject.lpips.network
    reference = picture_features(vgg, subject.drawings)
    report: dict[str, Any] = {
        "sketches": len(subject.visits),
        "drawings": len(subject.drawings),
        "perceptual": PERCEPTUAL_NAME,
        "floor_kid": floor(reference, extent.seed),
        "collection_ink_share": float(np.mean([ink_mask(d).mean() for d in subject.drawings])),
    }
    pictures = _candidates(subject, extent.seed, say)
    report |= _per_share(subject, pictures, reference, say)
    say("unconditional samples")
    samples = subject.model.unconditional(extent.samples)
    report["samples_kid"] = kid(picture_features(vgg, samples), reference)
    report["samples_ink_share"] = float(np.mean([ink_mask(s).mean() for s in samples]))
    say("diversity, near-copies and calm")
    perceived, copies = _perceived(subject, pictures["bundle"], extent, say)
    report |= perceived
    report |= _options(subject, reference, extent)
    say("hidden lines")
    report["hidden"] = hidden_lines(subject.model, extent.hidden, extent.seed)
    say("faces by rule")
    faces, inks = face_inks(subject.model, extent.seed)
    report["faces_kept"] = faces_kept(faces, list(subject.model.answers(inks)))
    report["ms_per_frame"] = subject.model.ms_per_frame(subject.visits[0].inks[100])
    return report, Evidence(pictures, samples, copies)


def _candidates(
    subject: Subject, seed: int, say: Callable[[str], None]
) -> dict[str, dict[int, Pictures]]:
    """The answers, and what they are compared with, for each share."""
    mirrored = [*subject.drawings, *(np.ascontiguousarray(d[:, ::-1]) for d in subject.drawings)]
    retrieval = Retrieval(mirrored)
    rng = np.random.default_rng(seed)
    chosen = rng.integers(len(subject.drawings), size=len(subject.visits))
    found: dict[str, dict[int, Pictures]] = {name: {} for name in CANDIDATES}
    for share in SHARES:
        say(f"answers at {share} %")
        inks = [visit.inks[share] for visit in subject.visits]
        found["bundle"][share] = subject.model.answers(inks)
        found["ink"][share] = inks
        found["nearest"][share] = [retrieval.drawings[i] for i in retrieval.nearest(inks)]
        found["random"][share] = [subject.drawings[i] for i in chosen]
    return found


def _per_share(
    subject: Subject,
    pictures: dict[str, dict[int, Pictures]],
    reference: Features,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Adherence, precision, ink share and KID: `report[figure][candidate][share]`."""
    report: dict[str, Any] = {figure: {name: {} for name in CANDIDATES} for figure in PER_SHARE}
    for name in CANDIDATES:
        for share in SHARES:
            say(f"{name} at {share} %")
            inks = [visit.inks[share] for visit in subject.visits]
            shown = pictures[name][share]
            found = [following(ink, picture) for ink, picture in zip(inks, shown, strict=True)]
            for figure in ("adherence", "precision", "ink_share", "recall"):
                report[figure][name][str(share)] = _mean(found, figure)
            if name == "random" and share != SHARES[0]:
                report["answers_kid"][name][str(share)] = report["answers_kid"][name]["25"]
                continue
            features = picture_features(subject.lpips.network, shown)
            report["answers_kid"][name][str(share)] = kid(features, reference)
    return report


def _mean(found: Sequence[Following], figure: str) -> float:
    return float(np.mean([getattr(one, figure) for one in found]))


def _perceived(
    subject: Subject,
    answers: dict[int, Pictures],
    extent: Extent,
    say: Callable[[str], None],
) -> tuple[dict[str, Any], Copies]:
    """Diversity, near-copies, calm and growing."""
    lpips, drawings = subject.lpips, subject.drawings
    within = random_pairs(lpips, drawings, extent.pairs, extent.seed)
    among = random_pairs(lpips, answers[100], extent.pairs, extent.seed)
    mirrored = [*drawings, *(np.ascontiguousarray(d[:, ::-1]) for d in drawings)]
    copies = near_copies(lpips, answers[100][: extent.copies], mirrored, within)
    followed = subject.sketches[: extent.calm_sketches]
    rest = calm(subject.model, lpips, followed, extent.seed)
    say("growing sketches")
    return growing(subject.model, lpips, followed).to_dict() | {
        "diversity": float(among.mean() / within.mean()),
        "near_copies": copies.share,
        "calm_1px": rest.one_px,
        "calm_stroke": rest.stroke,
    }, copies


def _options(subject: Subject, reference: Features, extent: Extent) -> dict[str, Any]:
    """What is measured only when asked for: PPL, KID against truncation, optimisation in W+."""
    found: dict[str, Any] = {}
    if extent.path_pairs:
        found["ppl"] = path_length(subject.model, subject.lpips, extent.path_pairs)
    if extent.psis:
        model, curve = subject.model, {}
        for psi in extent.psis:
            w = model.w_avg + psi * (model.samples[: extent.samples] - model.w_avg)
            drawn = np.stack([model.sample(one) for one in w])
            curve[f"{psi:g}"] = kid(picture_features(subject.lpips.network, drawn), reference)
        found["kid_versus_psi"] = curve
    if extent.optimised and subject.generator is not None:
        chosen, figures = subject.visits[: extent.optimised], {}
        for share in SHARES:
            inks = [visit.inks[share] for visit in chosen]
            drawn = optimised(subject.generator, inks)
            follows = [following(ink, picture) for ink, picture in zip(inks, drawn, strict=True)]
            figures[str(share)] = _mean(follows, "adherence")
        found["adherence_w_plus_optimised"] = figures
    return found
