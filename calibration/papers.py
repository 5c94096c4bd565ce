"""The papers that visitors draw on and sheets are printed on, landscape."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of a size, as it lies before the visitor."""

    name: str
    width_mm: float
    height_mm: float

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height."""
        return self.width_mm, self.height_mm


PAPERS = {
    paper.name: paper
    for paper in (
        Paper("a4", 297.0, 210.0),
        Paper("a3", 420.0, 297.0),
        Paper("letter", 279.4, 215.9),
        Paper("tabloid", 431.8, 279.4),
    )
}
