"""A graphics card where there is none, in the place of ONNX Runtime's own: it can be lost, or slow.

Graphs run on the processor, and say that they run on CUDA. It has never been a real card.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import onnxruntime as ort

from exhibit.inference import providers, session
from exhibit.inference.binding import CardBinding

_CUDA, _CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
_FOR_EVER_S = 3600.0
_of_ort: Any = ort.InferenceSession


class MadeUpSession(_of_ort):  # type: ignore[misc]
    """A session of ONNX Runtime that fails or takes its time as ordered.

    Args:
        path, options, more: as of `onnxruntime.InferenceSession`.
        providers: a chain; where it begins with CUDA, the made-up card is meant.
    """

    order: Path

    def __init__(
        self, path: Any, options: Any, providers: list[tuple[str, dict[str, Any]]], **more: Any
    ) -> None:
        self._on_card = providers[0][0] == _CUDA
        self._obey()
        super().__init__(path, options, providers=[(_CPU, {})], **more)

    def get_providers(self) -> list[str]:
        """Return where it says that it runs."""
        return [_CUDA, _CPU] if self._on_card else [_CPU]

    def run_with_iobinding(self, *given: Any) -> None:
        """Run the graph."""
        self._obey()
        super().run_with_iobinding(*given)

    def _obey(self) -> None:
        what, _, seconds = self.order.read_text(encoding="ascii").partition(" ")
        if what == "lost" and self._on_card:
            raise RuntimeError(
                "CUDA failure 999: unknown error ; GPU=0 ; the card fell off the bus"
            )
        if what == "hangs" and self._on_card:
            time.sleep(_FOR_EVER_S)
        if what == "slow":
            time.sleep(float(seconds))


def put_in_place(order: Path) -> None:
    """Let this machine have a card; `order` holds what is wrong with it."""
    MadeUpSession.order = order
    ort.InferenceSession = MadeUpSession
    # Its arrays lie in the processor's memory.
    session.CardBinding = partial(CardBinding, device="cpu")  # type: ignore[attr-defined,assignment]
    ort.get_available_providers = lambda: [_CUDA, _CPU]
    providers._LIBRARIES["cuda"] = ()
