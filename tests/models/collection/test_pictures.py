"""Both layouts are read alike, and corrupt pictures are named."""

import logging
import zipfile

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.collection.pictures import load_pictures  # noqa: E402
from tests.models.training.gan.gan_fixtures import write_dataset  # noqa: E402


def test_load_pictures_of_folder_and_zip_are_equal(tmp_path) -> None:
    folder = write_dataset(tmp_path / "data", 3)
    archive = tmp_path / "data.zip"
    with zipfile.ZipFile(archive, "w") as written:
        for path in sorted((folder / "images").iterdir()):
            written.write(path, f"00000/{path.name}")
        written.writestr("dataset.json", "{}")
    from_folder, from_zip = load_pictures(folder, 32, 1), load_pictures(archive, 32, 1)
    assert from_folder.pictures.shape == (3, 1, 32, 32)
    assert torch.equal(from_folder.pictures, from_zip.pictures)
    assert load_pictures(folder, 64, 3).pictures.shape == (3, 3, 64, 64)


def test_load_pictures_with_a_corrupt_file_names_and_skips_it(tmp_path, caplog) -> None:
    folder = write_dataset(tmp_path / "data", 3)
    (folder / "images" / "01.png").write_bytes(b"\x89PNG not really")
    with caplog.at_level(logging.WARNING):
        found = load_pictures(folder, 32, 1)
    assert found.names == ("images/00.png", "images/02.png")
    assert found.skipped == ("images/01.png",)
    assert "images/01.png" in caplog.text


def test_load_pictures_that_cannot_be_used_says_which_and_why(tmp_path) -> None:
    with pytest.raises(InputError, match="no such folder or zip; expected a data set"):
        load_pictures(tmp_path / "absent", 32, 1)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no picture in it"):
        load_pictures(tmp_path / "empty", 32, 1)
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    with pytest.raises(InputError, match="not a readable zip"):
        load_pictures(tmp_path / "broken.zip", 32, 1)
    folder = write_dataset(tmp_path / "oblong", 1)
    cv2.imwrite(str(folder / "images" / "wide.png"), np.zeros((16, 32), np.uint8))
    with pytest.raises(InputError, match=r"wide\.png.*32x16"):
        load_pictures(folder, 32, 1)
