import cv2
import numpy as np
import pytest

from benchmarks.metrics import f_measure
from benchmarks.pages import make_page
from exhibit.ink.photograph import as_photograph
from exhibit.ink.still import binarise


def _background_otsu(gray: np.ndarray) -> np.ndarray:
    background = cv2.medianBlur(cv2.dilate(gray, np.ones((7, 7), np.uint8)), 31)
    flat = cv2.divide(gray, np.maximum(background, 1), scale=255.0)
    return cv2.threshold(flat, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]


def test_binarise_stained_handwriting_beats_background_division() -> None:
    page = make_page(0, "stained")
    ink = page.truth < 128
    ours = f_measure(binarise(page.pixels) < 128, ink)
    assert ours > 88.0
    assert ours > f_measure(_background_otsu(page.pixels) < 128, ink) + 2.0


def test_binarise_clean_handwriting_with_ink_soaked_through_is_found() -> None:
    page = make_page(0, "clean")
    assert f_measure(binarise(page.pixels) < 128, page.truth < 128) > 85.0


def test_binarise_enlarged_picture_gives_the_same_ink() -> None:
    page = make_page(2, "clean")
    pixels, truth = page.pixels[:300, :500], page.truth[:300, :500]
    large = cv2.resize(pixels, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    back = cv2.resize(binarise(large), (500, 300), interpolation=cv2.INTER_AREA)
    assert f_measure(back < 128, truth < 128) > 78.0


def test_binarise_noise_alone_gives_hardly_any_ink() -> None:
    noise = np.random.default_rng(1).normal(180, 6, (300, 400))
    assert (binarise(np.clip(noise, 0, 255).astype(np.uint8)) < 128).mean() < 0.001


def _noisy(light: np.ndarray, noise: float = 1.5, blur_px: float = 0.7) -> np.ndarray:
    seen = cv2.GaussianBlur(light.astype(np.float32), (0, 0), blur_px)
    seen = seen + np.random.default_rng(0).normal(0, noise, light.shape)
    return np.clip(np.rint(seen), 0, 255).astype(np.uint8)


def _wave(canvas: np.ndarray, swing: float, value: int, width_px: int) -> np.ndarray:
    turn = np.linspace(-np.pi, np.pi, 200)
    points = np.stack([160 + 38 * turn, 120 - swing * np.sin(turn)], axis=1)
    cv2.polylines(canvas, [np.rint(points * 8).astype(np.int32)], False, value, width_px, 16, 3)
    return canvas


def _kept(mask: np.ndarray, truth: np.ndarray) -> float:
    return float((mask < 128)[truth].mean())


@pytest.mark.parametrize(
    ("contrast", "beside"), [(0.16, "nothing"), (0.24, "nothing"), (0.24, "a thick black stroke")]
)
def test_binarise_hairline_is_kept_beside_anything(contrast: float, beside: str) -> None:
    page = np.full((240, 320), 210, np.uint8)
    hairline = _wave(np.zeros_like(page), 70, 255, 2) > 127
    _wave(page, 70, round(210 * (1 - contrast)), 2)
    if beside != "nothing":
        _wave(page, -70, 30, 8)
    # Where it runs into the stroke nobody can tell whose pixel is whose.
    alone = hairline & (cv2.erode(page, np.ones((9, 9), np.uint8)) > 100)
    assert _kept(binarise(_noisy(page)), alone) > 0.85


@pytest.mark.parametrize("pencil", [0.17, 0.25])
def test_binarise_pencil_beside_pen_is_kept(pencil: float) -> None:
    page = np.full((260, 420), 205, np.uint8)
    faint = np.zeros_like(page)
    for x in range(30, 180, 30):
        cv2.circle(page, (x, 80), 22, round(205 * (1 - pencil)), 2, cv2.LINE_AA)
        cv2.circle(faint, (x, 80), 22, 255, 2, cv2.LINE_AA)
        cv2.circle(page, (x + 180, 80), 22, 40, 3, cv2.LINE_AA)
        cv2.line(page, (x, 180), (x + 200, 230), 40, 3, cv2.LINE_AA)
    assert _kept(binarise(_noisy(page, 1.0)), faint > 127) > 0.85


@pytest.mark.parametrize("reach", [14, 20, 30, 60])
@pytest.mark.parametrize("noise", [0.0, 1.5, 3.0])
def test_binarise_filled_shape_of_any_size_is_ink(reach: int, noise: float) -> None:
    page = np.full((480, 640), 205, np.uint8)
    cv2.circle(page, (180, 180), 70, 80, 3, cv2.LINE_AA)
    shape = np.zeros_like(page)
    cv2.ellipse(shape, (450, 240), (reach, round(0.7 * reach)), 20, 0, 360, 255, -1, cv2.LINE_AA)
    page[shape > 127] = 95
    found = binarise(_noisy(page, noise))
    assert _kept(found, shape > 127) > 0.95
    near = cv2.dilate((page < 150).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert not (found[~near] < 128).any()


@pytest.mark.parametrize(
    ("reach", "level", "noise"), [(60, 140, 4.0), (100, 95, 0.0), (150, 40, 1.5), (150, 140, 4.0)]
)
def test_binarise_shape_larger_than_the_networks_look_is_filled(
    reach: int, level: int, noise: float
) -> None:
    page = np.full((480, 640), 205, np.uint8)
    cv2.circle(page, (120, 120), 70, 80, 3, cv2.LINE_AA)
    shape = np.zeros_like(page)
    cv2.ellipse(shape, (420, 290), (reach, round(0.7 * reach)), 20, 0, 360, 255, -1, cv2.LINE_AA)
    page[shape > 127] = level
    found = binarise(_noisy(page, noise))
    assert _kept(found, shape > 127) > 0.95
    near = cv2.dilate((page < 180).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert (found[~near] < 128).mean() < 0.001


def test_binarise_board_in_a_dark_room_gives_the_drawing_alone() -> None:
    coarse = np.random.default_rng(1).normal(0, 12, (9, 12)).astype(np.float32)
    room = np.clip(35 + cv2.resize(coarse, (736, 616), interpolation=cv2.INTER_CUBIC), 3, 90)
    page = np.asarray(room, np.uint8)
    cv2.rectangle(page, (120, 120), (615, 495), 12, -1)
    page[128:488, 128:608] = 215
    drawing = np.zeros_like(page)
    for canvas, value in ((page, 60), (drawing, 255)):
        cv2.circle(canvas, (368, 236), 50, value, 2, cv2.LINE_AA)
        cv2.line(canvas, (368, 286), (368, 380), value, 2, cv2.LINE_AA)
    found = binarise(_noisy(page))
    near = cv2.dilate(drawing, np.ones((7, 7), np.uint8)) > 0
    assert _kept(found, drawing > 127) > 0.95
    assert not (found[~near] < 128).any()


@pytest.mark.parametrize("white", [40, 120])
def test_binarise_dim_picture_keeps_its_ink(white: int) -> None:
    page = np.full((240, 320), white, np.uint8)
    drawing = _wave(np.zeros_like(page), 70, 255, 4) > 127
    _wave(page, 70, round(0.3 * white), 4)
    assert _kept(binarise(_noisy(page, 1.0)), drawing) > 0.9


def test_binarise_large_soft_shape_and_dark_corner_are_paper() -> None:
    page = np.full((480, 640), 205, np.float32)
    cv2.circle(page, (120, 240), 70, 80.0, 3, cv2.LINE_AA)
    drawing = page < 180
    soft = np.zeros_like(page)
    cv2.ellipse(soft, (430, 270), (120, 80), 20, 0, 360, 1.0, -1)
    page *= 1 - 0.45 * cv2.GaussianBlur(soft, (0, 0), 6.0)
    cv2.fillPoly(page, [np.array([[500, 0], [639, 0], [639, 130]], np.int32)], 20.0)
    found = binarise(_noisy(page)) < 128
    near = cv2.dilate(drawing.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert found[drawing].mean() > 0.95
    assert (found & ~near)[:, :640].mean() < 0.003


def test_binarise_blurred_letters_that_shine_through_are_paper() -> None:
    light = np.full((240, 320), 200, np.float32)
    below, upper = np.zeros_like(light), np.zeros_like(light)
    for x in range(40, 300, 60):
        cv2.ellipse(upper, (x, 60), (14, 32), 20, 30, 330, 1.0, 9, cv2.LINE_AA)
        cv2.ellipse(below, (x, 175), (14, 32), 20, 30, 330, 1.0, 5, cv2.LINE_AA)
    light *= 1 - 0.45 * cv2.GaussianBlur(upper, (0, 0), 4.0)
    light *= 1 - 0.6 * below
    found = binarise(_noisy(light))
    assert not (found[:118] < 128).any()
    assert _kept(found, below > 0.7) > 0.97


def test_binarise_crayon_fill_leaves_outline_and_eyes_to_be_told() -> None:
    rng = np.random.default_rng(3)
    light, body, dark = (np.zeros((200, 280), np.uint8) for _ in range(3))
    cv2.ellipse(body, (140, 100), (110, 75), 0, 0, 360, 255, -1)
    cv2.ellipse(dark, (140, 100), (110, 75), 0, 0, 360, 255, 3)
    for x in (95, 185):
        cv2.circle(dark, (x, 80), 13, 255, -1)
    rubbed = cv2.GaussianBlur(rng.normal(0, 1, light.shape).astype(np.float32), (0, 0), 1.2)
    rubbed = np.clip(0.16 + 0.08 * rubbed / rubbed.std(), 0, 1)
    page = 200 * (1 - rubbed * (body > 0)) * (1 - 0.65 * (dark > 0))
    found = binarise(_noisy(page))
    fill = (body > 0) & (cv2.dilate(dark, np.ones((7, 7), np.uint8)) == 0)
    assert _kept(found, dark > 0) > 0.9
    assert _kept(found, fill) < 0.3


def test_binarise_coloured_dots_are_ink() -> None:
    page = np.full((300, 300, 3), (170, 172, 175), np.uint8)
    cv2.circle(page, (150, 150), 110, (60, 60, 60), 3, cv2.LINE_AA)
    dots = np.zeros((300, 300), np.uint8)
    for at, colour in (((110, 110), (90, 80, 190)), ((190, 190), (190, 170, 90))):
        cv2.ellipse(page, at, (17, 11), 25, 0, 360, colour, -1, cv2.LINE_AA)
        cv2.ellipse(dots, at, (16, 10), 25, 0, 360, 255, -1)
    noisy = np.stack([_noisy(page[..., number]) for number in range(3)], axis=2)
    assert _kept(binarise(as_photograph(noisy).gray), dots > 0) > 0.9


def test_binarise_ruled_paper_gives_the_drawing_alone() -> None:
    page = np.full((360, 480), 215, np.uint8)
    for y in range(20, 360, 26):
        cv2.line(page, (0, y), (480, y + 4), 185, 1, cv2.LINE_AA)
    drawing = np.zeros_like(page)
    for at, reach in (((160, 160), 90), ((330, 200), 60)):
        cv2.circle(page, at, reach, 60, 3, cv2.LINE_AA)
        cv2.circle(drawing, at, reach, 255, 3, cv2.LINE_AA)
    found = binarise(_noisy(page))
    near = cv2.dilate(drawing, np.ones((7, 7), np.uint8)) > 0
    assert _kept(found, drawing > 127) > 0.95
    assert (found[~near] < 128).mean() < 0.003


@pytest.mark.parametrize("shape", [(3, 3), (3, 400), (400, 3), (5, 7), (33, 31)])
def test_binarise_small_or_narrow_picture_gives_a_mask_of_its_size(shape: tuple[int, int]) -> None:
    pixels = np.full(shape, 200, np.uint8)
    pixels[1, 1] = 20
    assert binarise(pixels).shape == shape
