"""`exhibit ink` as a person calls it: every bad picture gives one line or empty ink."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from exhibit.cli import main


def _run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["ink", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def _drawing(height: int = 240, width: int = 320) -> np.ndarray:
    pixels = np.full((height, width), 190, np.uint8)
    cv2.circle(pixels, (width // 2, height // 2), height // 4, 70, 3, cv2.LINE_AA)
    return pixels


def _read(path: Path) -> np.ndarray:
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return pixels


def test_ink_drawing_gives_ink_and_a_mask_of_the_frame_s_size(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "frame.png"), _drawing())
    code, _ = _run(
        tmp_path / "frame.png", "-o", tmp_path / "ink.png", "--mask", tmp_path / "mask.png"
    )
    mask, ink = _read(tmp_path / "mask.png"), _read(tmp_path / "ink.png")
    assert code == 0
    assert mask.shape == (240, 320) and set(np.unique(mask)) == {0, 255}
    assert ink.shape[0] == ink.shape[1] and ink.min() < 60
    assert np.count_nonzero(mask == 0) == pytest.approx(
        np.count_nonzero(_drawing() < 130), rel=0.05
    )


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((50, 60), 255, np.uint8),
        np.zeros((50, 60), np.uint8),
        np.full((1, 1), 40, np.uint8),
        np.full((2, 300), 90, np.uint8),
        np.zeros((40, 40, 4), np.uint8),
        np.full((40, 40), 30000, np.uint16),
    ],
    ids=["white", "black", "1x1", "two rows", "transparent", "16 bit"],
)
def test_ink_picture_without_lines_gives_empty_ink_and_says_so(
    tmp_path: Path, pixels: np.ndarray
) -> None:
    cv2.imwrite(str(tmp_path / "frame.png"), pixels)
    code, output = _run(tmp_path / "frame.png", "-o", tmp_path / "ink.png")
    assert code == 1 and "frame.png: no ink found" in output
    assert len(output.strip().splitlines()) == 1
    assert (_read(tmp_path / "ink.png") == 255).all()


@pytest.mark.parametrize("depth", ["16 bit", "rgba", "colour"])
def test_ink_other_depth_or_channels_gives_the_same_mask(tmp_path: Path, depth: str) -> None:
    gray = _drawing()
    colour = cv2.merge([gray, gray, gray])
    other = {
        "16 bit": gray.astype(np.uint16) * 257,
        "rgba": cv2.merge([gray, gray, gray, np.full_like(gray, 255)]),
        "colour": colour,
    }[depth]
    masks = []
    for name, pixels in (("one", gray), ("other", other)):
        frame, mask = tmp_path / f"{name}.png", tmp_path / f"{name}-mask.png"
        cv2.imwrite(str(frame), pixels)
        assert _run(frame, "-o", tmp_path / "ink.png", "--mask", mask)[0] == 0
        masks.append(_read(mask))
    assert np.array_equal(*masks)


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "truncated", "folder"])
def test_ink_unreadable_file_gives_one_line_that_names_it(tmp_path: Path, kind: str) -> None:
    frame = tmp_path / "frame.png"
    whole = cv2.imencode(".png", _drawing())[1].tobytes()
    content = {"empty": b"", "text": b"no picture at all", "truncated": whole[: len(whole) // 3]}
    if kind in content:
        frame.write_bytes(content[kind])
    elif kind == "folder":
        frame.mkdir()
    code, output = _run(frame, "-o", tmp_path / "ink.png")
    assert code == 2
    assert "frame.png" in output and "Traceback" not in output
    assert len(output.strip().splitlines()) == 1


def test_ink_background_of_another_size_is_refused(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "frame.png"), _drawing())
    cv2.imwrite(str(tmp_path / "blank.png"), np.full((10, 10), 200, np.uint8))
    code, output = _run(
        tmp_path / "frame.png", "-o", tmp_path / "i.png", "--background", tmp_path / "blank.png"
    )
    assert code == 2 and "320×240" in output


def test_ink_background_with_dust_leaves_only_the_ink(tmp_path: Path) -> None:
    blank = np.full((240, 320), 190, np.uint8)
    cv2.line(blank, (20, 20), (60, 200), 120, 2)
    frame = np.minimum(blank, _drawing())
    cv2.imwrite(str(tmp_path / "blank.png"), blank)
    cv2.imwrite(str(tmp_path / "frame.png"), frame)
    arguments = ["--background", tmp_path / "blank.png", "--mask", tmp_path / "mask.png"]
    assert _run(tmp_path / "frame.png", "-o", tmp_path / "ink.png", *arguments)[0] == 0
    mask = _read(tmp_path / "mask.png")
    assert (mask[:, :70] == 255).all() and mask.min() == 0


def test_ink_sheet_seen_at_an_angle_is_straightened(tmp_path: Path) -> None:
    corners = np.array([[150, 60], [520, 90], [560, 420], [90, 400]], np.float32)
    sheet = np.full((300, 400), 205, np.uint8)
    cv2.line(sheet, (200, 30), (200, 270), 60, 3)
    flat = np.array([[0, 0], [400, 0], [400, 300], [0, 300]], np.float32)
    frame = np.full((480, 640), 70, np.uint8)
    matrix = cv2.getPerspectiveTransform(flat, corners)
    seen = cv2.warpPerspective(sheet, matrix, (640, 480))
    frame = np.where(seen > 0, seen, frame).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "frame.png"), frame)
    assert _run(tmp_path / "frame.png", "-o", tmp_path / "ink.png", "--sheet")[0] == 0
    ink = _read(tmp_path / "ink.png")
    rows, columns = np.nonzero(ink < 128)
    assert np.ptp(columns) < 0.05 * ink.shape[1]
    assert abs(columns.mean() / ink.shape[1] - 0.5) < 0.02
    assert np.ptp(rows) > 0.4 * ink.shape[0]


def test_ink_drawing_in_a_thick_black_frame_with_sheet_is_kept_alone(tmp_path: Path) -> None:
    frame = np.full((480, 640), 150, np.uint8)
    frame[30:450, 40:600] = 20
    frame[46:434, 56:584] = 215
    drawing = np.zeros_like(frame)
    cv2.circle(drawing, (320, 240), 90, 255, 2, cv2.LINE_AA)
    frame = np.where(drawing > 127, 90, frame).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "frame.png"), frame)
    mask = tmp_path / "mask.png"
    assert _run(tmp_path / "frame.png", "-o", tmp_path / "i.png", "--mask", mask, "--sheet")[0] == 0
    found, truth = _read(mask) == 0, drawing > 127
    near = cv2.dilate(drawing, np.ones((5, 5), np.uint8)) > 0
    assert (found & truth).sum() > 0.9 * truth.sum() and not (found & ~near).any()


def test_ink_sheet_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "frame.png"), _drawing())
    code, output = _run(tmp_path / "frame.png", "-o", tmp_path / "ink.png", "--sheet")
    assert code == 2 and "no sheet found" in output
    assert not (tmp_path / "ink.png").exists()


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_ink_photograph_lying_on_its_side_gives_upright_ink(tmp_path: Path, mode: str) -> None:
    upright = Image.fromarray(_drawing()[:, 40:]).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = 8
    upright.save(tmp_path / "upright.png")
    upright.rotate(-90, expand=True).save(tmp_path / "lying.png", exif=exif)
    masks = []
    for name in ("upright", "lying"):
        mask = tmp_path / f"{name}-mask.png"
        assert _run(tmp_path / f"{name}.png", "-o", tmp_path / "i.png", "--mask", mask)[0] == 0
        masks.append(_read(mask))
    assert np.array_equal(*masks)


@pytest.mark.parametrize("more", [("-o", "frame.png"), ("-o", "i.png", "--mask", "i.png")])
def test_ink_that_would_replace_a_photograph_or_itself_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("frame.png", _drawing())
    before = Path("frame.png").read_bytes()
    code, output = _run("frame.png", *more)
    assert code == 2 and f"{more[1]}: would overwrite what this command" in output
    assert Path("frame.png").read_bytes() == before and len(list(tmp_path.iterdir())) == 1
