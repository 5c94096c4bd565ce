"""A TIFF of any depth and layout has white paper and dark ink: none is read wrongly in silence."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, TiffImagePlugin

from exhibit.pictures import PictureError, page_images

INK, PAPER = 15, 238


def drawing() -> np.ndarray:
    """(60, 80) uint8: one line at the left, and one across near the top."""
    grey = np.full((60, 80), PAPER, np.uint8)
    grey[:, 8:12] = INK
    grey[6:9, :] = INK
    return grey


def written(values: np.ndarray, **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, values, **options)
    return file.getvalue()


def assert_is_drawing(data: bytes, within: int = 1) -> None:
    (found,) = page_images(data)
    wanted = np.repeat(drawing()[..., None], 3, axis=2).astype(int)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= within


@pytest.mark.parametrize("white_is_zero", [False, True])
@pytest.mark.parametrize("compression", [None, "deflate"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32, np.float32, np.float64])
def test_grey_of_any_depth_is_the_drawing(
    kind: type, compression: Any, white_is_zero: bool
) -> None:
    unit = drawing() / 255
    unit = 1 - unit if white_is_zero else unit
    top = 1 if np.issubdtype(kind, np.floating) else np.iinfo(kind).max
    photometric = "miniswhite" if white_is_zero else "minisblack"
    options = {"photometric": photometric, "compression": compression}
    assert_is_drawing(written((unit * top).astype(kind), **options))


@pytest.mark.parametrize("white_is_zero", [False, True])
@pytest.mark.parametrize("bits", [1, 2, 4, 12])
def test_grey_of_packed_bits_is_the_drawing(bits: int, white_is_zero: bool) -> None:
    if bits == 12:
        pytest.importorskip("imagecodecs", reason="comes with the offline module")
    top = (1 << bits) - 1
    unit = 1 - drawing() / 255 if white_is_zero else drawing() / 255
    values = np.rint(unit * top).astype(np.uint16)
    (found,) = page_images(packed(values, bits, white_is_zero))
    expected = values / top if not white_is_zero else 1 - values / top
    assert np.abs(found[..., 0] - expected * 255).max() <= 1


def packed(values: np.ndarray, bits: int, white_is_zero: bool) -> bytes:
    """A TIFF of one strip of packed bits, high ones first."""
    rows = np.unpackbits(values.astype(">u2").view(np.uint8).reshape(*values.shape, 2), axis=2)
    data = np.packbits(rows[..., 16 - bits :].reshape(len(values), -1), axis=1).tobytes()
    height, width = values.shape
    entries = [(256, width), (257, height), (258, bits), (259, 1), (262, 0 if white_is_zero else 1)]
    entries += [(273, 8 + 2 + 9 * 12 + 4), (277, 1), (278, height), (279, len(data))]
    field = b"".join(
        tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little")
        for tag, value in entries
    )
    return b"II*\0\x08\0\0\0" + len(entries).to_bytes(2, "little") + field + bytes(4) + data


@pytest.mark.parametrize("top", [255, 1023, 4095, 16383])
@pytest.mark.parametrize("kind", [np.uint16, np.uint32])
def test_scanner_of_fewer_bits_than_its_file_is_the_drawing(kind: type, top: int) -> None:
    values = np.rint(drawing() / 238 * top).astype(kind)
    (found,) = page_images(written(values, photometric="minisblack"))
    assert found.max() == 255 and int(found[30, 10, 0]) == pytest.approx(INK / 238 * 255, abs=1)


@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32, np.float32])
def test_colours_of_any_depth_and_order_keep_their_places(kind: type, planes: str) -> None:
    top = 1 if np.issubdtype(kind, np.floating) else np.iinfo(kind).max
    unit = np.stack([drawing() / 255, 0.5 * drawing() / 255, drawing() / 255], axis=2)
    values = (unit * top).astype(kind)
    stored = values.transpose(2, 0, 1) if planes == "separate" else values
    (found,) = page_images(written(stored, photometric="rgb", planarconfig=planes))
    assert np.abs(found - unit * 255).max() <= 1


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_cmyk_is_the_drawing(kind: type) -> None:
    inks = np.zeros((60, 80, 4))
    inks[..., 3] = 1 - drawing() / 255
    values = np.rint(inks * np.iinfo(kind).max).astype(kind)
    assert_is_drawing(written(values, photometric="separated"))


@pytest.mark.parametrize("scale", [257, 1])
def test_palette_is_the_drawing_also_where_its_colours_have_eight_bits(scale: int) -> None:
    colours = np.full((3, 256), 255 * scale, np.uint16)
    colours[:, 7], colours[:, 9] = INK * scale, PAPER * scale
    stored = np.where(drawing() == INK, 7, 9).astype(np.uint8)
    assert_is_drawing(written(stored, photometric="palette", colormap=colours))


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("extra", ["unassalpha", "assocalpha"])
def test_transparent_parts_are_paper(kind: type, colours: int, extra: str) -> None:
    top = np.iinfo(kind).max
    values = np.zeros((60, 80, colours + 1), kind)
    values[..., -1] = np.where(drawing() == INK, top, 0)
    photometric = "minisblack" if colours == 1 else "rgb"
    data = written(values, photometric=photometric, extrasamples=[extra])
    (found,) = page_images(data)
    assert np.array_equal(found[..., 0] == 0, drawing() == INK) and set(found.ravel()) == {0, 255}


def test_extra_samples_of_no_meaning_are_not_taken_for_alpha() -> None:
    values = np.dstack([drawing()] * 3 + [np.zeros((60, 80), np.uint8)])
    data = written(values, photometric="rgb", extrasamples=["unspecified"])
    assert_is_drawing(data)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("colour", [False, True])
def test_orientation_turns_it_upright(kind: type, colour: bool, orientation: int) -> None:
    stored = np.rint(drawing() / 255 * np.iinfo(kind).max).astype(kind)
    # What each orientation stores: the inverse of how it is shown.
    lying = {2: stored[:, ::-1], 3: stored[::-1, ::-1], 4: stored[::-1], 5: stored.T}
    lying |= {6: np.rot90(stored), 7: stored[::-1, ::-1].T, 8: np.rot90(stored, -1)}
    values = np.ascontiguousarray(lying.get(orientation, stored))
    values = np.dstack([values] * 3) if colour else values
    tags = [(274, "H", 1, orientation, True)]
    data = written(values, photometric="rgb" if colour else "minisblack", extratags=tags)
    assert_is_drawing(data)


@pytest.mark.parametrize("kind", [np.int8, np.int16, np.int32])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_signed_numbers_from_nought_on_are_the_drawing(kind: type, photometric: str) -> None:
    light = drawing() / 255
    share = light if photometric == "minisblack" else 1 - light
    values = np.rint(share * np.iinfo(kind).max).astype(kind)
    assert_is_drawing(written(values, photometric=photometric))


def test_signed_numbers_are_the_drawing() -> None:
    values = (drawing().astype(np.int32) * 257 - 32768).astype(np.int16)
    assert_is_drawing(written(values, photometric="minisblack"))


def test_numbers_that_are_none_are_paper() -> None:
    values = (drawing() / 255).astype(np.float32)
    values[50, 70] = np.nan
    (found,) = page_images(written(values, photometric="minisblack"))
    assert found[50, 70, 0] == 255 and found[30, 10, 0] == INK


def test_numbers_without_a_range_are_refused() -> None:
    values = (drawing() * 1000.0 - 100_000).astype(np.float32)
    with pytest.raises(PictureError, match=r"real numbers from -8\.5e\+04"):
        list(page_images(written(values, photometric="minisblack")))


def test_pages_are_counted_without_the_thumbnails_between() -> None:
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for values in (drawing(), drawing().astype(np.uint16) * 257):
            writer.write(values, photometric="minisblack")
            writer.write(values[::4, ::4], photometric="minisblack", subfiletype=1)
    shapes = [page.shape for page in page_images(file.getvalue())]
    assert shapes == [(60, 80, 3), (60, 80, 3)]


@pytest.mark.parametrize(
    "compression", ["group4", "tiff_lzw", "packbits", "jpeg", "tiff_adobe_deflate"]
)
def test_compressed_as_scanners_do_is_the_drawing(compression: str) -> None:
    mode = "1" if compression == "group4" else "L"
    image = Image.fromarray(drawing()).convert(mode, dither=Image.Dither.NONE)
    file = io.BytesIO()
    image.save(file, "TIFF", compression=compression)
    (found,) = page_images(file.getvalue())
    assert np.array_equal(found[..., 0] < 128, drawing() == INK)


def test_lab_is_grey() -> None:
    lab = Image.merge("LAB", [Image.fromarray(drawing()), *[Image.new("L", (80, 60), 128)] * 2])
    file = io.BytesIO()
    lab.save(file, "TIFF")
    (found,) = page_images(file.getvalue())
    assert found[50, 70].min() > 200 and found[30, 10].max() < 60


def test_reader_of_planes_is_asked_for() -> None:
    list(page_images(written(drawing(), photometric="minisblack")))
    assert TiffImagePlugin.READ_LIBTIFF is True
