"""Put directions into a bundle that stays whole whatever happens."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from exhibit.contract.bundle import (
    DIRECTIONS,
    DIRECTIONS_META,
    PARTS,
    Bundle,
    load_bundle,
    sha256_of,
)
from exhibit.contract.directions import FORMAT, load_parts
from exhibit.contract.errors import BundleError, InputError
from exhibit.contract.values import Floats
from models.directions.result import Discovered
from models.export.appearances import Given, given
from models.export.checking import checked_bundle
from models.export.take_place import take_place
from models.saved.card import write_card

_SAME_PART = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What a bundle holds of directions: by name, vectors, what is known of them, and parts."""

    vectors: dict[str, Floats]
    metadata: dict[str, Any]
    parts: dict[str, Floats]


def add_directions(
    path: Path,
    added: Sequence[Discovered],
    dropped: Sequence[str] = (),
    pictures: Path | None = None,
) -> None:
    """Write directions into a bundle, with their hashes in its card.

    The bundle is copied, changed, checked, and only then takes the place of the old one. Networks,
    latents and golden pairs stay byte for byte.

    Args:
        path: folder of the bundle.
        added: directions with a safe range, of the bundle's own generator.
        dropped: names of directions in the bundle to leave out.
        pictures: folder whose `concept_NAME.png` of the added are taken along.

    Raises:
        InputError: a name is taken or not there, or a direction has no safe range.
        BundleError: the bundle is damaged, or a direction does not fit its codes or its map.
    """
    bundle, contents = load_bundle(path), merged(path, added, dropped)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".bundle-") as scratch:
        folder = Path(scratch) / "new"
        shutil.copytree(path, folder)
        changed = _write(contents, folder)
        left = {f"concept_{name}.png" for name in dropped}
        for name in left & bundle.card.files.keys():
            (folder / name).unlink()
        if pictures is not None:
            changed += _take_along(pictures, [direction.name for direction in added], folder)
        files = {name: value for name, value in bundle.card.files.items() if name not in left}
        files |= {name: sha256_of(folder / name) for name in changed}
        newest = FORMAT if any(map(_of_map, contents.metadata.values())) else 1
        updates = {"files": files, "format": max(bundle.card.format, newest)}
        write_card(bundle.card.model_copy(update=updates), folder)
        checked_bundle(folder)
        take_place(folder, path)


def _write(contents: Contents, folder: Path) -> list[str]:
    """Write directions and parts, and return the names of the files."""
    save_file(contents.vectors, folder / DIRECTIONS)
    text = json.dumps(contents.metadata, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / DIRECTIONS_META).write_text(text, encoding="utf-8")
    written = [DIRECTIONS, DIRECTIONS_META]
    if contents.parts:
        save_file(contents.parts, folder / PARTS)
        written.append(PARTS)
    for name in written:
        (folder / name).chmod(0o644)
    return written


def _take_along(pictures: Path, names: Sequence[str], folder: Path) -> list[str]:
    """Copy the concept maps of directions that have one, and return the names of the files."""
    files = [f"concept_{name}.png" for name in names]
    there = [file for file in files if (pictures / file).is_file()]
    for file in there:
        shutil.copyfile(pictures / file, folder / file)
    return there


def merged(path: Path, added: Sequence[Discovered], dropped: Sequence[str] = ()) -> Contents:
    """Return what a bundle will hold: its own without the dropped, then the added.

    Args and Raises: as in `add_directions`, which writes it.
    """
    bundle = load_bundle(path)
    vectors = load_file(bundle.file(DIRECTIONS))
    metadata = json.loads(bundle.file(DIRECTIONS_META).read_text(encoding="utf-8"))
    parts = load_parts(bundle)
    for name in dropped:
        if name not in vectors:
            raise InputError(
                f"bundle '{bundle.card.name}' has no direction '{name}'; "
                f"it has {', '.join(sorted(vectors))}"
            )
        del vectors[name], metadata[name]
    for direction in added:
        if direction.name in vectors:
            raise InputError(
                f"bundle '{bundle.card.name}' already has a direction '{direction.name}'; rename "
                "the new one with models directions name, or leave the old one out with --drop"
            )
        _check_fits(bundle, direction)
        vector, entry = direction.vector, direction.metadata()
        if direction.space == "map":
            found = given(direction, bundle.card)
            vector, entry = found.mixture, found.entry
            _add_part(parts, found)
        vectors[direction.name] = np.ascontiguousarray(vector)
        metadata[direction.name] = entry
    if not vectors:
        raise InputError(f"{path}: would be left without directions; expected at least one")
    return Contents(vectors, metadata, parts)


def _add_part(parts: dict[str, Floats], found: Given) -> None:
    if found.places is None:
        return
    there = parts.setdefault(found.part, found.places)
    if not np.allclose(there, found.places, atol=_SAME_PART):
        raise InputError(
            f"the bundle has another part '{found.part}'; expected directions that were found "
            "together"
        )


def _of_map(entry: dict[str, Any]) -> bool:
    return entry.get("space") == "map"


def _check_fits(bundle: Bundle, direction: Discovered) -> None:
    card = bundle.card
    if direction.space == "h":
        raise InputError(
            f"direction '{direction.name}' moves a denoiser, and the table has none; expected a "
            "direction of w, w_plus or the feature map"
        )
    shapes = ((card.w_dim,), (card.num_ws, card.w_dim))
    of_codes = direction.space != "map"
    if of_codes and (direction.vector.shape not in shapes or max(direction.layers) >= card.num_ws):
        raise BundleError(
            f"direction '{direction.name}' has shape {direction.vector.shape} and layers up to "
            f"{max(direction.layers)}; bundle '{card.name}' has {card.num_ws} layers of "
            f"{card.w_dim}: it was found in another generator"
        )
    if direction.safe_range is None:
        raise InputError(
            f"direction '{direction.name}' has no safe range; "
            "measure it first with models directions safe-range"
        )
