"""A concept map shows where a picture holds an appearance, whatever part it is given to."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.concepts import concept_maps, concept_overlay  # noqa: E402
from models.directions.feature_maps import maps_at  # noqa: E402
from tests.models.directions.subjects import axis, direction, sample_codes, small_subject  # noqa: E402


def appearance(channel: int = 1) -> np.ndarray:
    channels = small_subject().generator.synthesis.map_channels
    vector = np.zeros((channels, 16, 16))
    vector[channel, 3:5, 3] = 1
    return vector


def test_concept_maps_are_the_channels_above_their_median():
    subject, codes = small_subject(), sample_codes()
    found = concept_maps(subject, codes, direction("a", appearance(), layers=()))
    channel = maps_at(subject, codes, 16)[:, 1]
    above = np.maximum(channel - np.median(channel), 0)
    np.testing.assert_allclose(found, above / above.max(), atol=1e-5)


def test_concept_overlay_is_redder_where_the_appearance_lies(monkeypatch: pytest.MonkeyPatch):
    paper = np.full((2, 32, 32), 255, np.uint8)
    monkeypatch.setattr("models.directions.concepts.draw_codes", lambda *_: paper)
    subject, codes = small_subject(), sample_codes()
    one = direction("a", appearance(), layers=())
    picture = concept_overlay(subject, codes, one).astype(int)
    assert picture.shape == (112, 2 * 112 + 4, 3)
    redness = (picture[..., 0] - picture[..., 1])[:, :112]
    where = np.kron(concept_maps(subject, codes, one)[0], np.ones((7, 7)))
    assert redness[where >= np.quantile(where, 0.95)].mean() > redness[where == 0].mean() + 5


def test_concept_maps_of_a_direction_of_codes_are_refused():
    with pytest.raises(InputError, match="'a' moves codes"):
        concept_maps(small_subject(), sample_codes(), direction("a", axis(0)))
