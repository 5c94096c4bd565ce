"""What every method of discovery gives: named unit vectors with all that is known of them.

On disk a set is a folder with `directions.safetensors`: one float32 vector a name, and in the
file's header what is known of each name, so that no power cut can part the two. A bundle's
directions have the same tensors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from exhibit.contract.directions import passed_over
from exhibit.contract.errors import InputError
from exhibit.contract.files import write_whole
from exhibit.contract.values import Floats

Space = Literal["w", "w_plus", "map", "h"]
SPACES: tuple[Space, ...] = ("w", "w_plus")
"""Of codes; a direction in `map` is added to a feature map instead, one in `h` to the bottleneck of
a denoiser at each of its steps."""
FILE_NAME = "directions.safetensors"
_HEADER = "directions"
UNIT_TOLERANCE = 1e-3
OFF_CODES: tuple[Space, ...] = ("map", "h")
"""Spaces beside that of codes."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Discovered:
    """One direction: adding strength·vector to the codes of `layers` changes one thing.

    Args:
        name: unique in its set; `sefa-1` until somebody names what it changes.
        vector: (w_dim,) or (num_ws, w_dim) float32 of unit length, read-only; rows outside
            `layers` are zero in the second case. Or (C, side, side), added to the feature map; or
            (C, 1, 1), added to a map of `details["side"]` where the drawing itself lies. Or
            (steps, C, side, side), added to the bottleneck of a denoiser at each step.
        method: as in the registry.
        layers: rows of w_plus that it moves; none of a direction of the feature map or of h.
        seed: of all samples that were drawn.
        checkpoint: SHA-256 of the file it was found in.
        score: eigenvalue or other value that the method ranks by, larger first.
        sigma: standard deviation of the projection of w on the vector, over samples.
        correlations: of that projection with every measured semantic, −1 to 1.
        safe_range: strengths between which pictures stay drawings; None where not measured.
        details: the method's own settings, plain values.
    """

    name: str
    vector: Floats
    method: str
    layers: tuple[int, ...]
    seed: int
    checkpoint: str
    score: float
    sigma: float
    correlations: dict[str, float] = field(default_factory=dict)
    safe_range: tuple[float, float] | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        length = float(np.linalg.norm(self.vector))
        if abs(length - 1) > UNIT_TOLERANCE or self.vector.dtype != np.float32:
            raise InputError(
                f"direction '{self.name}': {self.vector.dtype} of length {length:.4g}, "
                "expected float32 of length 1"
            )
        self.vector.setflags(write=False)

    @property
    def space(self) -> Space:
        """Return `w` for one vector that all layers share, `w_plus` for one a layer; `map`, `h`."""
        spaces: dict[int, Space] = {1: "w", 2: "w_plus", 3: "map", 4: "h"}
        return spaces[self.vector.ndim]

    @property
    def side(self) -> int:
        """Return the side of the feature map that it is added to."""
        return int(self.details.get("side") or self.vector.shape[-1])

    @property
    def of_ink(self) -> bool:
        """Whether it is added where the drawing itself lies."""
        return self.vector.ndim == 3 and self.vector.shape[1] == 1

    def amount(self, strength: float) -> float:
        """Return how much of the vector a strength adds: it counts from `details["onset"]`."""
        low, high = self.safe_range or (0.0, 0.0)
        onset = np.array([self.details.get("onset", (0.0, 0.0))], np.float64)
        return float(passed_over(np.array([strength]), onset, np.array([high - low]))[0])

    def metadata(self) -> dict[str, Any]:
        """Return all but name and vector as plain values."""
        return {
            "method": self.method,
            "space": self.space,
            "layers": list(self.layers),
            "seed": self.seed,
            "checkpoint": self.checkpoint,
            "score": float(self.score),
            "sigma": float(self.sigma),
            "correlations": {name: float(value) for name, value in self.correlations.items()},
            "safe_range": None if self.safe_range is None else [float(v) for v in self.safe_range],
            "details": self.details,
        }

    @classmethod
    def from_metadata(cls, name: str, vector: Floats, data: dict[str, Any]) -> Self:
        """Make the direction that `metadata` described."""
        values = {key: value for key, value in data.items() if key != "space"}
        values["layers"] = tuple(values["layers"])
        if values.get("safe_range") is not None:
            low, high = values["safe_range"]
            values["safe_range"] = (low, high)
        return cls(name=name, vector=vector, **values)


@dataclass(frozen=True, slots=True, eq=False)
class DirectionSet:
    """Directions in the order of their scores; names are unique."""

    directions: tuple[Discovered, ...]

    def __post_init__(self) -> None:
        names = self.names
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"two directions are named '{twice}'; expected different names")

    def __iter__(self) -> Iterator[Discovered]:
        return iter(self.directions)

    def __len__(self) -> int:
        return len(self.directions)

    @property
    def names(self) -> tuple[str, ...]:
        """Return all names in order."""
        return tuple(direction.name for direction in self.directions)

    @property
    def vectors(self) -> Floats:
        """Stack the vectors: (count, w_dim), or (count, num_ws, w_dim) in W+.

        Raises:
            ValueError: the set mixes directions of W and W+.
        """
        return np.stack([direction.vector for direction in self.directions])

    def find(self, name: str) -> Discovered:
        """Return one direction by name; raises InputError naming the known."""
        for direction in self.directions:
            if direction.name == name:
                return direction
        raise InputError(f"no direction '{name}'; expected one of {', '.join(self.names)}")

    def with_changes(self, name: str, /, **changes: Any) -> DirectionSet:
        """Replace fields of one direction, as `dataclasses.replace` does."""
        changed = replace(self.find(name), **changes)
        return DirectionSet(tuple(changed if d.name == name else d for d in self.directions))


def write_directions(directions: DirectionSet, folder: Path) -> None:
    """Write a set; an older one in the folder is replaced.

    Args:
        directions: what to write.
        folder: is made where it is missing.
    """
    tensors = {d.name: np.ascontiguousarray(d.vector) for d in directions}
    listed = json.dumps({d.name: d.metadata() for d in directions}, ensure_ascii=False)
    write_whole(folder / FILE_NAME, save(tensors, {_HEADER: listed}))


def read_directions(folder: Path) -> DirectionSet:
    """Read a set.

    Raises:
        InputError: the file is missing or malformed, or its header names other directions.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise InputError(f"{path}: missing; expected a folder written by models directions")
    try:
        with safe_open(path, "numpy") as file:
            vectors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            listed = dict(json.loads((file.metadata() or {})[_HEADER]))
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: directions are not readable: {error}") from None
    if set(vectors) != set(listed):
        odd = sorted(set(vectors) ^ set(listed))[0]
        raise InputError(f"{path}: '{odd}' is only among the vectors or only in the header")
    try:
        found = [Discovered.from_metadata(name, vectors[name], listed[name]) for name in listed]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: {error}") from None
    return DirectionSet(tuple(found))
