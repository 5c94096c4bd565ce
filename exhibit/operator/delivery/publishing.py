"""Make of a bundle the three files that any web server can hand out."""

from __future__ import annotations

import hashlib
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exhibit.contract.bundle import load_bundle
from exhibit.contract.errors import InputError
from exhibit.contract.files import write_whole
from exhibit.contract.plain_files import open_plain
from exhibit.operator.access.guard import MOST_OF_A_FILE
from exhibit.operator.archives import new_archive
from exhibit.operator.delivery.manifest import SIGNATURE, Manifest, sign


def publish(
    bundle: Path, folder: Path, key: Ed25519PrivateKey, clock: Callable[[], float] = time.time
) -> Path:
    """Write a bundle's archive, its manifest and the manifest's signature.

    The manifest and its signature come last, so that whoever fetches meets whole files. Archives of
    before stay, for tables that are fetching one.

    Args:
        bundle: its folder.
        folder: what the web server hands out; made where it is missing.
        key: of the museum.
        clock: seconds since 1970; the number of what is published.

    Returns:
        the manifest.

    Raises:
        BundleError: the bundle is not whole.
        InputError: it is larger than a table takes.
        OSError: there is no room.
    """
    loaded = load_bundle(bundle)
    name, serial = loaded.card.name, int(clock())
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{name}-{serial}.zip"
    try:
        _pack(bundle, sorted({*loaded.card.files, "card.yaml"}), archive)
        size = archive.stat().st_size
        if size > MOST_OF_A_FILE:
            raise InputError(f"{bundle}: {size} bytes packed; a table takes {MOST_OF_A_FILE}")
    except BaseException:
        archive.unlink(missing_ok=True)
        raise
    with open_plain(archive) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    manifest = Manifest(
        format=1, bundle=name, serial=serial, file=archive.name, bytes=size, sha256=digest
    )
    text, signature = sign(manifest, key)
    target = folder / f"{name}.json"
    write_whole(folder / f"{name}.json{SIGNATURE}", signature.decode("ascii"))
    write_whole(target, text.decode("utf-8"))
    return target


def _pack(bundle: Path, files: list[str], archive: Path) -> None:
    # Networks and drawings are packed as tightly as they go already.
    with new_archive(archive, zipfile.ZIP_STORED) as packed:
        for name in files:
            packed.write(bundle / name, name)
