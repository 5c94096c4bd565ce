"""A bundle takes up directions, stays whole, and refuses what does not fit."""

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from exhibit.contract.bundle import load_bundle
from exhibit.contract.directions import load_directions
from exhibit.contract.errors import BundleError, InputError
from models.directions.result import Discovered
from models.export.directions import add_directions
from tests.models.export.bundles import measured_direction


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "test"))


def test_add_directions_bundle_loads_with_old_and_new_ones(folder: Path):
    before = load_bundle(folder).card.files
    add_directions(folder, [measured_direction()])
    bundle = load_bundle(folder)
    found = load_directions(bundle)
    assert set(found) == {"sefa-1", "hatching"}
    assert (found["hatching"].layers, found["hatching"].safe_range) == ((2, 3), (-2.0, 3.0))
    assert found["hatching"].meta["correlations"] == {"hatching": 0.9}
    changed = {name for name, digest in bundle.card.files.items() if digest != before[name]}
    assert changed == {"directions.safetensors", "directions.json"}
    assert [path.name for path in folder.parent.iterdir()] == ["test"]


def test_add_directions_drops_what_is_named(folder: Path):
    add_directions(folder, [measured_direction()], dropped=["sefa-1"])
    assert set(load_directions(load_bundle(folder))) == {"hatching"}
    with pytest.raises(InputError, match="has no direction 'sefa-1'; it has hatching"):
        add_directions(folder, [measured_direction("other")], dropped=["sefa-1"])


@pytest.mark.parametrize(
    ("odd", "error", "message"),
    [
        (measured_direction("sefa-1"), InputError, "already has a direction 'sefa-1'"),
        (measured_direction("odd", safe_range=None), InputError, "has no safe range"),
        (
            measured_direction("odd", vector=np.eye(8, dtype=np.float32)[0]),
            BundleError,
            "another generator",
        ),
        (measured_direction("odd", layers=(8,)), BundleError, "another generator"),
        (
            measured_direction("odd", layers=(), vector=np.eye(9, dtype=np.float32)[:1, :, None]),
            BundleError,
            "added to a map of 1 channels at 1",
        ),
    ],
)
def test_add_directions_what_does_not_fit_leaves_the_bundle_alone(
    folder: Path, odd: Discovered, error: type[Exception], message: str
):
    before = (folder / "card.yaml").read_bytes()
    with pytest.raises(error, match=message):
        add_directions(folder, [measured_direction(), odd])
    assert (folder / "card.yaml").read_bytes() == before
    load_bundle(folder)
