"""Every kind of picture is read alike: upright, on white, or a reason in one line."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from exhibit.contract.errors import InputError
from exhibit.pictures import PictureError, page_images, read_picture
from exhibit.pictures.files import looks_like_picture
from exhibit.pictures.reading import open_formats
from tests.exhibit.pictures.test_tiff import INK, PAPER, drawing


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "JPEG2000", "AVIF", "PPM"])
def test_every_kind_is_the_drawing(form: str) -> None:
    (found,) = page_images(saved(Image.fromarray(drawing()), form))
    assert found[30, 10].max() < 60 and found[7, 60].max() < 80
    assert int(found[30, 40, 0]) == pytest.approx(PAPER, abs=8)


def test_photograph_of_a_telephone_is_the_drawing() -> None:
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(drawing()).convert("RGB")).save(file, quality=90)
    assert looks_like_picture("IMG_0001", file.getvalue()[:64])
    (found,) = page_images(file.getvalue())
    assert found.shape == (60, 80, 3) and int(found[30, 40, 0]) == pytest.approx(PAPER, abs=4)
    assert found[30, 10, 0] < 60


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_tagged_picture_is_upright(form: str, mode: str) -> None:
    lying = Image.fromarray(np.ascontiguousarray(np.rot90(drawing()))).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = 6
    (found,) = page_images(saved(lying, form, exif=exif))
    assert np.array_equal(found[..., 0] < 128, drawing() == INK)


@pytest.mark.parametrize("turned", [3, 6, 8])
@pytest.mark.parametrize("by_itself", [False, True])
def test_heic_is_upright_by_its_own_word_and_else_by_its_exif(turned: int, by_itself: bool) -> None:
    upright = np.asarray(Image.fromarray(drawing()).convert("RGB"))
    lying = np.ascontiguousarray(np.rot90(upright, {3: 2, 6: 1, 8: 3}[turned]))
    exif = Image.Exif()
    exif[0x0112] = turned
    open_formats()
    file = io.BytesIO()
    if by_itself:  # and in EXIF once more, as telephones write it
        pillow_heif.from_pillow(Image.fromarray(lying)).save(file, quality=-1, exif=exif.tobytes())
    else:
        Image.fromarray(lying).save(file, "HEIF", quality=-1, exif=exif)
    assert (b"irot" in file.getvalue()) == by_itself
    (found,) = page_images(file.getvalue())
    assert found.shape == upright.shape and np.abs(found.astype(int) - upright).mean() < 2


def _without_marker(data: bytes, marker: int) -> bytes:
    """A JPEG without one kind of its segments."""
    found, at = data[:2], 2
    while data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        found += b"" if data[at + 1] == marker else data[at:end]
        at = end
    return found + data[at:]


def test_jpeg_of_cmyk_is_the_drawing_by_adobe_and_by_others() -> None:
    cmyk = Image.fromarray(drawing()).convert("RGB").convert("CMYK")
    adobes = saved(cmyk, "JPEG", quality=95)
    inks = Image.fromarray(255 - np.asarray(cmyk), "CMYK")
    others = _without_marker(saved(inks, "JPEG", quality=95), 0xEE)
    for data in (adobes, others):
        (found,) = page_images(data)
        assert found[30, 10].max() < 60 and int(found[30, 40, 0]) == pytest.approx(PAPER, abs=8)


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_transparent_parts_are_paper(mode: str) -> None:
    alpha = np.where(drawing() == INK, 255, 0).astype(np.uint8)
    image = Image.fromarray(np.dstack([np.zeros((60, 80, 3), np.uint8), alpha]))
    (found,) = page_images(saved(image.convert(mode), "PNG"))
    assert np.array_equal(found[..., 0] < 128, drawing() == INK) and found.max() == 255


@pytest.mark.parametrize("top", [255, 1023, 4095, 65535])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_png_of_sixteen_bits_is_the_drawing_whatever_the_scanner_had(
    channels: int, top: int
) -> None:
    values = np.rint(drawing() / PAPER * top).astype(np.uint16)
    pixels = np.dstack([values] * channels)
    if channels == 4:
        pixels[..., 3] = 65535
    _, data = cv2.imencode(".png", pixels)
    (found,) = page_images(data.tobytes())
    assert found.max() == 255 and int(found[30, 10, 0]) == pytest.approx(INK / PAPER * 255, abs=1)


def test_png_of_sixteen_bits_keeps_its_colours() -> None:
    red = np.zeros((4, 4, 3), np.uint16)
    red[..., 2] = 65535
    _, data = cv2.imencode(".png", red)
    (found,) = page_images(data.tobytes())
    assert found[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"text", "damaged, or no picture of a known kind"),
        (saved(Image.fromarray(drawing()), "PNG")[:80], "damaged|truncated|broken"),
        (b"II*\0\x08\0\0\0\xff\xff", "TIFF"),
        (b"II*\0\x08\0\0\0", "a TIFF without a page"),
        (b"MM\0*\0\0\0\x08\0\0\0\0", "TIFF"),
        (b"II+\0\x08\0\0\0\x10" + bytes(7), "a TIFF without a page"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40), "damaged, or no picture"),
    ],
)
def test_unreadable_is_one_line_without_an_address(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError, match=reason) as caught:
        list(page_images(data))
    assert "0x" not in str(caught.value) and "\n" not in str(caught.value)


def test_read_picture_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.png: No such file"):
        read_picture(tmp_path / "nothing.png")
    (tmp_path / "empty.png").touch()
    with pytest.raises(InputError, match=r"empty\.png: the file is empty"):
        read_picture(tmp_path / "empty.png")


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("01", saved(Image.fromarray(drawing()), "PNG")[:64], True),
        ("scan.001", saved(Image.fromarray(drawing()), "TIFF")[:64], True),
        ("torn.jpeg", b"", True),
        ("IMG_1.HEIC", b"", True),
        ("raw.nef", b"MM\0*" + bytes(60), False),
        ("notes.txt", b"P1 is the first plate, BM the second", False),
        ("film.mp4", b"\0\0\0\x20ftypisom" + bytes(52), False),
    ],
)
def test_looks_like_picture_by_name_or_first_bytes(name: str, head: bytes, expected: bool) -> None:
    assert looks_like_picture(name, head) is expected
