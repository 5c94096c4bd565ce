"""A table as one file: settings, scenes, visits, log, calibration, and the bundle that answers.

Not in it is who may come in (password, tokens, the page's key): those stay with the machine.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from exhibit.contract.calibration.versions import versions
from exhibit.contract.files import replacing
from exhibit.contract.settings.overrides import HISTORY, OVERRIDES
from exhibit.operator.archives import add_text, new_archive

FORMAT = 1
MANIFEST = "backup.json"
CONFIG = "config.yaml"
BUNDLE = "bundle"
CALIBRATION = "calibration"
CALIBRATION_VERSIONS = f"{CALIBRATION}/versions"
SCENES, VISITS, LOG = "scenes.yaml", "visits.sqlite", "log"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the parts of a table lie; what is not there is left out.

    Args:
        state_dir: the state folder.
        config: the museum's own file, or None where the defaults hold.
        calibration: the file that `calibrate` wrote; its pictures and what it said before lie
            beside it.
        bundle: folder of the bundle that answers, or None to leave it out.
    """

    state_dir: Path
    config: Path | None
    calibration: Path
    bundle: Path | None


def write_backup(target: Path, sources: Sources) -> list[str]:
    """Write a ZIP of everything that makes this table what it is; one that is there already holds
    until the new one is whole.

    Returns:
        the places in it.

    Raises:
        OSError: something cannot be read, or there is no room.
    """
    with replacing(target) as draft, new_archive(draft) as archive:
        with _steady_visits(sources.state_dir / VISITS) as visits:
            for place, path in (*_files_of(sources), *visits):
                if path.is_file():
                    archive.write(path, place)
        about = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(timespec="seconds")}
        add_text(archive, MANIFEST, json.dumps(about))
        return archive.namelist()


def _files_of(sources: Sources) -> Iterator[tuple[str, Path]]:
    state_dir, calibration = sources.state_dir, sources.calibration
    single = [(name, state_dir / name) for name in (OVERRIDES, SCENES)]
    single.append((f"{CALIBRATION}/{CALIBRATION}.yaml", calibration))
    if sources.config is not None:
        single.append((CONFIG, sources.config))
    yield from single
    pictures = calibration.parent.glob(f"{calibration.stem}-*.png")
    yield from ((f"{CALIBRATION}/{path.name}", path) for path in sorted(pictures))
    kept = (version.file for version in versions(calibration))
    yield from ((f"{CALIBRATION_VERSIONS}/{path.name}", path) for path in kept)
    for folder, pattern in ((HISTORY, "*.json"), (LOG, "*.jsonl")):
        for path in sorted((state_dir / folder).glob(pattern)):
            yield f"{folder}/{path.name}", path
    if sources.bundle is not None:
        for path in sorted(sources.bundle.rglob("*")):
            yield f"{BUNDLE}/{path.relative_to(sources.bundle)}", path


@contextlib.contextmanager
def _steady_visits(database: Path) -> Iterator[list[tuple[str, Path]]]:
    """Give a copy of the visits as they are at one moment, while others are added."""
    if not database.is_file():
        yield []
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / VISITS
        try:
            with (
                contextlib.closing(sqlite3.connect(database)) as source,
                contextlib.closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
        except sqlite3.Error:
            # What is damaged is no part of a table that somebody wants back.
            yield []
            return
        yield [(VISITS, copy)]
