"""No command may leave a bundle behind that the table refuses, whichever part it changed."""

from pathlib import Path

import pytest

from exhibit.contract.bundle import load_bundle, sha256_of
from exhibit.contract.errors import BundleError
from models.export.checking import checked_bundle
from models.saved.card import write_card
from tests.exhibit.recall import shapes
from tests.fakes.bundle import add_appearance, write_bundle
from tests.fakes.memory import write_remembering_bundle


def test_checked_bundle_that_a_table_opens_is_given_back(tmp_path: Path) -> None:
    folder = write_remembering_bundle(tmp_path / "tiny", (shapes.ring(), shapes.house()))
    assert checked_bundle(folder).card == load_bundle(folder).card


def test_checked_bundle_too_old_for_its_directions_is_refused(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "tiny", inversion="feature")
    add_appearance(folder)
    card = load_bundle(folder).card
    write_card(card.model_copy(update={"format": 2}), folder)
    with pytest.raises(BundleError, match="expected format 3"):
        checked_bundle(folder)


def test_checked_bundle_with_an_unreadable_memory_is_refused(tmp_path: Path) -> None:
    folder = write_remembering_bundle(tmp_path / "tiny", (shapes.ring(), shapes.house()))
    card = load_bundle(folder).card
    index = folder / "memory" / "index.npz"
    index.write_bytes(b"none")
    files = card.files | {"memory/index.npz": sha256_of(index)}
    write_card(card.model_copy(update={"files": files}), folder)
    with pytest.raises(BundleError, match=r"index\.npz"):
        checked_bundle(folder)
