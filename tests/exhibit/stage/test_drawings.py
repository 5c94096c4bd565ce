import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from exhibit.contract.bundle import LATENTS, MEMORY
from exhibit.contract.errors import BundleError
from exhibit.contract.memory import PROVENANCE, Provenance, StoredMemory, write_memory
from exhibit.stage.drawings import StoredDrawings, curves, read_drawings, read_loop
from tests.fakes.closed import close_folder


def write_prepared(folder: Path, attract: np.ndarray) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "card.yaml").write_text("name: prepared\n")
    np.savez(folder / LATENTS, attract=attract)
    return folder


def write_drawings(folder: Path, drawings: Sequence[np.ndarray]) -> Path:
    """Write drawings as a memory has them, without the index that only a search needs."""
    folder.mkdir(exist_ok=True)
    (folder / "card.yaml").write_text("name: drawn\n")
    encoded = tuple(cv2.imencode(".png", drawing)[1].tobytes() for drawing in drawings)
    known = tuple(
        Provenance(item=f"{n}", source="none.png", title=f"Drawing {n}", book="A Book", year=1896)
        for n in range(len(drawings))
    )
    write_memory(StoredMemory(encoded, {}, known), folder)
    return folder


def square(side: int = 64) -> np.ndarray:
    drawing = np.full((side, side), 255, np.uint8)
    drawing[20:40, 20:22] = drawing[20:22, 20:40] = 0
    return drawing


def test_read_drawings_of_a_memory_are_the_artists(tmp_path: Path) -> None:
    other = np.rot90(square()).copy()
    drawings = read_drawings(str(write_drawings(tmp_path / "b", [square(), other])))
    assert len(drawings) == 2
    assert np.array_equal(drawings[0], square())
    assert np.array_equal(drawings[1], other)


def test_read_drawings_that_are_barred_are_left_out(tmp_path: Path) -> None:
    other = np.rot90(square()).copy()
    folder = write_drawings(tmp_path / "b", [square(), other])
    file = folder / PROVENANCE
    records = json.loads(file.read_text())
    records[0]["barred"] = True
    file.write_text(json.dumps(records))
    drawings = read_drawings(str(folder))
    assert len(drawings) == 1 and np.array_equal(drawings[0], other)
    # The loop plays where the rest of a bundle is damaged.
    file.write_text("[")
    assert len(read_drawings(str(folder))) == 2


@pytest.mark.parametrize("channels", [(), (3,)])
def test_read_drawings_without_memory_are_the_prepared_pictures(
    tmp_path: Path, channels: tuple[int, ...]
) -> None:
    prepared = np.full((2, 16, 16, *channels), 80, np.uint8)
    drawings = read_drawings(str(write_prepared(tmp_path / "walk", prepared)))
    assert len(drawings) == 2
    assert np.array_equal(drawings[1], np.full((16, 16), 80))


def test_read_drawings_damaged_archive_names_the_file(tmp_path: Path) -> None:
    folder = write_prepared(tmp_path / "walk", np.zeros((2, 8, 8), np.uint8))
    file = folder / LATENTS
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(BundleError, match=r"latents\.npz"):
        read_drawings(str(folder))


def test_read_drawings_of_a_closed_memory_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_prepared(tmp_path / "walk", np.zeros((2, 8, 8), np.uint8))
    close_folder(monkeypatch, folder / MEMORY)
    with pytest.raises(BundleError, match="not readable: Permission denied"):
        read_drawings(str(folder))


@pytest.mark.parametrize(
    "attract", [np.zeros((2, 8, 9), np.uint8), np.zeros((2, 8, 8)), np.zeros((0, 8, 8), np.uint8)]
)
def test_read_drawings_wrong_shape_is_refused(tmp_path: Path, attract: np.ndarray) -> None:
    with pytest.raises(BundleError, match="expected uint8"):
        read_drawings(str(write_prepared(tmp_path / "walk", attract)))


@pytest.mark.parametrize("data", [b"", b"no picture"])
def test_stored_drawing_that_cannot_be_read_is_blank(data: bytes) -> None:
    assert StoredDrawings([data])[0].min() == 255


def test_curves_are_all_different() -> None:
    found = curves()
    assert len({found[row].tobytes() for row in range(len(found))}) == len(found)


def test_read_loop_gives_the_pictures_of_its_file_and_refuses_others(tmp_path: Path) -> None:
    file = tmp_path / "loop.npz"
    np.savez(file, attract=square()[None])
    drawings = read_loop(file)
    assert len(drawings) == 1
    assert np.array_equal(drawings[0], square())
    np.savez(file, pictures=square()[None])
    with pytest.raises(BundleError, match=r"loop\.npz"):
        read_loop(file)
    with pytest.raises(BundleError, match=r"none\.npz"):
        read_loop(tmp_path / "none.npz")
