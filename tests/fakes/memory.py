"""A bundle of format 2 with a memory of a few drawings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from exhibit.contract.bundle import REQUIRED, sha256_of
from exhibit.contract.memory import MEMORY_FILES, NETWORK, Provenance, StoredMemory, write_memory
from exhibit.contract.values import Gray
from exhibit.recall import Memory
from tests.fakes.bundle import write_bundle, write_card
from tests.fakes.meaning import tiny_meanings


def write_remembering_bundle(folder: Path, drawings: Sequence[Gray]) -> Path:
    """Write a bundle that recalls `drawings`; returns `folder`."""
    write_bundle(folder)
    provenance = [
        Provenance(item=f"drawing-{number}", source="none.png", title=f"Drawing {number}")
        for number in range(len(drawings))
    ]
    memory = StoredMemory((), {}, ())
    if drawings:
        memory = Memory.of(drawings, provenance, tiny_meanings(drawings)).stored()
    write_memory(memory, folder)
    return name_memory(folder)


def name_memory(folder: Path, **changes: Any) -> Path:
    """Write the card of a bundle with the memory as it is now; `changes` replace its fields."""
    names = [name for name in (*REQUIRED, *MEMORY_FILES, NETWORK) if (folder / name).is_file()]
    files = {name: sha256_of(folder / name) for name in names}
    write_card(folder, "tiny", "feature", **({"format": 2, "files": files} | changes))
    return folder
