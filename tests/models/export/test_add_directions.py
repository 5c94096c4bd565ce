"""A bundle takes up directions, stays whole, and refuses what does not fit."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from exhibit.contract.bundle import load_bundle, load_directions
from exhibit.contract.errors import BundleError, InputError
from models.cli import main
from models.directions.result import DirectionSet, Discovered, write_directions
from models.export.bundle import Description, write_bundle
from models.export.directions import add_directions
from tests.models.hands import small_hand

ABOUT = Description(
    name="test", artist="no one", collection="none", licence="Apache-2.0", attract_frames=6
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(small_hand(), ABOUT, tmp_path_factory.mktemp("bundles") / "test")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "test"))


def direction(name: str = "hatching", **changes: object) -> Discovered:
    values = {
        "name": name,
        "vector": np.eye(16, dtype=np.float32)[3],
        "method": "regression",
        "layers": (2, 3),
        "seed": 0,
        "checkpoint": "0" * 64,
        "score": 0.9,
        "sigma": 1.5,
        "safe_range": (-2.0, 3.0),
        "correlations": {"hatching": 0.9},
    }
    return Discovered(**(values | changes))


def test_add_directions_bundle_loads_with_old_and_new_ones(folder: Path):
    before = load_bundle(folder).card.files
    add_directions(folder, [direction()])
    bundle = load_bundle(folder)
    found = load_directions(bundle)
    assert set(found) == {"sefa-1", "hatching"}
    assert (found["hatching"].layers, found["hatching"].safe_range) == ((2, 3), (-2.0, 3.0))
    assert found["hatching"].meta["correlations"] == {"hatching": 0.9}
    changed = {name for name, digest in bundle.card.files.items() if digest != before[name]}
    assert changed == {"directions.safetensors", "directions.json"}
    assert [path.name for path in folder.parent.iterdir()] == ["test"]


def test_add_directions_drops_what_is_named(folder: Path):
    add_directions(folder, [direction()], dropped=["sefa-1"])
    assert set(load_directions(load_bundle(folder))) == {"hatching"}
    with pytest.raises(InputError, match="has no direction 'sefa-1'; it has hatching"):
        add_directions(folder, [direction("other")], dropped=["sefa-1"])


@pytest.mark.parametrize(
    ("odd", "error", "message"),
    [
        (direction("sefa-1"), InputError, "already has a direction 'sefa-1'"),
        (direction("odd", safe_range=None), InputError, "has no safe range"),
        (direction("odd", vector=np.eye(8, dtype=np.float32)[0]), BundleError, "another generator"),
        (direction("odd", layers=(8,)), BundleError, "another generator"),
    ],
)
def test_add_directions_what_does_not_fit_leaves_the_bundle_alone(
    folder: Path, odd: Discovered, error: type[Exception], message: str
):
    before = (folder / "card.yaml").read_bytes()
    with pytest.raises(error, match=message):
        add_directions(folder, [direction(), odd])
    assert (folder / "card.yaml").read_bytes() == before
    load_bundle(folder)


def test_add_directions_command_adds_only_what_is_named(folder: Path, tmp_path: Path):
    write_directions(DirectionSet((direction(), direction("slant"))), tmp_path / "found")
    command = ["bundle", "add-directions", str(folder), str(tmp_path / "found")]
    ran = CliRunner().invoke(main, [*command, "--only", "slant"])
    assert ran.exit_code == 0, ran.output
    meta = json.loads((folder / "directions.json").read_text())
    assert set(meta) == {"sefa-1", "slant"}


def test_bundle_command_without_a_name_makes_one(tmp_path: Path):
    about = ["--name", "a", "--artist", "b", "--collection", "c", "--licence", "d"]
    given = ["bundle", str(tmp_path / "none.pt"), "-o", str(tmp_path / "b"), *about]
    ran = CliRunner().invoke(main, given)
    assert ran.exit_code == 2 and "no such checkpoint" in ran.output
