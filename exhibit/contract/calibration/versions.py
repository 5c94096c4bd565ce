"""What `calibration.yaml` said before: every version is kept beside it, and can be returned to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exhibit.contract.files import write_whole
from exhibit.contract.plain_files import plain_bytes

KEPT = 30
"""One calibration writes about seven, as each step saves what it measured."""
PICTURES = ("blank", "dark")
"""What pictures beside a calibration are of, as their names say."""
_FORM = "%Y-%m-%dT%H-%M-%S.%fZ"


@dataclass(frozen=True, slots=True)
class Version:
    """A calibration as it was until something else was measured.

    Args:
        file: the kept copy.
        replaced_at: when it ceased to hold.
    """

    file: Path
    replaced_at: datetime


def versions(path: Path) -> list[Version]:
    """Return what is kept of a calibration, the newest first."""
    return sorted(_kept(path), key=lambda version: version.replaced_at, reverse=True)


def versions_folder(path: Path) -> Path:
    """Return the folder in which what a calibration said before is kept."""
    return path.with_name(f"{path.stem}-versions")


def keep_version(path: Path) -> None:
    """Keep what a calibration says now, where it says anything that is not kept already.

    Raises:
        OSError: there is no room, or the folder is read-only.
    """
    try:
        said = plain_bytes(path)
    except FileNotFoundError:
        return
    before = versions(path)
    if not before or plain_bytes(before[0].file) != said:
        at = datetime.now(UTC)
        if before:
            # Their order holds also where the clock goes back.
            at = max(at, before[0].replaced_at + timedelta(microseconds=1))
        write_whole(versions_folder(path) / f"{at.strftime(_FORM)}.yaml", said)


def prune(path: Path) -> None:
    """Remove the oldest versions, and pictures of the light that nothing names any longer."""
    for version in versions(path)[KEPT:]:
        version.file.unlink(missing_ok=True)
    texts = [plain_bytes(file) for file in (path, *(kept.file for kept in versions(path)))]
    for what in PICTURES:
        for picture in path.parent.glob(f"{path.stem}-{what}*.png"):
            if not any(picture.name.encode() in text for text in texts):
                picture.unlink(missing_ok=True)


def _kept(path: Path) -> Iterator[Version]:
    for file in versions_folder(path).glob("*.yaml"):
        try:
            at = datetime.strptime(file.stem, _FORM).replace(tzinfo=UTC)
        except ValueError:
            continue
        yield Version(file, at)
