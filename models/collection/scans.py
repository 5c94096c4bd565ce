"""Read scans of every usual kind, page by page, from a folder or a zip."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence

from exhibit.contract.errors import InputError

PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".webp", ".bmp"}
SUFFIXES = PICTURE_SUFFIXES | {".pdf"}
PAGE_LIMIT_PX = 2400
"""Pages are reduced to this longer side: four times what the largest usual model draws."""
PDF_LARGEST_SCALE = 300 / 72
"""PDF pages are drawn at up to 300 dpi (PDF counts in points of 1/72 inch)."""


@dataclass(frozen=True, slots=True, eq=False)
class ScanFile:
    """A file of the collection: its name inside the folder or zip, and how to get its bytes."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """One page as scanned: (height, width, 3) uint8 RGB, or None and the fault that prevents it."""

    source: str
    page: int
    rgb: NDArray[np.uint8] | None
    fault: str = ""


@contextmanager
def open_collection(path: Path) -> Iterator[list[ScanFile]]:
    """List the scans of a folder (with its subfolders) or a zip.

    Args:
        path: folder or zip file.

    Yields:
        The files with a picture's or PDF's suffix, by name; readable while the context is open.

    Raises:
        InputError: no such path, not a zip, or nothing in it that is a scan.
    """
    if path.is_dir():
        found = [file for file in path.rglob("*") if file.is_file()]
        files = [ScanFile(file.relative_to(path).as_posix(), file.read_bytes) for file in found]
        yield _scans_only(files, path)
    elif path.is_file():
        try:
            archive = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise InputError(f"{path}: expected a folder of scans or a zip of them") from error
        with archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
            files = [ScanFile(name, partial(archive.read, name)) for name in names]
            yield _scans_only(files, path)
    else:
        raise InputError(f"{path}: no such folder or zip of scans")


def _scans_only(files: list[ScanFile], path: Path) -> list[ScanFile]:
    scans = [file for file in files if _is_scan(PurePosixPath(file.name))]
    if not scans:
        kinds = " ".join(sorted(suffix[1:] for suffix in SUFFIXES))
        raise InputError(f"{path}: no scan in it; expected files of these kinds: {kinds}")
    return sorted(scans, key=lambda file: file.name)


def _is_scan(name: PurePosixPath) -> bool:
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in name.parts)
    return name.suffix.lower() in SUFFIXES and not hidden


def read_pages(file: ScanFile) -> Iterator[Scan]:
    """Read every page of a file; a page that cannot be read comes with its fault instead.

    Args:
        file: one of `open_collection`.

    Yields:
        Pages, counted from 1, at most `PAGE_LIMIT_PX` long, upright as EXIF says, on white.
    """
    page = 0
    try:
        data = file.read()
        is_pdf = PurePosixPath(file.name).suffix.lower() == ".pdf"
        for rgb in _pdf_pages(data) if is_pdf else _picture_pages(data):
            page += 1
            yield Scan(file.name, page, rgb)
    except (
        OSError,
        EOFError,
        ValueError,
        SyntaxError,  # Pillow's way to say that a PNG or GIF block is broken
        zipfile.BadZipFile,
        NotImplementedError,  # a zip's compression that Python does not know
        RuntimeError,  # an encrypted zip
        Image.DecompressionBombError,
        pypdfium2.PdfiumError,
    ) as error:
        cause = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        yield Scan(file.name, page + 1, None, f"unreadable: {cause}")


def _pdf_pages(data: bytes) -> Iterator[NDArray[np.uint8]]:
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            scale = min(PAGE_LIMIT_PX / max(page.get_size()), PDF_LARGEST_SCALE)
            yield _reduced(page.render(scale=scale).to_pil().convert("RGB"))


def _picture_pages(data: bytes) -> Iterator[NDArray[np.uint8]]:
    with Image.open(io.BytesIO(data)) as image:
        frames = ImageSequence.Iterator(image) if image.format == "TIFF" else [image]
        for frame in frames:
            yield _reduced(_on_white(ImageOps.exif_transpose(frame)))


def _on_white(image: Image.Image) -> Image.Image:
    """To 8-bit RGB: deep greys scaled to their full range, transparent parts on white paper."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_to_eight_bits(np.asarray(image))).convert("RGB")
    if "A" in image.getbands() or "transparency" in image.info:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(white, coloured).convert("RGB")
    return image.convert("RGB")


def _to_eight_bits(deep: NDArray[np.generic]) -> NDArray[np.uint8]:
    values = deep.astype(np.float64)
    top = 65535.0 if values.max() > 255 else 255.0 if values.max() > 1 else 1.0
    return np.clip(np.rint(values * (255 / top)), 0, 255).astype(np.uint8)


def _reduced(image: Image.Image) -> NDArray[np.uint8]:
    image.thumbnail((PAGE_LIMIT_PX, PAGE_LIMIT_PX), Image.Resampling.BOX, reducing_gap=None)
    return np.asarray(image)
