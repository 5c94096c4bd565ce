"""One reader for every layout, and one name for equal data."""

import logging
import zipfile

import cv2
import numpy as np
import pytest

from exhibit.contract.errors import InputError
from models.collection.dataset import (
    DrawingDataset,
    data_sha256,
    write_nvidia_zip,
)


@pytest.fixture
def folder(tmp_path):
    images = tmp_path / "data" / "images"
    images.mkdir(parents=True)
    for number in range(3):
        cv2.imwrite(str(images / f"{number}.png"), np.full((16, 16), 60 * number, np.uint8))
    pages = tmp_path / "data" / "pages"
    pages.mkdir()
    cv2.imwrite(str(pages / "page.png"), np.zeros((30, 20), np.uint8))
    return tmp_path / "data"


def test_dataset_of_a_prepared_folder_reads_its_images_alone(folder) -> None:
    dataset = DrawingDataset(folder, 8, 1)
    assert dataset.names == ("images/0.png", "images/1.png", "images/2.png")
    pictures = [picture for _, picture in dataset]
    assert pictures[2].shape == (1, 8, 8)
    assert (pictures[2] == 120).all()
    assert [picture.shape for _, picture in DrawingDataset(folder, 32, 3)] == [(3, 32, 32)] * 3


def test_dataset_of_the_zip_equals_that_of_the_folder(folder, tmp_path) -> None:
    assert write_nvidia_zip(folder, tmp_path / "data.zip") == 3
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        assert archive.namelist()[0] == "00000/img00000000.png"
        assert archive.read("dataset.json") == b'{"labels": null}'
    zipped = [picture for _, picture in DrawingDataset(tmp_path / "data.zip", 16, 1)]
    plain = [picture for _, picture in DrawingDataset(folder, 16, 1)]
    assert np.array_equal(zipped, plain) and len(plain) == 3
    assert data_sha256(tmp_path / "data.zip") == data_sha256(folder)


def test_dataset_of_a_zipped_prepared_folder_reads_its_images_alone(folder, tmp_path) -> None:
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        for file in folder.rglob("*.png"):
            archive.write(file, file.relative_to(folder))
    dataset = DrawingDataset(tmp_path / "whole.zip", 16, 1)
    assert dataset.names == ("images/0.png", "images/1.png", "images/2.png")


def test_dataset_of_an_unpacked_nvidia_zip_is_read_too(folder, tmp_path) -> None:
    write_nvidia_zip(folder, tmp_path / "data.zip")
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    assert len(DrawingDataset(tmp_path / "unpacked", 16, 1)) == 3


def test_data_sha256_changes_with_a_picture(folder) -> None:
    before = data_sha256(folder)
    cv2.imwrite(str(folder / "images" / "1.png"), np.full((16, 16), 61, np.uint8))
    assert data_sha256(folder) != before


def test_dataset_with_a_corrupt_picture_names_it_and_goes_on(folder, caplog) -> None:
    (folder / "images" / "1.png").write_bytes(b"\x89PNG torn")
    dataset = DrawingDataset(folder, 16, 1)
    with caplog.at_level(logging.WARNING):
        assert [name for name, _ in dataset] == ["images/0.png", "images/2.png"]
    assert "images/1.png" in caplog.text


def test_dataset_with_an_oblong_picture_refuses_it_by_name(folder) -> None:
    cv2.imwrite(str(folder / "images" / "1.png"), np.zeros((16, 20), np.uint8))
    with pytest.raises(InputError, match=r"images/1\.png is 20x16"):
        list(DrawingDataset(folder, 16, 1))


@pytest.mark.parametrize("channels", [1, 3])
def test_dataset_with_transparent_parts_has_paper_there(tmp_path, channels: int) -> None:
    alpha = np.zeros((16, 16), np.uint8)
    alpha[4:6] = 255
    cv2.imwrite(str(tmp_path / "ink.png"), np.dstack([np.zeros((16, 16, 3), np.uint8), alpha]))
    ((_, picture),) = DrawingDataset(tmp_path, 16, channels)
    assert (picture == 255 - alpha).all()


def test_dataset_of_a_scanner_of_twelve_bits_is_not_black(tmp_path) -> None:
    deep = np.full((16, 16), 4095, np.uint16)
    deep[4:6] = 0
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    ((_, picture),) = DrawingDataset(tmp_path, 16, 1)
    assert picture[0, 0, 0] == 255 and picture[0, 4, 0] == 0


def test_dataset_reads_pictures_by_what_they_are_and_not_by_their_names(folder) -> None:
    (folder / "images" / "0.png").rename(folder / "images" / "0")
    (folder / "images" / "notes.docx").write_bytes(b"PK")
    assert [name for name, _ in DrawingDataset(folder, 16, 1)] == [
        "images/0",
        "images/1.png",
        "images/2.png",
    ]
