"""How a graph is opened: with how many threads, and on a card as a CUDA graph where that can be."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from exhibit.contract.bundle import ENCODER, load_bundle
from exhibit.inference import session as module
from exhibit.inference.binding import CardBinding
from exhibit.inference.session import Session, cores, session_options

_OF_ORT: Any = ort.InferenceSession


class CardSession(_OF_ORT):  # type: ignore[misc]
    """A session on the processor that says it runs on CUDA, and counts its runs."""

    can_capture = True
    asked: list[bool]
    runs = 0

    def __init__(self, path: Any, options: Any, providers: list[Any], **more: Any) -> None:
        self._names = [name for name, _ in providers]
        captured = bool(providers[0][1].get("enable_cuda_graph"))
        type(self).asked.append(captured)
        if captured and not self.can_capture:
            raise RuntimeError("This session cannot use the graph capture feature\nat line 1")
        super().__init__(path, options, providers=[("CPUExecutionProvider", {})], **more)

    def get_providers(self) -> list[str]:
        """Return what was asked for."""
        return self._names

    def run_with_iobinding(self, *given: Any) -> None:
        """Run and count."""
        type(self).runs += 1
        super().run_with_iobinding(*given)


@pytest.fixture
def encoder(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A graph, its shapes, and a machine that seems to have a card."""
    path = load_bundle(tiny).file(ENCODER)
    plain = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    CardSession.asked, CardSession.runs = [], 0
    monkeypatch.setattr(module.ort, "InferenceSession", CardSession)
    monkeypatch.setattr(module, "CardBinding", partial(CardBinding, device="cpu"))
    return {
        "path": path,
        "inputs": {node.name: tuple(node.shape) for node in plain.get_inputs()},
        "outputs": {node.name: tuple(node.shape) for node in plain.get_outputs()},
    }


def _answer(session: Session) -> dict[str, Any]:
    given = {name: np.full(shape, 0.5, np.float32) for name, shape in session.inputs.items()}
    outputs = session.new_outputs()
    session.run(given, outputs)
    return outputs


def test_session_on_a_card_is_captured_before_the_first_visitor_comes(
    encoder: dict[str, Any],
) -> None:
    session = Session(**encoder, providers=("cuda", "cpu"), threads=1)
    assert (session.provider, CardSession.asked, CardSession.runs) == ("cuda", [True], 4)
    _answer(session)
    assert CardSession.runs == 5


def test_session_on_a_card_that_cannot_capture_runs_there_all_the_same(
    encoder: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(CardSession, "can_capture", False)
    with caplog.at_level("INFO"):
        session = Session(**encoder, providers=("cuda", "cpu"), threads=1)
    assert (session.provider, CardSession.asked, CardSession.runs) == ("cuda", [True, False], 1)
    assert caplog.messages == [
        "encoder.onnx: cuda without a CUDA graph: This session cannot use the graph capture feature"
    ]
    on_processor = _answer(Session(**encoder, providers=("cpu",), threads=1))
    for name, array in _answer(session).items():
        assert np.array_equal(array, on_processor[name])


def test_session_on_the_processor_captures_nothing(encoder: dict[str, Any]) -> None:
    session = Session(**encoder, providers=("cpu",), threads=1)
    assert (session.provider, CardSession.asked, CardSession.runs) == ("cpu", [False], 1)


@pytest.mark.parametrize(("allowed", "threads"), [({3}, 1), ({0, 1}, 2), (set(range(8)), 4)])
def test_session_has_no_more_threads_than_it_may_use_cores(
    monkeypatch: pytest.MonkeyPatch, allowed: set[int], threads: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: allowed, raising=False)
    assert session_options(4).intra_op_num_threads == threads


def test_cores_where_the_system_tells_no_allowed_ones_are_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cores() == 6
