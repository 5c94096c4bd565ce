"""Taking a table back out of a backup: all of it is checked before any of it is put back."""

from __future__ import annotations

import itertools
import json
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from exhibit.contract.bundle import BUNDLES_DIR, sha256_of
from exhibit.contract.calibration.versions import versions_folder
from exhibit.contract.errors import InputError
from exhibit.contract.plain_files import plain_text
from exhibit.contract.settings.file import parse_config
from exhibit.contract.settings.layers import Layer, difference, merged, without
from exhibit.contract.settings.overrides import FILE_ONLY, OVERRIDES, parse_overrides
from exhibit.contract.settings.schema import Config
from exhibit.contract.yaml_text import LONGEST, YamlError, read_yaml
from exhibit.operator.archives import examine, text_of, unpack
from exhibit.operator.backup import (
    BUNDLE,
    CALIBRATION,
    CALIBRATION_VERSIONS,
    CONFIG,
    FORMAT,
    LOG,
    MANIFEST,
    SCENES,
    VISITS,
)
from exhibit.operator.bundle_store import FOLDER, install_files
from exhibit.operator.state.scenes import SceneBook

_LONGEST_SCENES = 512 * 1024
_STATE = (OVERRIDES, SCENES, VISITS)
_OF_SQLITE = ("-journal", "-wal", "-shm")
"""What a table that lost its power leaves beside its visits: SQLite would play it into any file of
that name."""
_STATE_FOLDERS = (f"{LOG}/", "history/")


@dataclass(frozen=True, slots=True, eq=False)
class Backup:
    """A backup that was looked at.

    Attributes:
        path: the archive.
        files: what is in it, by place.
        config: what its config.yaml says; the defaults where it has none.
        overrides: the operator's settings on top.
        scenes: scenes and schedule.
    """

    path: Path
    files: dict[str, zipfile.ZipInfo]
    config: Config
    overrides: Layer
    scenes: SceneBook

    def settings_over(self, file: Config) -> Layer:
        """Return the overrides with which a table of another config.yaml has these settings."""
        own = difference(file.model_dump(mode="json"), self.config.model_dump(mode="json"))
        return without(merged(own, self.overrides), FILE_ONLY)

    def below(self, folder: str) -> dict[str, zipfile.ZipInfo]:
        """Return the files below a folder of the archive, by their place in it."""
        start = f"{folder}/"
        return {p.removeprefix(start): e for p, e in self.files.items() if p.startswith(start)}


def read_backup(path: Path) -> Backup:
    """Look at a backup; nothing is put back yet.

    Raises:
        InputError: it is none, or something in it is not right; says what.
    """
    files = examine(path)
    _refuse_other_format(path, files)
    return Backup(
        path, files, _config_in(path, files), _overrides_in(path, files), _scenes_in(path, files)
    )


def restore_bundle(backup: Backup, state_dir: Path) -> Path | None:
    """Install the bundle of a backup where it is not there yet.

    Returns:
        its folder, or None where the backup has none.

    Raises:
        InputError, BundleError: it is no bundle, or another one has its name.
        OSError: there is no room.
    """
    files = backup.below(BUNDLE)
    if not files:
        return None
    card = text_of(backup.path, files.get("card.yaml") or _missing("card.yaml"), LONGEST)
    for folder in (BUNDLES_DIR, state_dir / FOLDER):
        for known in folder.glob("[!.]*/card.yaml"):
            if plain_text(known, errors="replace") == card:
                return known.parent
    return install_files(state_dir, backup.path, files)


def restore_files(backup: Backup, config: Path, state_dir: Path, calibration: Path) -> list[Path]:
    """Put every file of a backup back, of a table that is not running.

    What was there is kept beside it, with `.before-restore` in its name, or `.before-restore-2` and
    so on: nothing that was kept once is replaced.

    Args:
        backup: as `read_backup` returned it.
        config: where config.yaml is to be.
        state_dir: the state folder.
        calibration: where calibration.yaml is to be.

    Returns:
        what was written.

    Raises:
        InputError: the archive is damaged.
        OSError: it cannot be written.
    """
    draft = state_dir / ".restored"
    shutil.rmtree(draft, ignore_errors=True)
    wanted = {p: e for p, e in backup.files.items() if not p.startswith(f"{BUNDLE}/")}
    try:
        unpack(backup.path, wanted, draft)
        written = []
        for place in wanted:
            target = _target_of(place, config, state_dir, calibration)
            if target is not None:
                _put(draft / place, target)
                written.append(target)
        return written
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _target_of(place: str, config: Path, state_dir: Path, calibration: Path) -> Path | None:
    if place == CONFIG:
        return config
    if place in _STATE or (place.startswith(_STATE_FOLDERS) and place.count("/") == 1):
        return state_dir / place
    if place == f"{CALIBRATION}/{CALIBRATION}.yaml":
        return calibration
    if place.startswith(f"{CALIBRATION_VERSIONS}/") and place.endswith(".yaml"):
        return versions_folder(calibration) / place.rpartition("/")[2]
    if place.startswith(f"{CALIBRATION}/") and place.endswith(".png"):
        return calibration.parent / place.rpartition("/")[2]
    return None


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or sha256_of(target) != sha256_of(source):
        kept = _free(target)
        for end in ("", *_OF_SQLITE):
            there = target.with_name(target.name + end)
            if there.exists():
                there.replace(kept.with_name(kept.name + end))
    shutil.copyfile(source, target)


def _free(target: Path) -> Path:
    """Return a name that nothing has yet, for what was there before."""
    ends = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    names = (f"{target.stem}.before-restore{end}{target.suffix}" for end in ends)
    return next(path for path in map(target.with_name, names) if not path.exists())


def _refuse_other_format(path: Path, files: dict[str, zipfile.ZipInfo]) -> None:
    text = text_of(path, files.get(MANIFEST) or _missing(MANIFEST), LONGEST)
    try:
        found = json.loads(text)["format"]
    except (ValueError, KeyError, TypeError):
        found = None
    if found != FORMAT:
        raise InputError(f"{MANIFEST}: format {found!r:.20}; expected {FORMAT}")


def _config_in(path: Path, files: dict[str, zipfile.ZipInfo]) -> Config:
    if CONFIG not in files:
        return Config()
    config, problems = parse_config(text_of(path, files[CONFIG], LONGEST))
    if config is None:
        raise InputError(problems[0].describe(CONFIG))
    return config


def _overrides_in(path: Path, files: dict[str, zipfile.ZipInfo]) -> Layer:
    if OVERRIDES not in files:
        return {}
    layer, problems = parse_overrides(text_of(path, files[OVERRIDES], LONGEST))
    if layer is None:
        raise InputError(problems[0].describe(OVERRIDES))
    return layer


def _scenes_in(path: Path, files: dict[str, zipfile.ZipInfo]) -> SceneBook:
    if SCENES not in files:
        return SceneBook()
    text = text_of(path, files[SCENES], _LONGEST_SCENES)
    try:
        return SceneBook.model_validate(read_yaml(text, _LONGEST_SCENES)[1])
    except (YamlError, ValidationError) as error:
        raise InputError(f"{SCENES}: {str(error).splitlines()[0]}") from None


def _missing(place: str) -> zipfile.ZipInfo:
    raise InputError(f"no backup of a table: expected {place} in it")
