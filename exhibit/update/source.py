"""Where a new version comes from: a folder, an archive, or a tag of a git repository."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

from exhibit.contract.errors import UpdateError
from exhibit.contract.plain_files import real_path

_MADE = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist")
"""What is made, and made anew: environments, caches, compiled files."""


def fetch(source: str, folder: Path) -> None:
    """Put the sources of a new version into a folder.

    Args:
        source: a folder; an archive (.zip, .tar, .tar.gz, ...) of one; or URL or URL@TAG of a git
            repository.
        folder: an empty one.

    Raises:
        UpdateError: it cannot be had.
    """
    try:
        _bring(source, folder)
        _let_everybody_read(folder)
    except OSError as error:
        raise UpdateError(f"{source}: not copied to {folder.parent}: {_why(error)}") from None


def _bring(source: str, folder: Path) -> None:
    if "://" in source:
        _clone(source.removeprefix("git+"), folder)
    elif Path(source).is_dir():
        _copy(real_path(Path(source)), folder)
    elif Path(source).is_file():
        _unpack(Path(source), folder)
    else:
        raise UpdateError(
            f"'{source}' not found; expected a folder, an archive, or URL@TAG of a git repository"
        )


def _why(error: OSError) -> str:
    """Return the reason alone; of many files that were not copied, that of the first."""
    if isinstance(error, shutil.Error):
        said = str(error.args[0][0][2])
        return said.partition("] ")[2].partition(": ")[0] or said
    return error.strerror or str(error)


def _copy(source: Path, folder: Path) -> None:
    def left(at: str, names: list[str]) -> set[str]:
        # At the root it is the state of a table that ran there, and nobody else's.
        own = {"state"} if Path(at) == source else set()
        return _MADE(at, names) | own

    shutil.copytree(source, folder, symlinks=True, ignore=left, dirs_exist_ok=True)


def _clone(address: str, folder: Path) -> None:
    url, _, tag = address.rpartition("@")
    if not url or "/" in tag:  # it is the one between a user and a host
        url, tag = address, ""
    which = [f"--branch={tag}"] if tag else []
    command = ["git", "clone", "--quiet", "--depth=1", *which, "--", url, str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UpdateError(f"{url}: git is not installed; on Debian: apt install git") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no reason given"]
        # What went wrong first is the reason of all that git says after it.
        first = next((line for line in said if line.startswith(("fatal: ", "error: "))), said[-1])
        raise UpdateError(f"{address}: not cloned: {first}")


def _unpack(archive: Path, folder: Path) -> None:
    try:
        if zipfile.is_zipfile(archive):
            shutil.unpack_archive(archive, folder, "zip")
        else:
            with tarfile.open(archive) as found:
                found.extractall(folder, filter="data")
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, ValueError) as error:
        raise UpdateError(f"{archive}: no archive that can be unpacked: {error}") from None
    # Most archives hold one folder, and everything in it.
    inside = list(folder.iterdir())
    if len(inside) == 1 and inside[0].is_dir():
        wrapped = inside[0].rename(folder / ".unpacked")
        for each in list(wrapped.iterdir()):
            each.rename(folder / each.name)
        wrapped.rmdir()


def _let_everybody_read(folder: Path) -> None:
    """Let the table's user read what root brought, whatever the archive or umask says."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
