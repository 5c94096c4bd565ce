"""A bundle's appearances are read with their parts, and what does not fit is refused by name."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from exhibit.contract.bundle import DIRECTIONS_META, PARTS, REQUIRED, load_bundle, sha256_of
from exhibit.contract.directions import load_directions, load_parts
from exhibit.contract.errors import BundleError
from exhibit.contract.parts import part_names
from tests.fakes.bundle import FEATURE_SHAPE, add_appearance, write_bundle, write_card


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = write_bundle(tmp_path / "tiny", "feature")
    add_appearance(path, onset=[0.5, 1.5])
    return path


def _rehash(folder: Path, **changes: object) -> None:
    files = {file: sha256_of(folder / file) for file in (*REQUIRED, PARTS)}
    write_card(folder, "tiny", "feature", **({"format": 3, "files": files} | changes))


def test_load_directions_reads_an_appearance_beside_directions_of_codes(folder: Path) -> None:
    found = load_directions(load_bundle(folder))
    shaded, other = found["shaded"], found["taller"]
    assert (shaded.part, shaded.onset, shaded.layers) == ("ink", (0.5, 1.5), ())
    assert shaded.vector.shape == (FEATURE_SHAPE[0],)
    assert (other.part, other.onset) == ("", (0.0, 0.0)) and other.layers


def test_load_parts_of_a_bundle_without_any_is_empty(tmp_path: Path) -> None:
    path = write_bundle(tmp_path / "plain")
    assert load_parts(load_bundle(path)) == {}
    assert part_names(path) == ("ink", "around", "everywhere")


def test_load_parts_reads_them_by_name(folder: Path) -> None:
    parts = load_parts(load_bundle(folder))
    assert parts["left"].shape == FEATURE_SHAPE[1:] and parts["left"].max() == 1
    assert part_names(folder) == ("ink", "around", "everywhere", "left")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"part": "hat"}, "part 'hat' is not there; expected one of ink, around, everywhere, left"),
        ({"onset": [-1, 0]}, "onset .-1.0, 0.0. must be finite"),
        ({"onset": 3}, "expected safe_range"),
    ],
)
def test_load_directions_of_an_odd_entry_is_refused(
    folder: Path, changes: dict[str, object], message: str
) -> None:
    meta = json.loads((folder / DIRECTIONS_META).read_text())
    meta["shaded"] |= changes
    (folder / DIRECTIONS_META).write_text(json.dumps(meta))
    _rehash(folder)
    with pytest.raises(BundleError, match=message):
        load_directions(load_bundle(folder))


def test_load_directions_of_the_map_in_an_older_format_is_refused(folder: Path) -> None:
    _rehash(folder, format=2)
    with pytest.raises(BundleError, match=r"'shaded' is of the feature map.*expected format 3"):
        load_directions(load_bundle(folder))


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (np.zeros((3, 3), np.float32), r"shape \(3, 3\), expected that of the map"),
        (np.full(FEATURE_SHAPE[1:], 2, np.float32), "not within 0 to 1"),
    ],
)
def test_load_parts_that_do_not_fit_are_refused(
    folder: Path, part: np.ndarray, message: str
) -> None:
    save_file({"left": part}, folder / PARTS)
    _rehash(folder)
    with pytest.raises(BundleError, match=message):
        load_parts(load_bundle(folder))
