"""A bundle gets the graphs of its own networks, and keeps what it has when offered others."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from exhibit.contract.bundle import ENCODER, GENERATOR, load_bundle
from exhibit.contract.errors import BundleError
from models.export.renewing import renew_graphs
from tests.models.hands import small_hand


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "test"))


def test_renew_graphs_of_its_networks_changes_nothing_else(folder: Path) -> None:
    before = load_bundle(folder).card
    renew_graphs(folder, small_hand())
    card = load_bundle(folder).card
    kept = {name: digest for name, digest in card.files.items() if name not in (ENCODER, GENERATOR)}
    assert kept.items() <= before.files.items()
    assert card.model_copy(update={"files": before.files}) == before
    assert [path.name for path in folder.parent.iterdir()] == ["test"]


def test_renew_graphs_of_other_networks_leaves_the_bundle_alone(folder: Path) -> None:
    before = {name: (folder / name).read_bytes() for name in (ENCODER, GENERATOR, "card.yaml")}
    other = small_hand()
    other.generator.synthesis.block(32).torgb.bias.add_(1.0)
    with pytest.raises(BundleError, match="golden pair"):
        renew_graphs(folder, other)
    assert before == {name: (folder / name).read_bytes() for name in before}
