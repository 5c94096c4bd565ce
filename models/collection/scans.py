"""Read scans of every usual kind, page by page, from a folder or a zip."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.pictures import PictureError, page_images
from models.collection.source_files import Found, SourceFile, open_folder_or_zip, sorted_out

PAGE_LIMIT_PX = 2400
"""Pages are reduced to this longer side: four times what the largest usual model draws."""
PDF_LARGEST_SCALE = 300 / 72
"""PDF pages are drawn at up to 300 dpi (PDF counts in points of 1/72 inch)."""


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """One page as scanned: (height, width, 3) uint8 RGB, or None and the fault that prevents it."""

    source: str
    page: int
    rgb: NDArray[np.uint8] | None
    fault: str = ""


@contextmanager
def open_collection(path: Path) -> Iterator[Found]:
    """List the scans of a folder (with its subfolders) or a zip.

    Args:
        path: folder or zip file.

    Yields:
        Pictures and PDFs by name, readable while the context is open, and what is neither.

    Raises:
        InputError: no such path, not a zip, or nothing in it that is a scan.
    """
    with open_folder_or_zip(path, "a folder of scans or a zip of them") as files:
        found = sorted_out(files, pdf=True)
        if not found.scans:
            raise InputError(
                f"{path}: no scan in it; expected pictures (PNG, JPEG, TIFF, HEIC, JPEG 2000, "
                "AVIF, GIF, WebP, BMP or PSD) or PDFs"
            )
        yield found


def read_pages(file: SourceFile) -> Iterator[Scan]:
    """Read every page of a file; a page that cannot be read comes with its fault instead.

    Args:
        file: one of `open_collection`.

    Yields:
        Pages, counted from 1, at most `PAGE_LIMIT_PX` long, upright as EXIF says, on white.
    """
    page = 0
    try:
        data = file.read()
        for rgb in _pdf_pages(data) if file.is_pdf else page_images(data):
            page += 1
            yield Scan(file.name, page, _reduced(rgb))
    except (
        PictureError,
        OSError,
        EOFError,
        ValueError,
        zipfile.BadZipFile,
        NotImplementedError,  # a zip's compression that Python does not know
        RuntimeError,  # an encrypted zip
        pypdfium2.PdfiumError,
    ) as error:
        cause = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        yield Scan(file.name, page + 1, None, f"unreadable: {cause}")


def _pdf_pages(data: bytes) -> Iterator[NDArray[np.uint8]]:
    if not data:
        raise PictureError("the file is empty")
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            scale = min(PAGE_LIMIT_PX / max(page.get_size()), PDF_LARGEST_SCALE)
            yield np.asarray(
                page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True).to_numpy()
            )[..., :3]


def _reduced(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    scale = PAGE_LIMIT_PX / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
