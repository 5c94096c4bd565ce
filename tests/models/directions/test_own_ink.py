"""Appearances for what is drawn have no place of their own, and come against the encoder's map."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions import own_ink  # noqa: E402
from models.directions.drawing import draw_codes, draw_moved  # noqa: E402
from models.directions.factors import factorise  # noqa: E402
from models.directions.own_ink import ink_directions  # noqa: E402
from models.directions.panda import discover, flat_maps  # noqa: E402
from models.networks.psp.inverter import Codes  # noqa: E402
from tests.models.directions.subjects import sample_codes, small_subject  # noqa: E402

FEW = {"appearances": 3, "parts": 2, "samples": 6}


def left_half(*_: object) -> torch.Tensor:
    figures = torch.zeros(2, 16, 16)
    figures[:, :, :8] = 1
    return figures


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_ink, "figures_of", left_half)
    monkeypatch.setattr("models.directions.drawing.figures_of", left_half)


def answers() -> Codes:
    channels = small_subject().generator.synthesis.map_channels
    return Codes(sample_codes().w_plus, torch.full((2, channels, 16, 16), 3.0))


def test_ink_directions_take_the_encoders_map_away_and_have_no_place():
    subject = small_subject(count=7)
    factors = factorise(flat_maps(subject, 16, 6), 3, 2)
    found = ink_directions(subject, factors, answers(), 16, {})
    channels = subject.generator.synthesis.map_channels
    assert all(d.of_ink and d.vector.shape == (channels, 1, 1) and d.side == 16 for d in found)
    # What is in all of them turns the map of 3 everywhere round.
    away = -np.full(channels, 1 / np.sqrt(channels))
    assert all(d.vector.ravel() @ away > 0.5 for d in found)
    assert any(np.allclose(d.vector.ravel(), away, atol=1e-5) for d in found)
    scores = [d.score for d in found]
    assert scores == sorted(scores, reverse=True) and scores[-1] > 0
    assert found.directions[0].details["part"] == "ink"


def test_ink_directions_change_what_is_drawn_most():
    subject = small_subject(count=1)
    (one,) = discover(subject, part="ink", codes=answers(), **FEW)
    before = draw_codes(subject, answers()).astype(int)
    change = np.abs(draw_moved(subject, answers(), one, one.details["length"]) - before)
    assert change[:, :, :16].mean() > 2 * change[:, :, 16:].mean()


def test_ink_directions_without_an_encoders_map_are_the_appearances_themselves():
    subject = small_subject(count=6)
    found = discover(subject, part="ink", codes=sample_codes(), **FEW)
    vectors = found.vectors.reshape(6, -1)
    # Three orthonormal ones, each up and down.
    assert np.linalg.matrix_rank(vectors, tol=1e-4) == 3
    with pytest.raises(InputError, match="7 directions; expected at most 6 for the ink"):
        discover(small_subject(count=7), part="ink", codes=sample_codes(), **FEW)
