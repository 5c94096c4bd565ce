"""Tell which files are pictures: by their names, and by their first bytes."""

from __future__ import annotations

from functools import cache
from pathlib import Path, PurePosixPath

from PIL import Image

from exhibit.contract.plain_files import open_plain
from exhibit.pictures.reading import FORMATS, open_formats

HEAD_BYTES = 64
"""Of a file, that tell its kind."""
_RAW = frozenset(
    {
        ".3fr", ".arw", ".cr2", ".cr3", ".dcr", ".dng", ".erf", ".iiq", ".kdc", ".mef", ".mos",
        ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf",
        ".srw", ".x3f",
    }
)  # fmt: skip
"""Raw files of cameras begin as TIFFs do, and only the small picture inside could be shown."""
_TOLD_BY_BYTES = tuple(name for name in FORMATS if name not in ("BMP", "PPM"))
"""Those two begin with two letters, as texts may."""


def looks_like_picture(name: str, head: bytes) -> bool:
    """Whether a file is a picture, or was meant to be one.

    Args:
        name: of the file.
        head: its first `HEAD_BYTES` bytes.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _RAW:
        return False
    return suffix in picture_suffixes() or _begins_as_one(head)


def is_picture(path: Path) -> bool:
    """Whether a file looks like a picture.

    Raises:
        OSError: it cannot be opened.
    """
    with open_plain(path) as file:
        return looks_like_picture(path.name, file.read(HEAD_BYTES))


@cache
def picture_suffixes() -> frozenset[str]:
    """The endings of pictures' names: `.png`, `.jpg`, ..."""
    open_formats()
    known = {suffix for suffix, name in Image.registered_extensions().items() if name in FORMATS}
    return frozenset(known | {".jpf", ".hif", ".avifs"})


def _begins_as_one(head: bytes) -> bool:
    open_formats()
    tests = (Image.OPEN[name][1] for name in _TOLD_BY_BYTES)
    # Of a kind that is not compiled in, a test answers with a sentence.
    return any(begins is not None and begins(head) is True for begins in tests)
