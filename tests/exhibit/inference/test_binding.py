"""Arrays that stay where they are, as a captured CUDA graph needs, give what the caller's give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from exhibit.contract.bundle import ENCODER, load_bundle
from exhibit.inference.binding import CardBinding, HostBinding
from exhibit.inference.session import Session


@pytest.fixture
def encoder(tiny: Path) -> tuple[Session, ort.InferenceSession]:
    """A graph with its shapes, and ONNX Runtime's session of it."""
    path = load_bundle(tiny).file(ENCODER)
    plain = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    gets = {node.name: tuple(node.shape) for node in plain.get_inputs()}
    gives = {node.name: tuple(node.shape) for node in plain.get_outputs()}
    return Session(path, gets, gives, ("cpu",), 1), plain


def test_card_binding_answers_every_input_as_the_host_binding_does(
    encoder: tuple[Session, ort.InferenceSession],
) -> None:
    graph, session = encoder
    # Of a card the arrays would lie on the card; what is copied and when is the same.
    card = CardBinding(session, graph.inputs, graph.outputs, device="cpu")
    host, rng = HostBinding(session), np.random.default_rng(0)
    for _ in range(3):
        given = {
            name: rng.uniform(-1, 1, shape).astype(np.float32)
            for name, shape in graph.inputs.items()
        }
        kept = {name: array.copy() for name, array in given.items()}
        found, expected = graph.new_outputs(), graph.new_outputs()
        card.run(given, found)
        host.run(given, expected)
        for name in expected:
            assert np.array_equal(found[name], expected[name]), name
        for name in given:
            assert np.array_equal(given[name], kept[name]), name


def test_card_binding_gives_arrays_that_the_next_run_does_not_change(
    encoder: tuple[Session, ort.InferenceSession],
) -> None:
    graph, session = encoder
    card = CardBinding(session, graph.inputs, graph.outputs, device="cpu")
    first, second = graph.new_outputs(), graph.new_outputs()
    card.run({name: np.zeros(s, np.float32) for name, s in graph.inputs.items()}, first)
    before = {name: array.copy() for name, array in first.items()}
    card.run({name: np.ones(s, np.float32) for name, s in graph.inputs.items()}, second)
    assert all(np.array_equal(first[name], before[name]) for name in first)
    assert any(not np.array_equal(first[name], second[name]) for name in first)
