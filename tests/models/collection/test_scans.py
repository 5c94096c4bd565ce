"""A box of scans holds every kind of file, and some that are broken."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from exhibit.contract.errors import InputError
from models.collection.scans import PAGE_LIMIT_PX, Scan, open_collection, read_pages
from tests.models.collection.drawings import face_and_house


def pages_of(folder) -> list[Scan]:
    with open_collection(folder) as found:
        return [page for file in found.scans for page in read_pages(file)]


def only_page(folder) -> np.ndarray:
    (page,) = pages_of(folder)
    assert page.fault == ""
    assert page.rgb.dtype == np.uint8
    return page.rgb


def looks_like(rgb: np.ndarray, grey: np.ndarray) -> bool:
    return rgb.shape[:2] == grey.shape and np.abs(rgb.mean(2) - grey).mean() < 6


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "gif", "webp", "bmp"])
def test_read_pages_reads_every_usual_kind(tmp_path, suffix) -> None:
    drawing = face_and_house()
    Image.fromarray(drawing).save(tmp_path / f"scan.{suffix}")
    assert looks_like(only_page(tmp_path), drawing)


def test_read_pages_scales_sixteen_bits_to_their_full_range(tmp_path) -> None:
    drawing = face_and_house()
    Image.fromarray(drawing.astype(np.uint16) * 257).save(tmp_path / "deep.png")
    assert looks_like(only_page(tmp_path), drawing)


def test_read_pages_reads_cmyk(tmp_path) -> None:
    drawing = face_and_house()
    Image.fromarray(drawing).convert("CMYK").save(tmp_path / "press.jpg", quality=95)
    assert looks_like(only_page(tmp_path), drawing)


def test_read_pages_turns_a_photo_of_a_sheet_upright(tmp_path) -> None:
    drawing = face_and_house()
    exif = Image.Exif()
    exif[0x0112] = 6  # shown upright after a quarter turn clockwise
    Image.fromarray(np.rot90(drawing)).save(tmp_path / "phone.png", exif=exif)
    assert looks_like(only_page(tmp_path), drawing)


def test_read_pages_puts_transparent_parts_on_white(tmp_path) -> None:
    drawing = face_and_house()
    clear = np.dstack([np.zeros((*drawing.shape, 3), np.uint8), 255 - drawing])
    Image.fromarray(clear).save(tmp_path / "clear.png")
    assert looks_like(only_page(tmp_path), drawing)


def test_read_pages_counts_the_pages_of_tiff_and_pdf(tmp_path) -> None:
    sheets = [Image.fromarray(face_and_house()), Image.fromarray(face_and_house()[:, ::-1].copy())]
    for name in ("book.tif", "book.pdf"):
        sheets[0].save(tmp_path / name, save_all=True, append_images=sheets[1:])
    pages = pages_of(tmp_path)
    assert [(page.source, page.page) for page in pages] == [
        ("book.pdf", 1),
        ("book.pdf", 2),
        ("book.tif", 1),
        ("book.tif", 2),
    ]
    assert all((page.rgb < 100).any() for page in pages)


def test_read_pages_reduces_a_huge_page(tmp_path) -> None:
    Image.new("L", (PAGE_LIMIT_PX * 2, 100), 255).save(tmp_path / "wide.png")
    assert only_page(tmp_path).shape == (50, PAGE_LIMIT_PX, 3)


@pytest.mark.parametrize("name", ["torn.png", "torn.jpg", "torn.gif", "torn.tif", "torn.pdf"])
def test_read_pages_of_a_broken_file_gives_its_fault(tmp_path, name) -> None:
    whole = io.BytesIO()
    kind = {"jpg": "JPEG", "tif": "TIFF"}.get(name[-3:], name[-3:].upper())
    Image.fromarray(face_and_house()).save(whole, kind)
    (tmp_path / name).write_bytes(whole.getvalue()[:90])
    (page,) = pages_of(tmp_path)
    assert page.rgb is None
    assert page.fault.startswith("unreadable: ")


def test_open_collection_reads_a_zip_and_passes_over_what_is_no_scan(tmp_path) -> None:
    drawing = io.BytesIO()
    Image.fromarray(face_and_house()).save(drawing, "PNG")
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as archive:
        archive.writestr("box/one.png", drawing.getvalue())
        archive.writestr("box/readme.txt", "not a scan")
        archive.writestr("__MACOSX/box/._one.png", b"resource fork")
    (page,) = pages_of(tmp_path / "box.zip")
    assert page.source == "box/one.png"
    assert looks_like(page.rgb, face_and_house())


@pytest.mark.parametrize("packed", [False, True])
def test_open_collection_knows_scans_by_what_they_are_and_names_the_rest(tmp_path, packed) -> None:
    drawing = io.BytesIO()
    Image.fromarray(face_and_house()).save(drawing, "PNG")
    contents = {
        "01": drawing.getvalue(),
        "02.jp2": b"torn",
        "03.HEIC": b"",
        "04.page.7": drawing.getvalue(),
        "05.avif": b"",
        "06.psd": b"",
        "07.nef": b"MM\0*",
        "letter.docx": b"PK",
        "Thumbs.db": b"",
        "01.xmp": b"<x/>",
    }
    path = tmp_path / ("box.zip" if packed else "box")
    if packed:
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in contents.items():
                archive.writestr(name, data)
    else:
        path.mkdir()
        for name, data in contents.items():
            (path / name).write_bytes(data)
    with open_collection(path) as found:
        assert [file.name for file in found.scans] == list(contents)[:6]
        assert found.left_out == ["07.nef", "letter.docx"]
        faults = {page.source: page.fault for file in found.scans for page in read_pages(file)}
    assert faults["01"] == faults["04.page.7"] == ""
    assert faults["03.HEIC"] == "unreadable: the file is empty"
    assert not any("0x" in fault for fault in faults.values())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"Blatt_M\xfcller_1.png", "Blatt_Müller_1.png"),
        ("Blatt_Müller_2.png".encode(), "Blatt_Müller_2.png"),
        (b"two\nlines\t.png", "two lines .png"),
    ],
)
def test_open_collection_names_are_text_that_can_be_written(tmp_path, name, shown) -> None:
    file = io.BytesIO()
    Image.fromarray(face_and_house()).save(file, "PNG")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(file.getvalue())
    with open_collection(tmp_path) as found:
        assert [scan.name for scan in found.scans] == [shown]
        assert next(read_pages(found.scans[0])).fault == ""


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "no such folder or zip"),
        (lambda path: path.write_bytes(b"text"), "a folder of scans or a zip"),
        (lambda path: path.mkdir(), "no scan in it"),
    ],
)
def test_open_collection_that_cannot_be_used_says_why(tmp_path, make, message) -> None:
    make(tmp_path / "box")
    with pytest.raises(InputError, match=message), open_collection(tmp_path / "box"):
        pass
