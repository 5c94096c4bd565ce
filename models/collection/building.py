"""Build a data set's folder: pages, pictures, `curation.csv`, contact sheets, `dataset.json`."""

import contextlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.contract.files import write_whole
from exhibit.pictures import read_grey
from models.collection import contact_sheet, curation, dataset
from models.collection.curation import CurationRow
from models.collection.judgement import Limits
from models.collection.preparation import PAGES, Item, Options, Preparation, Write
from models.collection.scans import open_collection, read_pages
from models.collection.source_files import SourceFile, as_text

CONTACT = "contact"
Progress = Callable[[Iterable[Any], str], Iterable[Any]]
"""Wraps an iterable to show how far it is, under a title."""


def write_into(folder: Path) -> Write:
    """Store files under a folder, each complete or not at all."""

    def write(name: str, data: bytes) -> None:
        write_whole(folder / name, data)

    return write


def check_target(folder: Path) -> None:
    """Refuse a folder with other things in it, so that nothing of theirs is touched.

    Raises:
        InputError: the folder is a file, or is neither empty nor a data set.
    """
    if folder.is_file():
        raise InputError(f"{folder}: is a file; expected a folder to write the data set to")
    if folder.is_dir() and not is_dataset(folder):
        others = sorted(as_text(entry.name) for entry in folder.iterdir())
        if others:
            raise InputError(
                f"{folder}: not empty and not a data set (there is '{others[0]}'); "
                "name a new folder"
            )


@contextmanager
def whole_or_nothing(folder: Path) -> Iterator[None]:
    """Remove what was written of a new data set where it cannot be finished.

    One that was there before keeps its `curation.csv`, which says what belongs to it.
    """
    if is_dataset(folder):
        yield
        return
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    try:
        yield
    except BaseException:
        if not is_dataset(folder):
            for name in (PAGES, dataset.IMAGES, CONTACT):
                shutil.rmtree(folder / name, ignore_errors=True)
            (folder / dataset.FILE_NAME).unlink(missing_ok=True)
            for part in missing:
                with contextlib.suppress(OSError):  # somebody else put something there
                    part.rmdir()
        raise


def is_dataset(folder: Path) -> bool:
    """Whether a folder is a data set that can be curated."""
    return (folder / curation.FILE_NAME).is_file()


def build(
    source: Path | None, folder: Path, options: Options, write: Write, progress: Progress
) -> list[Item]:
    """Cut and judge all items, obeying an edited `curation.csv`; only new scans are judged.

    Args:
        source: folder or zip of scans; None to obey `curation.csv` alone.
        folder: the data set.
        options: how to frame and what to keep.
        write: stores page images and pictures into the folder (or nowhere, to try).
        progress: shows how far it is.

    Returns:
        All items, those of one page together.

    Raises:
        InputError: nothing to read, or an edit that cannot be obeyed.
    """
    preparation = Preparation(options, write)
    items = _obey_curation(folder, preparation, progress)
    if source is not None:
        known = {item.row.source for item in items}
        with open_collection(source) as found:
            new = [file for file in found.scans if file.name not in known]
            items += _add_scans(new, preparation, progress)
    return items


def _obey_curation(folder: Path, preparation: Preparation, progress: Progress) -> list[Item]:
    if not is_dataset(folder):
        return []
    pages: dict[str, list[CurationRow]] = {}
    for row in curation.read_csv(folder / curation.FILE_NAME):
        pages.setdefault(row.page_image, []).append(row)
    items: list[Item] = []
    for name, on_page in progress(pages.items(), "pages"):
        items += preparation.obey(on_page, read_page(folder, name) if name else None)
    return items


def _add_scans(files: list[SourceFile], preparation: Preparation, progress: Progress) -> list[Item]:
    items: list[Item] = []
    for file in progress(files, "scans"):
        for scan in read_pages(file):
            items += preparation.add_scan(scan)
    return preparation.without_smaller(items)


