"""Tensor directions must be what an expression adds, with nothing of who somebody is."""

import numpy as np
import pytest

pytest.importorskip("torch")

from exhibit.contract.errors import InputError
from models.directions.factorial import Cells, Factorial
from models.directions.tensor import (
    EXPRESSION,
    INTENSITY,
    TURN,
    discover,
    moves,
    transferred,
)
from models.directions.tensor_fit import fit_summed
from models.directions.tensor_model import hosvd
from tests.models.directions.subjects import small_subject

YAWS = np.array([-36.0, -12.0, 12.0])
STRENGTHS = np.array([1 / 3, 2 / 3, 1.0])


def additive(w_dim: int, rows: int = 1, people: int = 6) -> tuple[Factorial, np.ndarray]:
    """Codes that are somebody's plus strength · expression plus yaw, and those four vectors."""
    chance = np.random.default_rng(0)
    who = 3 * chance.normal(size=(people, 1, 1, 1, rows, w_dim))
    true = chance.normal(size=(3, rows, w_dim))
    faces = true[None, :2, None, None] * STRENGTHS[None, None, :, None, None, None]
    turn = true[2] * (YAWS / np.ptp(YAWS))[:, None, None]
    codes = who + faces + turn
    levels = {
        "who": tuple(map(str, range(people))),
        "expression": ("happy", "sad"),
        "intensity": tuple(map(str, STRENGTHS)),
        "yaw_deg": tuple(map(str, YAWS)),
    }
    files = np.arange(codes[..., 0, 0].size).astype(str).reshape(codes.shape[:4])
    return Factorial(Cells(levels, files), codes), true


def test_moves_find_what_was_added():
    heads, true = additive(40)
    found = moves(hosvd(heads.codes[..., 0, :]), YAWS)
    expected = (true[0, 0] - true[1, 0]) / 2
    assert found[0] @ expected / np.linalg.norm(found[0]) / np.linalg.norm(expected) > 0.99
    np.testing.assert_allclose(found[1], -found[0], atol=1e-9)
    np.testing.assert_allclose(found[2], true[2, 0], rtol=0.1, atol=0.1)


def test_moves_by_slope_keep_what_the_expressions_share_and_truncated_ones_lose_it():
    heads, true = additive(40)
    model = hosvd(heads.codes[..., 0, :])
    truncated, steep = moves(model, YAWS), moves(model, YAWS, STRENGTHS)
    for expected, by_slope, by_truncation in zip(true[:2, 0], steep, truncated, strict=False):
        np.testing.assert_allclose(by_slope, expected, atol=1e-9)
        assert np.linalg.norm(by_truncation - expected) > 0.3 * np.linalg.norm(expected)
    np.testing.assert_allclose(steep[-1], truncated[-1])


def test_discover_in_w_names_its_directions_and_puts_the_longest_first():
    heads, _ = additive(16)
    found = discover(small_subject(count=3), heads)
    assert set(found.names) == {"happy", "sad", "yaw"}
    assert [d.score for d in found] == sorted((d.score for d in found), reverse=True)
    assert found.directions[0].space == "w"


def test_discover_stacked_moves_every_layer_by_its_own_model():
    subject = small_subject(space="w_plus", count=3)
    heads, true = additive(16, rows=subject.num_ws)
    yaw = discover(subject, heads).find("yaw").vector
    expected = true[2] / np.linalg.norm(true[2])
    assert yaw.shape == (subject.num_ws, 16)
    assert float((yaw * expected).sum()) > 0.9


def test_discover_stacked_of_codes_in_w_is_the_same_in_every_layer():
    subject = small_subject(space="w_plus", count=1)
    heads, _ = additive(16)
    vector = discover(subject, heads).directions[0].vector
    np.testing.assert_allclose(vector, np.broadcast_to(vector[0], vector.shape), atol=1e-6)


def test_discover_in_w_of_codes_of_every_layer_is_refused():
    subject = small_subject()
    heads, _ = additive(16, rows=subject.num_ws)
    with pytest.raises(InputError, match="expected --space w_plus"):
        discover(subject, heads)


def test_transferred_gives_a_known_head_its_own_other_expression_exactly():
    heads, _ = additive(40)
    model = hosvd(heads.codes[..., 0, :])
    code = heads.codes[2, 0, 0, 1, 0]
    fit = fit_summed(model, code, 1e-9)
    there = {EXPRESSION: 1, INTENSITY: 2, TURN: 2}
    moved = transferred(model, fit, code, there)
    np.testing.assert_allclose(moved, heads.codes[2, 1, 2, 2, 0], atol=0.05)


def test_transferred_keeps_what_the_model_cannot_say():
    heads, _ = additive(400, people=3)
    model = hosvd(heads.codes[..., 0, :])
    odd = np.random.default_rng(1).normal(size=400)
    odd -= model.basis @ (model.basis.T @ odd)
    code = heads.codes[0, 0, 0, 0, 0]
    fit = fit_summed(model, code + odd, 1e-9)
    moved = transferred(model, fit, code + odd, {TURN: 2})
    away = moved - heads.codes[0, 0, 0, 2, 0]
    np.testing.assert_allclose(away, odd, atol=0.1)
