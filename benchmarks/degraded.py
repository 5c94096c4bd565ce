"""Stand-ins for contest pages: real drawings and made handwriting, spoilt in one named way each.

The ink is known exactly. Light is added up as it falls, then coded with a camera's gamma, so that
an edge does not lie where its grey level is half-way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.pages import Page, clouds, handwriting, paper
from exhibit.contract.values import Floats
from models.sketches.writing import written

_GAMMA = 2.2
_LONGER_PX = 900
_PICTURES = (".png", ".gif", ".jpg")
_LETTERS = np.array(list("aabcdeeefghiijklmnnoopqrrsstttuuvwxyzABCDEGHILMNPRSTVW"))


@dataclass(slots=True, eq=False)
class _Sheet:
    """What a page is made of while it is being spoilt; all (H, W) float32.

    Args:
        front: share of each pixel that ink covers, 0..1.
        strength: share of light that ink takes.
        blank: light from the bare page, 1 is white.
        back: share of light that is left beside what is on the other side.
        over: share of light that is left beside what lies on top: lines that are no ink, darkness.
        blur_px: of the lens.
        noise: standard deviation in grey levels.
    """

    front: Floats
    strength: Floats
    blank: Floats
    back: Floats
    over: Floats
    blur_px: float
    noise: float


def load_drawings(folder: Path) -> list[Path]:
    """Return all pictures below a folder, in a fixed order."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in _PICTURES)


def make_degraded(seed: int, kind: str, drawings: list[Path]) -> Page:
    """Make one page of a kind; the same arguments give the same page.

    Args:
        seed: odd ones are handwriting, even ones a drawing where there are any.
        kind: one of `DEGRADED`.
        drawings: files of black drawings on white.
    """
    rng = np.random.default_rng((seed, sorted(DEGRADED).index(kind), 18))
    shape = (int(rng.integers(480, 640)), int(rng.integers(640, _LONGER_PX)))
    front = _front(rng, shape, drawings if seed % 2 == 0 else [])
    sheet = _Sheet(
        front=front,
        strength=_even(front, float(rng.uniform(0.7, 0.93)))
        * np.clip(1 + 0.08 * clouds(rng, front.shape, 90), 0.5, 1.06),
        blank=_linear(paper(rng, front.shape, 0.0)),
        back=np.ones_like(front),
        over=np.ones_like(front),
        blur_px=float(rng.uniform(0.6, 1.3)),
        noise=float(rng.uniform(1.0, 4.0)),
    )
    DEGRADED[kind](rng, sheet, drawings)
    return _expose(rng, sheet)


def _expose(rng: np.random.Generator, sheet: _Sheet) -> Page:
    """Take the picture: blur, gamma, noise, JPEG."""
    covered = cv2.GaussianBlur(sheet.front * sheet.strength, (0, 0), sheet.blur_px)
    light = sheet.blank * (1 - covered) * sheet.back * sheet.over
    levels = 255 * np.clip(light, 0, 1) ** (1 / _GAMMA)
    levels += rng.normal(0, sheet.noise, levels.shape)
    pixels = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 96))])[1]
    pixels = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return Page(pixels, np.where(sheet.front > 0.5, 0, 255).astype(np.uint8))


def _linear(levels: Floats) -> Floats:
    return np.asarray((levels / 255) ** _GAMMA, np.float32)


def _even(like: Floats, value: float) -> Floats:
    return np.full_like(like, value)


