"""A direction of the map goes into a bundle as appearance and part, and adds what it added."""

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from exhibit.contract.bundle import load_bundle
from exhibit.contract.directions import load_directions, load_parts
from exhibit.contract.errors import BundleError, InputError
from models.directions.result import Discovered
from models.export.appearances import given
from models.export.directions import add_directions
from tests.models.export.bundles import measured_direction

SIDE, CHANNELS = 16, 16


def on_the_map(name: str = "hatched", places: slice = slice(2, 6), **changes: object) -> Discovered:
    mixture, where = np.zeros(CHANNELS), np.zeros((SIDE, SIDE))
    mixture[3], mixture[5] = 0.6, -0.8
    where[places, 4], where[places, 5] = 1.0, 0.5
    vector = mixture[:, None, None] * where
    values = {
        "vector": (vector / np.linalg.norm(vector)).astype(np.float32),
        "method": "panda",
        "layers": (),
        "correlations": {},
        "details": {"part": 3, "side": SIDE, "onset": [1.0, 4.0]},
    }
    return measured_direction(name, **(values | changes))


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "test"))


def test_given_adds_at_a_strength_what_the_direction_added(made: Path):
    direction = on_the_map()
    found = given(direction, load_bundle(made).card)
    assert found.part == "part-3" and found.places is not None and found.places.max() == 1
    scale = found.entry["safe_range"][1] / 3.0
    added = scale * 1.7 * np.einsum("c,hw->chw", found.mixture, found.places)
    np.testing.assert_allclose(added, 1.7 * direction.vector, atol=1e-5)
    np.testing.assert_allclose(found.entry["onset"], [scale, 4 * scale])
    assert found.entry["sigma"] == pytest.approx(1.5 * scale)


def test_add_directions_of_the_map_makes_a_bundle_of_format_3(folder: Path, tmp_path: Path):
    ink = on_the_map(
        "of ink",
        vector=np.eye(CHANNELS, dtype=np.float32)[2].reshape(-1, 1, 1),
        details={"part": "ink", "side": SIDE, "onset": [0.0, 5.0]},
    )
    (tmp_path / "found").mkdir()
    (tmp_path / "found" / "concept_hatched.png").write_bytes(b"png")
    add_directions(folder, [on_the_map(), ink], pictures=tmp_path / "found")
    bundle = load_bundle(folder)
    found = load_directions(bundle)
    assert bundle.card.format == 3
    assert (found["hatched"].part, found["of ink"].part) == ("part-3", "ink")
    assert found["of ink"].onset == (0.0, 5.0) and found["of ink"].safe_range == (-2.0, 3.0)
    assert list(load_parts(bundle)) == ["part-3"]
    assert "concept_hatched.png" in bundle.card.files
    add_directions(folder, [measured_direction()], dropped=["hatched"])
    left = load_bundle(folder)
    assert not (folder / "concept_hatched.png").exists() and "of ink" in load_directions(left)


def test_add_directions_of_another_part_of_the_same_name_is_refused(folder: Path):
    with pytest.raises(InputError, match="has another part 'part-3'"):
        add_directions(folder, [on_the_map(), on_the_map("other", places=slice(8, 9))])


def test_given_more_than_one_appearance_is_refused(made: Path):
    two = np.zeros((CHANNELS, SIDE, SIDE), np.float32)
    two[0, 0, 0] = two[1, 1, 1] = np.sqrt(0.5)
    with pytest.raises(InputError, match="more than one appearance of one part"):
        given(on_the_map(vector=two), load_bundle(made).card)


def test_given_to_a_map_of_another_side_or_none_is_refused(made: Path):
    card = load_bundle(made).card
    other = np.zeros((CHANNELS, 32, 32), np.float32)
    other[0, 0, 0] = 1
    with pytest.raises(BundleError, match="16 channels at 32²; bundle 'test' has 16 at 16²"):
        given(on_the_map(vector=other, details={}), card)
    without = card.model_copy(update={"feature_shape": None})
    with pytest.raises(InputError, match="the encoder of bundle 'test' gives none"):
        given(on_the_map(), without)
