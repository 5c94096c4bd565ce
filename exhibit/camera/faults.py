"""What can be wrong with a camera, as values that the engine reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exhibit.contract.errors import CameraError

FaultKind = Literal["missing", "stalled", "corrupt", "frozen", "black", "glaring"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the camera.

    Args:
        kind: missing (cannot be opened), stalled (no frame in time), corrupt (none that can be
            decoded), frozen (identical frames), black, or glaring (over-exposed).
        detail: one line for the operator: which camera, and what was expected.
        since: monotonic seconds when it was found.
    """

    kind: FaultKind
    detail: str
    since: float

    def __str__(self) -> str:
        return self.detail


class CameraFaultError(CameraError):
    """A camera gave no usable frame; `kind` says why."""

    def __init__(self, kind: FaultKind, detail: str) -> None:
        super().__init__(detail)
        self.kind: FaultKind = kind


def fault_of(error: CameraError, now: float) -> Fault:
    """Return an error of a camera as a value."""
    kind: FaultKind = error.kind if isinstance(error, CameraFaultError) else "missing"
    return Fault(kind, str(error), now)
