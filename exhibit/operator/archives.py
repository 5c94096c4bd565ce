"""ZIP archives from elsewhere: looked at before anything in them is unpacked."""

from __future__ import annotations

import shutil
import stat
import time
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from exhibit.contract.errors import InputError

MOST_BYTES = 1024**3
"""Unpacked; the shipped bundle has 33 MB."""
_MOST_FILES = 2000
_MOST_TIMES_SMALLER = 200
_DEEPEST = 4
_FIRST, _LAST = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)
"""The times that the format knows."""


def examine(path: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the files of an archive by their place in it; nothing is unpacked.

    Args:
        path: a ZIP; a folder that holds everything in it is left out of the places.

    Raises:
        InputError: it is none, or has in it what no archive of ours has: too much, links, places
            outside of itself.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError(f"no ZIP archive that can be read ({error})") from None
    if len(entries) > _MOST_FILES:
        raise InputError(f"{len(entries)} files in it; expected at most {_MOST_FILES}")
    whole = sum(entry.file_size for entry in entries)
    if whole > MOST_BYTES:
        raise InputError(f"{whole / 1e6:.0f} MB unpacked; expected at most {MOST_BYTES / 1e6:.0f}")
    found = {_place(entry): entry for entry in entries}
    if len(found) < len(entries):
        raise InputError("a file is in it twice")
    tops = {place.partition("/")[0] for place in found}
    top = tops.pop() + "/" if len(tops) == 1 and all("/" in place for place in found) else ""
    return {place.removeprefix(top): entry for place, entry in found.items()}


def unpack(path: Path, files: dict[str, zipfile.ZipInfo], folder: Path) -> None:
    """Write files of an archive into a folder, each no longer than the archive said.

    Args:
        path: the archive.
        files: those of `examine` that are wanted, by their place below the folder.
        folder: made, with the folders in it.

    Raises:
        InputError: the archive is damaged.
        OSError: there is no room.
    """
    with zipfile.ZipFile(path) as archive:
        for place, entry in files.items():
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with archive.open(entry) as source, target.open("xb") as file:
                    shutil.copyfileobj(source, file)
            except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
                raise InputError(f"{place}: damaged in the archive ({error})") from None


def new_archive(target: Path | IO[bytes], kind: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipFile:
    """Open an archive to write, whatever the clock says: the format knows 1980 to 2107 alone.

    Args:
        target: a file, or what is written to as one.
        kind: how it is packed.
    """
    return zipfile.ZipFile(target, "w", kind, strict_timestamps=False)


def add_text(archive: zipfile.ZipFile, name: str, text: str) -> None:
    """Put a text into an archive, dated to now where the format knows it."""
    now = min(max(_FIRST, time.localtime()[:6]), _LAST)
    entry = zipfile.ZipInfo(name, now)
    entry.compress_type, entry.external_attr = archive.compression, 0o600 << 16
    archive.writestr(entry, text)


def text_of(path: Path, entry: zipfile.ZipInfo, longest: int) -> str:
    """Return a text file of an archive; raises InputError where it is none, or too long."""
    if entry.file_size > longest:
        raise InputError(f"{entry.filename}: {entry.file_size} bytes; expected at most {longest}")
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(entry).decode("utf-8")
    except (zipfile.BadZipFile, UnicodeDecodeError, EOFError, NotImplementedError) as error:
        raise InputError(f"{entry.filename}: not a text that can be read ({error})") from None


def _place(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    place = PurePosixPath(name)
    mode = entry.external_attr >> 16
    inside = not place.is_absolute() and ".." not in place.parts and "\\" not in name
    if not inside or len(place.parts) > _DEEPEST or not name.isprintable() or ":" in name:
        raise InputError(f"{name!a:.60}: no place within the archive")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise InputError(f"{name!a:.60}: no plain file")
    if (
        entry.file_size > _MOST_TIMES_SMALLER * max(entry.compress_size, 1)
        and entry.file_size > 1e6
    ):
        raise InputError(f"{name!a:.60}: packed more tightly than any file of ours")
    return str(place)