def read_page(folder: Path, page_image: str) -> NDArray[np.uint8]:
    """Read a page image of a data set.

    Raises:
        InputError: it is not there or cannot be decoded.
    """
    inside = (folder / page_image).resolve().is_relative_to(folder.resolve())
    try:
        if not inside:
            raise InputError("outside of it")
        return read_grey(folder / page_image)
    except InputError as error:
        raise InputError(
            f"{folder}: the page image '{page_image}' is missing or damaged ({error})"
        ) from error


def finish(folder: Path, source: Path | None, options: Options, items: list[Item]) -> str:
    """Write `curation.csv`, contact sheets and `dataset.json`; remove pictures no longer kept.

    Args:
        folder: the data set.
        source: where the scans came from; None leaves what is written there.
        options: how it was made.
        items: of `build`.

    Returns:
        The data's SHA-256.

    Raises:
        InputError: nothing is kept.
    """
    rows = [item.row for item in items]
    kept = [row for row in rows if row.kept]
    _remove_others(folder / dataset.IMAGES, {f"{row.item}.png" for row in kept})
    _write_sheets(folder, items)
    digest = dataset.data_sha256(folder) if kept else ""
    before = dataset.read_description(folder) or {}
    origin = source.name if source is not None else before.get("source", "")
    description = _description(origin, options, kept, digest)
    dataset.write_description(folder, description)
    # Last, since a folder that has it is a data set.
    write_into(folder)(curation.FILE_NAME, curation.to_csv(rows).encode())
    if not kept:
        raise InputError(
            f"{folder}: no item was kept; see contact/set-aside-01.png and curation.csv for why"
        )
    return digest


def _write_sheets(folder: Path, items: list[Item]) -> None:
    rows = [item.row for item in items]
    sheets = {
        "kept": contact_sheet.item_sheets([item for item in items if item.row.kept]),
        "set-aside": contact_sheet.item_sheets([item for item in items if not item.row.kept]),
        "pages": contact_sheet.page_sheets(rows, lambda name: read_page(folder, name)),
    }
    write, written = write_into(folder / CONTACT), set()
    for kind, drawn in sheets.items():
        for number, sheet in enumerate(drawn, start=1):
            name = f"{kind}-{number:02d}.png"
            write(name, dataset.encode_png(sheet))
            written.add(name)
    _remove_others(folder / CONTACT, written)


def _remove_others(folder: Path, names: set[str]) -> None:
    """Remove the pictures of an earlier run that this one did not make."""
    for picture in folder.glob("*.png"):
        if picture.name not in names:
            picture.unlink()


def _description(
    origin: str, options: Options, kept: list[CurationRow], digest: str
) -> dict[str, Any]:
    return {
        "resolution": options.resolution,
        "framing": options.framing,
        "squaring": options.squaring,
        "gutter": options.gutter,
        "exclude": list(options.exclude),
        "details": options.details,
        "limits": asdict(options.limits),
        "source": origin,
        "sha256": digest,
        "items": [
            {
                "file": f"{dataset.IMAGES}/{row.item}.png",
                "source": row.source,
                "page": row.page,
                "box": [row.left, row.top, row.right, row.bottom],
                **({"detail_of": row.detail_of} if row.detail_of else {}),
                "line_width_px": row.line_width_px,
                "ink_share": row.ink_share,
            }
            for row in kept
        ],
    }


def options_of(folder: Path) -> Options:
    """How an existing data set was made.

    Raises:
        InputError: it has no usable `dataset.json`.
    """
    description = dataset.read_description(folder)
    if description is None:
        raise InputError(f"{folder}: {dataset.FILE_NAME} is missing; name the scans and -o again")
    try:
        return Options(
            framing=description["framing"],
            resolution=description["resolution"],
            squaring=description["squaring"],
            gutter=description["gutter"],
            exclude=tuple(description["exclude"]),
            details=description.get("details", "none"),
            limits=Limits(**description["limits"]),
        )
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{folder / dataset.FILE_NAME}: made by another version ({error}); prepare it anew"
        ) from error
