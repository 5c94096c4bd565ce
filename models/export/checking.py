"""Whether a bundle that was made or changed can be opened, before it takes anything's place."""

from __future__ import annotations

from pathlib import Path

from exhibit.contract.bundle import Bundle, load_bundle
from exhibit.contract.directions import load_directions
from exhibit.recall.memory import open_memory


def checked_bundle(folder: Path) -> Bundle:
    """Open all that a table opens of a bundle but its networks.

    Args:
        folder: of the bundle, complete.

    Raises:
        BundleError: a file is damaged, or does not fit the card or another file; names it.
    """
    bundle = load_bundle(folder)
    load_directions(bundle)
    open_memory(bundle)
    return bundle
