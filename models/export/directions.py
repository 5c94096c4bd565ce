"""Put directions into a bundle that stays whole whatever happens."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from exhibit.contract.bundle import (
    DIRECTIONS,
    DIRECTIONS_META,
    Bundle,
    load_bundle,
    sha256_of,
)
from exhibit.contract.directions import load_directions
from exhibit.contract.errors import BundleError, InputError
from models.directions.result import OFF_CODES, Discovered
from models.export.take_place import take_place
from models.saved.card import write_card


def add_directions(path: Path, added: Sequence[Discovered], dropped: Sequence[str] = ()) -> None:
    """Write directions into a bundle, with their hashes in its card.

    The bundle is copied, changed, checked, and only then takes the place of the old one. Networks,
    latents and golden pairs stay byte for byte.

    Args:
        path: folder of the bundle.
        added: directions with a safe range, of the bundle's own generator.
        dropped: names of directions in the bundle to leave out.

    Raises:
        InputError: a name is taken or not there, or a direction has no safe range.
        BundleError: the bundle is damaged, or a direction does not fit its codes.
    """
    bundle, (vectors, metadata) = load_bundle(path), merged(path, added, dropped)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".bundle-") as scratch:
        folder = Path(scratch) / "new"
        shutil.copytree(path, folder)
        save_file(vectors, folder / DIRECTIONS)
        (folder / DIRECTIONS).chmod(0o644)
        text = json.dumps(metadata, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        (folder / DIRECTIONS_META).write_text(text, encoding="utf-8")
        changed = {name: sha256_of(folder / name) for name in (DIRECTIONS, DIRECTIONS_META)}
        files = bundle.card.files | changed
        write_card(bundle.card.model_copy(update={"files": files}), folder)
        load_directions(load_bundle(folder))
        take_place(folder, path)


def merged(
    path: Path, added: Sequence[Discovered], dropped: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return vectors and metadata by name: a bundle's without the dropped, then the added.

    Args and Raises: as in `add_directions`, which writes them.
    """
    bundle = load_bundle(path)
    vectors = load_file(bundle.file(DIRECTIONS))
    metadata = json.loads(bundle.file(DIRECTIONS_META).read_text(encoding="utf-8"))
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
        vectors[direction.name] = np.ascontiguousarray(direction.vector)
        metadata[direction.name] = direction.metadata()
    if not vectors:
        raise InputError(f"{path}: would be left without directions; expected at least one")
    return vectors, metadata


def _check_fits(bundle: Bundle, direction: Discovered) -> None:
    card = bundle.card
    if direction.space in OFF_CODES:
        moved = "a denoiser" if direction.space == "h" else "the feature map"
        raise InputError(
            f"direction '{direction.name}' moves {moved}, and the table moves codes; "
            "expected a direction of w or w_plus"
        )
    shapes = ((card.w_dim,), (card.num_ws, card.w_dim))
    if direction.vector.shape not in shapes or max(direction.layers) >= card.num_ws:
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
