"""Bundles that were uploaded: in the state folder, since the program's own is not written to."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

from exhibit.contract.bundle import BUNDLES_DIR, MEMORY, load_bundle
from exhibit.contract.errors import BundleError, InputError
from exhibit.contract.files import sync_folder
from exhibit.operator.archives import examine, unpack

FOLDER = "bundles"
_DRAFT = ".draft"
_NAME = re.compile(r"[\w][\w .-]{0,99}")
_FILE = re.compile(rf"(?:{MEMORY}/)?[\w][\w.-]{{0,99}}")


def install(state_dir: Path, archive: Path, name: str = "") -> Path:
    """Unpack a bundle that was uploaded, check it whole, and put it beside the others.

    Args:
        state_dir: the state folder.
        archive: a ZIP of the bundle's folder, or of the files in it.
        name: of its folder; the one in its card where it is empty.

    Returns:
        its folder.

    Raises:
        InputError: it is no such archive.
        BundleError: its card, its files or their digests are not right, or there is one already.
        OSError: there is no room.
    """
    return install_files(state_dir, archive, examine(archive), name)


def install_files(
    state_dir: Path, archive: Path, files: dict[str, zipfile.ZipInfo], name: str = ""
) -> Path:
    """Install those files of an archive as a bundle; as `install`."""
    if "card.yaml" not in files:
        raise InputError("no bundle: expected card.yaml in it")
    odd = next((place for place in files if _FILE.fullmatch(place) is None), None)
    if odd is not None:
        raise InputError(f"{odd!a:.60}: no file of a bundle")
    folder = state_dir / FOLDER
    draft = folder / _DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    try:
        unpack(archive, files, draft)
        card = load_bundle(draft).card
        surplus = set(files) - set(card.files) - {"card.yaml"}
        if surplus:
            raise BundleError(f"'{min(surplus)}' is not named in card.yaml")
        target = _place_of(folder, name or card.name)
        draft.rename(target)
    except BundleError as error:
        # Where it was unpacked to says nothing to whoever uploaded it.
        raise BundleError(str(error).replace(f"{draft}/", "")) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    sync_folder(folder)
    return target


def remove(state_dir: Path, name: str) -> None:
    """Take an uploaded bundle away; raises InputError where there is none of this name."""
    folder = state_dir / FOLDER / name
    if _NAME.fullmatch(name) is None or not (folder / "card.yaml").is_file():
        raise InputError(f"there is no uploaded bundle '{name:.60}'")
    shutil.rmtree(folder)


def _place_of(folder: Path, name: str) -> Path:
    if _NAME.fullmatch(name) is None:
        raise BundleError(f"card.yaml: name '{name:.60}'; expected letters, digits, spaces, . or -")
    for place in (folder, BUNDLES_DIR):
        if (place / name).exists():
            raise BundleError(f"there is a bundle '{name}' already; take it away first")
    return folder / name