def _front(rng: np.random.Generator, shape: tuple[int, int], drawings: list[Path]) -> Floats:
    """Return ink coverage of a drawing, or of handwriting where there are no drawings."""
    if not drawings:
        return handwriting(rng, shape, float(rng.uniform(2.5, 6.5)))
    path = drawings[int(rng.integers(len(drawings)))]
    # GIF among them: OpenCV reads it, but no file as bytes of another kind.
    pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert pixels is not None, path
    scale = min(_LONGER_PX / max(pixels.shape), float(rng.uniform(1.5, 2.5)))
    large = cv2.resize(pixels, None, fx=2 * scale, fy=2 * scale, interpolation=cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(large, (0, 0), 0.8 * scale)
    ink = np.where(smooth < 128, 255, 0).astype(np.uint8)
    ink = np.pad(ink, 40)
    size = (ink.shape[1] // 2, ink.shape[0] // 2)
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def _other_side(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> Floats:
    """Return coverage of another page, mirrored, of the sheet's size."""
    found = cv2.flip(_front(rng, (560, 800), drawings if rng.random() < 0.5 else []), 1)
    height, width = sheet.front.shape
    scale = max(height / found.shape[0], width / found.shape[1], 1.0)
    large = cv2.resize(found, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    return np.asarray(large[:height, :width], np.float32)


def _bleed(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """Ink of the other side has soaked through, in places nearly as dark."""
    seep = cv2.GaussianBlur(_other_side(rng, sheet, drawings), (0, 0), rng.uniform(1.2, 2.2))
    where = np.clip(0.6 + 0.35 * clouds(rng, sheet.front.shape, 150), 0, 1)
    sheet.back *= 1 - float(rng.uniform(0.3, 0.6)) * seep * where


def _show_through(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """A sheet below shines through, blurred by the paper."""
    seen = cv2.GaussianBlur(_other_side(rng, sheet, drawings), (0, 0), rng.uniform(3.0, 6.0))
    sheet.back *= 1 - float(rng.uniform(0.5, 0.8)) * seen


def _stains(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    sheet.blank = _linear(paper(rng, sheet.front.shape, 1.0))


def _torn(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """Beyond ragged edges lies something dark; a wide dark frame on two to four sides."""
    height, width = sheet.front.shape
    edge = np.full((height, width), 1e3, np.float32)
    for side in rng.permutation(4)[: int(rng.integers(2, 5))]:
        turned = np.rot90(edge, side)
        depth = rng.uniform(6, 38) + 5 * clouds(rng, (1, turned.shape[1]), 60)
        depth = depth + 1.5 * clouds(rng, (1, turned.shape[1]), 5)
        np.minimum(turned, np.arange(turned.shape[0])[:, None] - depth, out=turned)
    outside = np.clip(0.5 - edge, 0, 1)
    sheet.front *= edge > 2
    sheet.strength *= 1 - outside
    sheet.over *= (1 - 0.35 * np.exp(-np.maximum(edge, 0) / 5)) * (1 - outside)
    sheet.over += outside * rng.uniform(0.02, 0.12) * (1 + 0.3 * clouds(rng, edge.shape, 12))


def _faint(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """A second ink, much fainter, beside the first and across it."""
    near = clouds(rng, sheet.front.shape, float(rng.uniform(40, 120)))
    count, labels = cv2.connectedComponents((sheet.front > 0.1).astype(np.uint8), connectivity=8)
    chosen = rng.random(count) < 0.45
    faint = np.where(chosen[labels] & (count > 12), 1.0, np.clip(near > 0.3, 0, 1) * (count <= 12))
    faint = cv2.GaussianBlur(np.asarray(faint, np.float32), (0, 0), 1.5)
    low = float(rng.uniform(0.25, 0.4))
    sheet.strength = sheet.strength * (1 - faint) + low * faint
    sheet.noise = min(sheet.noise, 2.5)


def _ruled(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """Printed lines, in half of the pages a grid: paper, not ink."""
    height, width = sheet.front.shape
    lines = np.zeros((2 * height, 2 * width), np.uint8)
    step, turn = int(rng.integers(36, 80)), rng.uniform(-0.04, 0.04)
    thick = int(rng.integers(2, 4))
    for y in range(-width, 2 * height + width, step):
        drop = round(2 * width * turn)
        cv2.line(lines, (0, y), (2 * width, y + drop), 255, thick, cv2.LINE_AA)
    if rng.random() < 0.5:
        for x in range(-height, 2 * width + height, step):
            cv2.line(lines, (x, 0), (x - round(2 * height * turn), 2 * height), 255, thick)
    small = cv2.resize(lines, (width, height), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small.astype(np.float32) / 255, (0, 0), sheet.blur_px)
    sheet.over *= 1 - float(rng.uniform(0.2, 0.42)) * small


def _uneven(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """One lamp to the side, and the soft shadow of somebody."""
    height, width = sheet.front.shape
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = rng.uniform(-0.2, 1.2) * width, rng.uniform(-0.2, 1.2) * height
    sheet.over /= (1 + ((xx - x) ** 2 + (yy - y) ** 2) / (0.6 * width) ** 2) ** 1.2
    slope = rng.uniform(-1, 1)
    away = (xx - width * rng.uniform(0.2, 0.8) - slope * yy) / rng.uniform(4, 25)
    sheet.over *= 1 - rng.uniform(0.3, 0.7) / (1 + np.exp(np.clip(away, -30, 30)))


def _pencil(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """Graphite: faint, and broken up by the grain of the paper."""
    grain = np.clip(0.85 + 0.35 * clouds(rng, sheet.front.shape, 1.6), 0.15, 1.25)
    press = np.clip(1 + 0.25 * clouds(rng, sheet.front.shape, 60), 0.6, 1.5)
    sheet.strength = np.asarray(rng.uniform(0.28, 0.5) * grain * press, np.float32)
    sheet.noise = min(sheet.noise, 2.5)


def _calligraphy(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """Broad black strokes that go on as grey hairlines."""
    canvas = np.zeros((2 * sheet.front.shape[0], 2 * sheet.front.shape[1]), np.uint8)
    most = float(rng.uniform(7, 16))
    for y in np.arange(60, sheet.front.shape[0] - 40, most * 7):
        x = np.arange(30, sheet.front.shape[1] - 30, 0.5)
        turn = x / rng.uniform(0.9, 1.6) / most
        swing = 2.2 * most * np.sin(turn) * (1 + 0.3 * np.sin(x / 70))
        at = np.stack([x + 1.2 * most * np.cos(turn), y + swing], axis=1) * 2
        down = np.diff(at[:, 1]) > 0
        press = cv2.GaussianBlur(down.astype(np.float32)[:, None], (1, 0), 0, sigmaY=most / 2)[:, 0]
        widths = np.maximum(2, np.rint(2 * most * press**2))
        for a, b, w in zip(at[:-1], at[1:], widths, strict=True):
            cv2.line(canvas, tuple(map(int, a)), tuple(map(int, b)), 255, int(w), cv2.LINE_AA)
    size = (sheet.front.shape[1], sheet.front.shape[0])
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    sheet.front = np.asarray(small, np.float32) / np.float32(255)
    thick = cv2.GaussianBlur(sheet.front, (0, 0), 0.25 * most)
    sheet.strength = np.clip(rng.uniform(0.3, 0.45) + 0.8 * thick, 0, 0.93).astype(np.float32)


def _written(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """Long lines of a pointed pen, some words faint; both sides written on, and soaked through."""
    shape, most = sheet.front.shape, float(rng.uniform(2.5, 7))
    sheet.front = _lines(rng, shape, ("cursive",), most, most * rng.uniform(3.5, 6.0))
    count, labels = cv2.connectedComponents((sheet.front > 0.1).astype(np.uint8), connectivity=8)
    dark = np.full(count, float(rng.uniform(0.6, 0.9)))
    dark[rng.random(count) < 0.3] = rng.uniform(0.25, 0.5)
    words = cv2.dilate(np.asarray(dark[labels] * (labels > 0), np.float32), np.ones((5, 5)))
    thick = np.clip(2 * cv2.GaussianBlur(sheet.front, (0, 0), 0.5 * most), 0, 1)
    sheet.strength = np.asarray(words * (0.5 + 0.5 * thick), np.float32)
    back = _lines(rng, shape, ("cursive",), most, most * rng.uniform(3.5, 6.0))
    seep = cv2.GaussianBlur(cv2.flip(back, 1), (0, 0), rng.uniform(1.2, 2.5))
    where = np.clip(0.6 + 0.4 * clouds(rng, shape, 120), 0, 1)
    sheet.back *= 1 - float(rng.uniform(0.15, 0.5)) * seep * where
    sheet.noise = min(sheet.noise, 3.0)


def _worn_print(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """Printed text on old paper; the page behind it shines through."""
    shape, most, fonts = sheet.front.shape, float(rng.uniform(1.5, 4)), ("timesrb", "gothicger")
    sheet.front = _lines(rng, shape, fonts, most, float(rng.uniform(10, 26)))
    back = _lines(rng, shape, fonts, most, float(rng.uniform(10, 26)))
    seen = cv2.GaussianBlur(cv2.flip(back, 1), (0, 0), rng.uniform(1.5, 4))
    sheet.back *= 1 - float(rng.uniform(0.15, 0.5)) * seen
    worn = np.clip(1 + 0.25 * clouds(rng, shape, 3), 0.3, 1.2)
    sheet.strength = np.clip(sheet.strength * worn, 0, 0.95).astype(np.float32)
    sheet.blank = _linear(paper(rng, shape, float(rng.random() < 0.5)))


def _lines(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    fonts: tuple[str, ...],
    most_px: float,
    x_height_px: float,
) -> Floats:
    """Fill a page with lines of letters, broad where the pen goes down; returns coverage."""
    height, width = shape[:2]
    canvas, font = np.zeros((2 * height, 2 * width), np.uint8), str(rng.choice(fonts))
    unit, least = 2 * x_height_px / 14, float(rng.uniform(0.15, 0.6))
    lines = []
    for _ in range(round(2 * height / unit / 36)):
        words = ["".join(rng.choice(_LETTERS, int(rng.integers(2, 11)))) for _ in range(20)]
        lines.append(" ".join(words)[: int(2 * width / unit / 16)])
    for stroke in written(lines, font, rng):
        points = stroke * unit + (20, 20 * unit)
        steps = np.diff(points, axis=0)
        down = np.clip(steps[:, 1] / np.maximum(np.hypot(*steps.T), 1e-6), 0, 1)
        widths = np.maximum(1, np.rint(2 * most_px * (least + (1 - least) * down)))
        for a, b, w in zip(points[:-1], points[1:], widths, strict=True):
            cv2.line(canvas, tuple(map(int, a)), tuple(map(int, b)), 255, int(w), cv2.LINE_AA)
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def _filled(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """Shapes filled in with another pen; each is ink as a whole."""
    height, width = sheet.front.shape
    for _ in range(int(rng.integers(3, 9))):
        shape = np.zeros((height, width), np.uint8)
        centre = (int(rng.uniform(40, width - 40)), int(rng.uniform(40, height - 40)))
        axes = (int(rng.uniform(8, 60)), int(rng.uniform(8, 60)))
        if rng.random() < 0.5:
            cv2.ellipse(shape, centre, axes, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
        else:
            turns = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 8))))
            reach = rng.uniform(0.6, 1.2, len(turns))[:, None]
            points = centre + reach * np.stack([np.cos(turns), np.sin(turns)], 1) * axes
            cv2.fillPoly(shape, [points.astype(np.int32)], 255, cv2.LINE_AA)
        covered = shape.astype(np.float32) / 255
        tone = rng.uniform(0.45, 0.93) * np.clip(1 + 0.06 * clouds(rng, shape.shape, 6), 0.5, 1.06)
        sheet.strength = np.where(covered > sheet.front, tone, sheet.strength).astype(np.float32)
        sheet.front = np.maximum(sheet.front, covered)


def _framed(rng: np.random.Generator, sheet: _Sheet, drawings: list[Path]) -> None:
    """A whiteboard with a thick black frame in a dark room; ink is what is drawn on the board."""
    rim, room = int(rng.integers(10, 26)), int(rng.integers(10, 60))
    around = rim + room
    wide = {n: np.pad(getattr(sheet, n), around, mode="edge") for n in ("strength", "blank")}
    for name, plane in wide.items():
        setattr(sheet, name, plane)
    sheet.front = np.pad(sheet.front, around)
    sheet.back = np.pad(sheet.back, around, constant_values=1.0)
    over = np.full(sheet.front.shape, rng.uniform(0.1, 0.5), np.float32)
    over[room:-room, room:-room] = rng.uniform(0.01, 0.04)
    over[around:-around, around:-around] = 1.0
    sheet.over = np.asarray(cv2.GaussianBlur(over, (0, 0), sheet.blur_px), np.float32)


DEGRADED: dict[str, Callable[[np.random.Generator, _Sheet, list[Path]], None]] = {
    "bleed": _bleed,
    "show-through": _show_through,
    "stains": _stains,
    "torn": _torn,
    "faint": _faint,
    "ruled": _ruled,
    "uneven": _uneven,
    "pencil": _pencil,
    "calligraphy": _calligraphy,
    "filled": _filled,
    "framed": _framed,
    "written": _written,
    "worn print": _worn_print,
}
"""By name: what is done to a page."""
