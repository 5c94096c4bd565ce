"""One reader for every layout, and one name for equal data."""

import logging
import zipfile

import cv2
import numpy as np
import pytest

from exhibit.contract.errors import InputError
from models.collection.dataset import (
    CorruptPictureError,
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
    assert dataset[2].shape == (1, 8, 8)
    assert (dataset[2] == 120).all()
    assert DrawingDataset(folder, 32, 3)[0].shape == (3, 32, 32)


def test_dataset_of_the_zip_equals_that_of_the_folder(folder, tmp_path) -> None:
    assert write_nvidia_zip(folder, tmp_path / "data.zip") == 3
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        assert archive.namelist()[0] == "00000/img00000000.png"
        assert archive.read("dataset.json") == b'{"labels": null}'
    zipped = DrawingDataset(tmp_path / "data.zip", 16, 1)
    plain = DrawingDataset(folder, 16, 1)
    assert all(np.array_equal(zipped[i], plain[i]) for i in range(3))
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
    with pytest.raises(CorruptPictureError, match=r"images/1\.png"):
        dataset[1]


def test_dataset_with_an_oblong_picture_refuses_it_by_name(folder) -> None:
    cv2.imwrite(str(folder / "images" / "1.png"), np.zeros((16, 20), np.uint8))
    with pytest.raises(InputError, match=r"images/1\.png is 20x16"):
        list(DrawingDataset(folder, 16, 1))
