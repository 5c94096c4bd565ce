"""The files of a folder or a zip: pictures, what goes beside them, and what is neither."""

import os
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from exhibit.contract.errors import InputError
from exhibit.pictures.files import HEAD_BYTES, looks_like_picture

_BESIDE = frozenset(
    {
        ".aae", ".csv", ".db", ".htm", ".html", ".icc", ".icm", ".ini", ".json", ".lnk", ".log",
        ".md", ".md5", ".pp3", ".sha1", ".sha256", ".thm", ".txt", ".url", ".xml", ".xmp", ".yaml",
        ".yml",
    }
)  # fmt: skip
"""What scanners, cameras and systems put beside pictures: nobody misses it in a training set."""
_PDF = b"%PDF-"


@dataclass(frozen=True, slots=True, eq=False)
class SourceFile:
    """A file: its name as text, and how to get its bytes: all, or the first few."""

    name: str
    read: Callable[[], bytes]
    head: Callable[[], bytes]

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF, by its name or its first bytes."""
        return self.name.lower().endswith(".pdf") or self.head().startswith(_PDF)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What lies in a folder or zip: scans by name, and the names of what is no picture."""

    scans: list[SourceFile]
    left_out: list[str]


@contextmanager
def open_folder_or_zip(path: Path, expected: str) -> Iterator[list[SourceFile]]:
    """List all files of a folder (with its subfolders) or a zip but hidden ones, by name.

    Args:
        path: folder or zip file.
        expected: what it should be, for errors.

    Yields:
        The files, readable while the context is open.

    Raises:
        InputError: no such path, or not a zip.
    """
    if path.is_dir():
        yield _visible(_of_folder(path))
    elif path.is_file():
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise InputError(f"{path}: not a readable zip; expected {expected}") from error
        with archive:
            yield _visible(_of_zip(archive))
    else:
        raise InputError(f"{path}: no such folder or zip; expected {expected}")


def sorted_out(files: Iterable[SourceFile], pdf: bool) -> Found:
    """Tell pictures from what goes beside them and from what is neither.

    Args:
        files: of `open_folder_or_zip`.
        pdf: whether PDFs are welcome.
    """
    found = Found([], [])
    for file in files:
        path = PurePosixPath(file.name)
        if path.suffix.lower() in _BESIDE:
            continue
        head = _head_of(file)
        if looks_like_picture(path.name, head) or (pdf and file.is_pdf):
            found.scans.append(file)
        else:
            found.left_out.append(file.name)
    return found


def as_text(name: str) -> str:
    """A file's name as text that can be written: bytes of an old system become letters."""
    parts = [_part_as_text(os.fsencode(part)) for part in name.split("/")]
    return "".join(_printable(letter) for letter in "/".join(parts))


def _part_as_text(part: bytes) -> str:
    try:
        return part.decode("utf-8")
    except UnicodeDecodeError:
        return part.decode("latin-1")


def _printable(letter: str) -> str:
    return " " if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter


def _head_of(file: SourceFile) -> bytes:
    try:
        return file.head()
    except (OSError, RuntimeError, zipfile.BadZipFile, NotImplementedError):
        return b""  # whoever reads it whole will say why that fails


def _of_folder(folder: Path) -> Iterator[SourceFile]:
    for path in folder.rglob("*"):
        if path.is_file():
            name = as_text(path.relative_to(folder).as_posix())
            yield SourceFile(name, path.read_bytes, partial(_head_of_path, path))


def _head_of_path(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _of_zip(archive: zipfile.ZipFile) -> Iterator[SourceFile]:
    for info in archive.infolist():
        if not info.is_dir():
            name = as_text(info.filename)
            yield SourceFile(
                name, partial(archive.read, info), partial(_head_in_zip, archive, info)
            )


def _head_in_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        return file.read(HEAD_BYTES)


def _visible(files: Iterable[SourceFile]) -> list[SourceFile]:
    shown = (file for file in files if not _is_hidden(PurePosixPath(file.name)))
    return sorted(shown, key=lambda file: file.name)


def _is_hidden(name: PurePosixPath) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.parts)
