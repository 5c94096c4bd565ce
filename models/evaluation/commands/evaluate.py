"""`models evaluate`: measure a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np

from exhibit.cli.numbers import SEEDS
from exhibit.contract.bundle import Bundle, load_bundle
from exhibit.contract.values import Gray
from models.collection.pictures import load_pictures
from models.evaluation.blind import score_named, write_blind
from models.evaluation.faces_and_names import FACES, NAMES, face_inks, name_inks
from models.evaluation.growing import Growing
from models.evaluation.honest_sheet import honest_sheet
from models.evaluation.measure import Evidence, Extent, Subject, measure
from models.evaluation.report import write_html
from models.evaluation.table_model import TableModel
from models.measures.adherence import SIDE_PX
from models.measures.json_report import JSON_OPTION, rounded, write_json
from models.networks.perceptual.lpips import evaluation_lpips
from models.saved.card import write_card
from models.saved.encoder import load_hand
from models.sheets import evenly, write_png
from models.sketches.quickdraw import read_quickdraw, split_held_out
from models.sketches.visitors import SHARES, visits

SHEET_COLUMNS = 14
PATH_PAIRS = 200
PSIS = (0.3, 0.5, 0.7, 0.85, 1.0)


@click.command("evaluate")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--dataset",
    required=True,
    type=click.Path(path_type=Path),
    help="Training set as framed, from models prepare: the reference.",
)
@click.option(
    "--sketches",
    required=True,
    type=click.Path(path_type=Path),
    help="Quick, Draw! sketches (.ndjson); the held-out categories are measured.",
)
@JSON_OPTION
@click.option(
    "--html",
    "html_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for a page.",
)
@click.option(
    "--sheet", type=click.Path(path_type=Path, dir_okay=False), help="PNG: ink, nearest, answer."
)
@click.option(
    "--count",
    type=click.IntRange(1),
    help="Measure at most so many sketches (default: all held out).",
)
@click.option("--all-sketches", is_flag=True, help="Also categories that were trained on.")
@click.option("--ppl", is_flag=True, help="Also measure the perceptual path length.")
@click.option("--psi-curve", is_flag=True, help="Also measure KID against truncation.")
@click.option(
    "--optimise",
    type=(click.Path(path_type=Path), click.IntRange(1)),
    help="CHECKPOINT N: also answer N sketches by 300 steps of optimisation in W+ (slow).",
)
@click.option(
    "--blind",
    type=(click.Path(path_type=Path), click.Path(path_type=Path)),
    help="FOLDER KEY: also write answers at all their strokes, the memory alone, real drawings, "
    "and answers to faces and first names under shuffled numbers, for readers who have no key.",
)
@click.option(
    "--before",
    type=click.Path(path_type=Path),
    help="With --blind: a bundle whose answers are shuffled in, too.",
)
@click.option(
    "--named",
    type=(click.Path(path_type=Path), click.Path(path_type=Path)),
    help="READINGS KEY: score what readers wrote (columns number, name, mark) and do nothing else.",
)
@click.option("--write-card", is_flag=True, help="Write the figures into the bundle's card.")
@click.option("--seed", type=SEEDS, default=0, show_default=True)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Read everything, answer one sketch, say what would be measured, write nothing.",
)
def evaluate(bundle: Path, dataset: Path, sketches: Path, **options: Any) -> None:
    """Measure BUNDLE on sketches it was not trained on.

    Adherence says whether the picture follows the pen (1 always, 0 no better than chance); KID of
    the answers says whether it could be the artist's (0 like another half of the collection).
    """
    if options["named"]:
        for group, said in score_named(*options["named"]).items():
            line = f"{group:12s} {said.named:3d} of {said.pictures:3d} named, mark {said.mark:.2f}"
            if said.understood is not None:
                line += f", {100 * said.understood:.0f} % understood"
            click.echo(line)
        return
    checked = load_bundle(bundle)
    subject = _subject(checked, dataset, sketches, options)
    if options["dry_run"]:
        ms = subject.model.ms_per_frame(subject.visits[0].inks[max(SHARES)], 3)
        click.echo(
            f"{bundle}: {len(subject.visits)} sketches, {len(subject.drawings)} drawings; an "
            f"answer takes {ms:.0f} ms here. Dry run, nothing was measured or written."
        )
        return
    if options["blind"]:
        _write_blind(subject, options)
        return
    extent = Extent(
        path_pairs=PATH_PAIRS if options["ppl"] else 0,
        psis=PSIS if options["psi_curve"] else (),
        optimised=options["optimise"][1] if options["optimise"] else 0,
        seed=options["seed"],
    )
    report, evidence = measure(subject, extent, lambda text: click.echo(text, err=True))
    click.echo(summary(report))
    _write(subject, report, evidence, options)
    if options["write_card"]:
        card = checked.card.model_copy(update={"quality": rounded(report)})
        write_card(card, bundle)


def _subject(bundle: Bundle, dataset: Path, sketches: Path, options: dict[str, Any]) -> Subject:
    card = bundle.card
    everything = read_quickdraw(sketches)
    _, held_out = split_held_out(everything)
    chosen = everything if options["all_sketches"] or not held_out else held_out
    step = 1 if options["count"] is None else max(1, len(chosen) // options["count"])
    chosen = chosen[::step][: options["count"]]
    pictures = load_pictures(dataset, SIDE_PX, card.channels).pictures
    gray = pictures.float().mean(dim=1).round().numpy().astype(np.uint8)
    return Subject(
        model=TableModel(bundle),
        drawings=list(gray),
        visits=visits(chosen, card.ink_size, card.stroke_width_px, None),
        sketches=chosen,
        lpips=evaluation_lpips(),
        generator=load_hand(options["optimise"][0]).generator if options["optimise"] else None,
    )


def _write_blind(subject: Subject, options: dict[str, Any]) -> None:
    """Answers to the chosen sketches at all their strokes, and as many of everything else."""
    inks = [visit.inks[max(SHARES)] for visit in subject.visits]
    paper = np.full_like(inks[0], 255)
    real = [subject.drawings[index] for index in evenly(len(subject.drawings), len(inks))]
    groups = {"answers": [subject.model.answer(ink) for ink in inks], "real": real}
    if subject.model.remembers:
        recalled = [subject.model.recall(ink) for ink in inks]
        groups["memory"] = [paper if found is None else found.picture for found in recalled]
    if options["before"]:
        before = TableModel(load_bundle(options["before"]))
        # Its ink may be of another size.
        size, width = before.card.ink_size, before.card.stroke_width_px
        same = visits(subject.sketches, size, width, None)
        groups["before"] = [before.answer(visit.inks[max(SHARES)]) for visit in same]
    _, faces = face_inks(subject.model, options["seed"])
    groups[FACES] = list(subject.model.answers(faces))
    groups[NAMES] = list(subject.model.answers(name_inks(subject.model, options["seed"])))
    folder, key = options["blind"]
    write_blind(folder, key, groups, options["seed"])


def _write(
    subject: Subject, report: dict[str, Any], evidence: Evidence, options: dict[str, Any]
) -> None:
    if options["json_path"]:
        write_json(report, options["json_path"])
    if options["sheet"]:
        columns = evenly(len(subject.visits), SHEET_COLUMNS)
        write_png(options["sheet"], honest_sheet(subject.visits, evidence, columns))
    if options["html_dir"]:
        drawings: list[Gray] = [*subject.drawings, *(d[:, ::-1] for d in subject.drawings)]
        write_html(report, evidence, subject.visits, drawings, subject.model, options["html_dir"])


def summary(report: dict[str, Any]) -> str:
    """The figures a person wants first, as a small table."""
    lines = ["                    25 %    50 %   100 %"]
    for figure in ("adherence", "answers_kid", "precision", "ink_share"):
        for name in ("bundle", "nearest"):
            row = report[figure][name]
            cells = "".join(f"{row[str(share)]:8.3f}" for share in SHARES)
            lines.append(f"{figure + ' ' + name:20s}"[:20] + cells)
    keys = ["samples_kid", "floor_kid", "diversity", "near_copies", "calm_1px", "calm_stroke"]
    keys += [f"growing_{name}" for name in Growing.__dataclass_fields__] + ["faces_kept"]
    lines += [f"{key:20s}{report[key]:8.3f}" for key in (*keys, "ms_per_frame")]
    for kind, shares in report["hidden"].items():
        cells = ", ".join(f"{name} {share:.2f}" for name, share in shares.items())
        lines.append(f"{'hidden ' + kind:20s}  {cells}")
    return "\n".join(lines)
