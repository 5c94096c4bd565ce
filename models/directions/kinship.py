"""Which directions are alike: cosines as they act, and the tree that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import dendrogram, linkage
from scipy.spatial.distance import squareform

from models.directions.result import OFF_CODES, Discovered

Link = tuple[tuple[float, float], ...]

_PLACES = 10
"""What SciPy's dendrogram puts between two leaves; the first stands in the middle of its place."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A dendrogram.

    Args:
        leaves: indices of the directions, in the order in which they hang.
        links: four corners (distance, place) each, from one branch over the join to the other; leaf
            i has place i.
    """

    leaves: tuple[int, ...]
    links: tuple[Link, ...]

    @property
    def reach(self) -> float:
        """The distance at which all are one."""
        return max((distance for link in self.links for distance, _ in link), default=0.0)


def kinship(directions: Sequence[Discovered]) -> Tree:
    """Join directions, the most alike first: Ward linkage of 1 − |cosine|.

    Source: figure 6 of "Semantic and localized representation learning".
    """
    if len(directions) < 2:
        return Tree(tuple(range(len(directions))), ())
    apart = 1 - np.abs(cosines(directions))
    np.fill_diagonal(apart, 0)
    joined = linkage(squareform(np.clip(apart, 0, 1), checks=False), method="ward")
    drawn = dendrogram(joined, no_plot=True)
    links = (
        tuple(zip(distances, (place / _PLACES - 0.5 for place in places), strict=True))
        for distances, places in zip(drawn["dcoord"], drawn["icoord"], strict=True)
    )
    return Tree(tuple(drawn["leaves"]), tuple(links))


def cosines(directions: Sequence[Discovered]) -> NDArray[np.float64]:
    """Cosine between all directions as they act, (n, n).

    Those of W and W+ alike, on w_plus; 0 between those of codes, of maps and of denoisers, or of
    maps of other sides.
    """
    found = np.eye(len(directions))
    kinds = [d.vector.shape if d.space in OFF_CODES else () for d in directions]
    for kind in set(kinds):
        chosen = [index for index, other in enumerate(kinds) if other == kind]
        alike = [directions[index] for index in chosen]
        rows = np.stack([d.vector.ravel() for d in alike]) if kind else _acting(alike)
        found[np.ix_(chosen, chosen)] = rows @ rows.T
    return found


def _acting(directions: Sequence[Discovered]) -> NDArray[np.float64]:
    """Directions of codes as they act on w_plus, unit rows."""
    layers = max(max(d.layers) for d in directions) + 1
    acting = []
    for direction in directions:
        rows = np.zeros((layers, direction.vector.shape[-1]))
        chosen = list(direction.layers)
        whole = np.broadcast_to(direction.vector, (max(layers, _rows(direction)), rows.shape[1]))
        rows[chosen] = whole[chosen]
        acting.append(rows.ravel() / np.linalg.norm(rows))
    return np.stack(acting)


def _rows(direction: Discovered) -> int:
    return 1 if direction.vector.ndim == 1 else len(direction.vector)
