"""The memory: drawings of a collection, and what finds them in ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exhibit.contract.values import Find, Gray
from exhibit.recall.index import Index, build_index
from exhibit.recall.search import search


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Drawings, each (D, D) uint8, 0 ink .. 255 paper, and where their lines run."""

    drawings: Sequence[Gray]
    index: Index

    @classmethod
    def of(cls, drawings: Sequence[Gray]) -> Memory:
        """Make a memory of drawings; takes some 20 ms a drawing."""
        return cls(drawings, build_index(drawings))

    def __len__(self) -> int:
        return len(self.drawings)

    def search(self, ink: Gray, count: int = 8, also: Sequence[Find] = ()) -> list[Find]:
        """Find the drawings that fit the ink best; see `exhibit.recall.search`."""
        return search(self.index, ink, count, also)
