"""`exhibit draw`: one picture, or a folder of pictures, without a window."""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np

from exhibit.cli.numbers import SHARE, Number
from exhibit.cli.options import refuse_overwriting
from exhibit.contract.bundle import Bundle, Card, find_bundle, load_bundle
from exhibit.contract.errors import InputError
from exhibit.contract.settings.schema import DirectionConfig, EditingConfig, ModelConfig
from exhibit.contract.values import Gray, Ink, Recalled
from exhibit.editing import DirectionEditor, make_editor
from exhibit.inference import Models, open_models
from exhibit.ink.figure import Figure
from exhibit.ink.planes import Planes, blank_planes, planes_of
from exhibit.pictures import read_grey
from exhibit.pictures.files import is_picture
from exhibit.recall.at_once import recall_at_once
from exhibit.recall.memory import Memory, open_memory

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
"""Of answers; drawings may be of any kind."""
# Grey levels between paper and its darkest line below which a sheet is blank.
_FAINTEST = 24


@click.command()
@click.argument("ink", type=click.Path(exists=True, path_type=Path), metavar="INK")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="PICTURE",
    help="Where the picture goes; a folder when INK is a folder.",
)
@click.option(
    "--bundle",
    default=ModelConfig().bundle,
    show_default=True,
    help="Name of an installed bundle, or the folder of one.",
)
@click.option(
    "--psi",
    type=Number(0, 1.5),
    default=None,
    help="1 leaves the drawing alone, 0 gives the artist's mean drawing. "
    "Left out, odd drawings are pulled back just as the table does.",
)
@click.option(
    "--recall",
    type=SHARE,
    default=ModelConfig().recall,
    show_default=True,
    help="How much is seen of the drawing that a bundle with a memory recalls.",
)
@click.option(
    "--follow",
    type=SHARE,
    default=ModelConfig().follow,
    show_default=True,
    help="How closely the picture keeps to the lines; 0 draws what is recalled alone, and with "
    "--recall 0 the code alone, which is the paper's pSp.",
)
@click.option(
    "--direction",
    "directions",
    multiple=True,
    metavar="NAME=STRENGTH",
    help="Move along a direction of the bundle; may be given several times. NAME@PART=STRENGTH "
    "adds an appearance to a part: ink, around, everywhere, or one of the bundle.",
)
@click.option(
    "--only-figure",
    is_flag=True,
    help="Draw only within what is drawn: what the hand adds around it is left away.",
)
def draw(
    ink: Path,
    output: Path,
    bundle: str,
    psi: float | None,
    recall: float,
    follow: float,
    directions: tuple[str, ...],
    only_figure: bool,
) -> None:
    """Answer a drawing with a picture in the artist's hand.

    INK is a drawing of any size, dark lines on light paper (PNG, JPEG, TIFF, HEIC, WebP ...), or a
    folder of them; every one gives a PNG of the bundle's size. Those of a folder that cannot be
    read are named at the end, and the others are answered.

    Example: exhibit draw cat.png -o answer.png --bundle lear --direction curvature=2
    """
    jobs = _jobs(ink, output)
    refuse_overwriting([source for source, _ in jobs], [target for _, target in jobs])
    model = ModelConfig(
        psi=1.0 if psi is None else psi, auto_psi=psi is None, recall=recall, follow=follow
    )
    asked = tuple(map(_direction, directions))
    editing = EditingConfig(directions=asked, ease_s=0, only_figure=only_figure)
    opened = load_bundle(find_bundle(bundle))
    editor = _editor(opened, editing, model)
    models = open_models(opened, model)
    memory = open_memory(opened) if recall > 0 and models.encoder.sees_recalled else None
    output_folder = output if ink.is_dir() else output.parent
    output_folder.mkdir(parents=True, exist_ok=True)
    refused = []
    with click.progressbar(jobs, label="Drawing", hidden=len(jobs) == 1) as waiting:
        for source, target in waiting:
            try:
                drawn = _read_ink(source, opened.card)
            except InputError as error:
                refused.append(str(error))
                continue
            _write(target, _answer(drawn, _recalled(drawn, memory), models, editor))
    if refused and len(jobs) > 1:
        refused.append(f"{len(jobs) - len(refused)} of {len(jobs)} drawings are answered")
    if refused:
        raise InputError("\n".join(refused))


def _editor(opened: Bundle, editing: EditingConfig, model: ModelConfig) -> DirectionEditor:
    shape = opened.card.feature_shape
    if editing.only_figure and shape is None:
        raise InputError(
            f"--only-figure: bundle '{opened.card.name}' has no feature map; expected one that "
            "takes a map"
        )
    return make_editor(
        opened, editing, model, figure_of=None if shape is None else Figure(shape[1])
    )


def _jobs(ink: Path, output: Path) -> list[tuple[Path, Path]]:
    if ink.is_dir():
        sources = sorted(path for path in ink.iterdir() if path.is_file() and is_picture(path))
        if not sources:
            raise InputError(f"{ink}: no pictures in this folder, expected drawings")
        if output.is_file():
            raise InputError(f"{output}: is a file, expected a folder because {ink} is one")
        jobs: dict[Path, Path] = {}
        for path in sources:
            target = output / f"{path.stem}.png"
            if target in jobs:
                raise InputError(
                    f"{jobs[target]} and {path.name} would both become {target}; rename one"
                )
            jobs[target] = path
        return [(path, target) for target, path in jobs.items()]
    if output.is_dir():
        raise InputError(
            f"{output}: is a folder, expected a file name such as {output}/picture.png"
        )
    if output.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"{output}: ends in '{output.suffix}', expected one of {', '.join(SUFFIXES)}"
        )
    return [(ink, output)]


def _direction(text: str) -> DirectionConfig:
    name, equals, strength = text.rpartition("=")
    try:
        if not equals or not name:
            raise ValueError
        name, _, part = name.partition("@")
        return DirectionConfig(name=name, strength=float(strength), part=part)
    except ValueError:
        raise InputError(
            f"--direction '{text}': expected NAME=STRENGTH, a name and a number between -1000 and "
            "1000, such as curvature=2.5"
        ) from None


def _read_ink(path: Path, card: Card) -> Planes:
    """Return the ink of a picture of any size and kind."""
    grey = read_grey(path)
    paper, darkest = float(np.median(grey)), float(grey.min())
    if paper < 128:
        raise InputError(
            f"{path}: half of the picture is darker than {paper:.0f} of 255; "
            "expected dark lines on light paper"
        )
    if paper - darkest < _FAINTEST:
        return blank_planes(card.ink_size)
    mask = np.where(grey < (paper + darkest) / 2, 0, 255).astype(np.uint8)
    return planes_of(mask, card.ink_size, card.stroke_width_px)


def _recalled(drawn: Planes, memory: Memory | None) -> Recalled | None:
    if memory is None:
        return None
    found = recall_at_once(memory, drawn.lines, len(drawn.lines))
    return None if found is None else Recalled(0, 0.0, found.picture, found.finds, found.ink)


def _answer(
    drawn: Planes, recalled: Recalled | None, models: Models, editor: DirectionEditor
) -> Gray:
    ink = Ink.at_rest(drawn.lines, drawn.mass)
    code = models.encoder.encode(ink, recalled)
    return models.generator.synthesise(editor.edit(code, ink)).pixels


def _write(path: Path, picture: Gray) -> None:
    pixels = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    done, data = cv2.imencode(path.suffix, pixels)
    if not done:
        raise InputError(f"{path}: could not be written")
    # Not by OpenCV: it knows no reason, and no names but those of UTF-8.
    path.write_bytes(data.tobytes())
