"""Contact sheets: what is kept, what is set aside and why, and where on its page it lies."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.ink.images import as_gray
from models.collection.curation import CurationRow
from models.collection.preparation import THUMBNAIL_PX, Item

T = TypeVar("T")
COLUMNS = 14
ROWS = 14
PER_SHEET = COLUMNS * ROWS
LABEL_PX = 22
PAGE_THUMBNAIL_PX = 240
PAGE_COLUMNS = 6
PAGE_ROWS = 8
BACKGROUND, LABEL, KEPT, SET_ASIDE = (205,) * 3, (0, 0, 0), (60, 140, 0), (40, 40, 200)
"""BGR."""


def item_sheets(items: Sequence[Item]) -> Iterator[NDArray[np.uint8]]:
    """Draw items with their line width in pixels, and the reason where they are set aside.

    Args:
        items: kept ones or those set aside.

    Yields:
        (height, width, 3) uint8 BGR, up to `COLUMNS` x `ROWS` items each.
    """
    shown = [(item.row, item.thumbnail) for item in items if item.thumbnail is not None]
    for part in _sheetfuls(shown, PER_SHEET):
        tiles = []
        for row, thumbnail in part:
            tile = as_gray(cv2.cvtColor(thumbnail, cv2.COLOR_GRAY2BGR))
            reason = row.reason.partition(":")[0]
            tiles.append((tile, f"{row.line_width_px:.2f} px {reason}", row.item))
        yield _grid(tiles, THUMBNAIL_PX, COLUMNS)


def plain_sheet(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Draw pictures without labels.

    Args:
        pictures: up to `PER_SHEET`, each (side, side) uint8.

    Returns:
        (height, width, 3) uint8 BGR.
    """
    size = (THUMBNAIL_PX, THUMBNAIL_PX)
    small = [cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in pictures]
    tiles = [(as_gray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)), "", "") for picture in small]
    return _grid(tiles, THUMBNAIL_PX, COLUMNS)


def page_sheets(
    rows: Sequence[CurationRow], read_page: Callable[[str], NDArray[np.uint8]]
) -> Iterator[NDArray[np.uint8]]:
    """Draw whole pages with the items on them: green where kept, red where set aside.

    Args:
        rows: all items, those of one page together.
        read_page: gives the (height, width) uint8 picture of a page image.

    Yields:
        (height, width, 3) uint8 BGR.
    """
    pages = [
        (name, list(on_page))
        for name, on_page in groupby(rows, key=lambda row: row.page_image)
        if name
    ]
    for part in _sheetfuls(pages, PAGE_COLUMNS * PAGE_ROWS):
        tiles = []
        for name, on_page in part:
            kept = sum(row.kept for row in on_page)
            label = f"{kept} of {len(on_page)} kept"
            tiles.append((_page_tile(read_page(name), on_page), label, on_page[0].source))
        yield _grid(tiles, PAGE_THUMBNAIL_PX, PAGE_COLUMNS)


def _sheetfuls(things: list[T], count: int) -> Iterator[list[T]]:
    for start in range(0, len(things), count):
        yield things[start : start + count]


def _page_tile(grey: NDArray[np.uint8], rows: Sequence[CurationRow]) -> NDArray[np.uint8]:
    height, width = grey.shape
    scale = PAGE_THUMBNAIL_PX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    page = as_gray(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR))
    for row in sorted(rows, key=lambda row: row.kept):
        corners = np.rint(np.array([row.left, row.top, row.right - 1, row.bottom - 1]) * scale)
        left, top, right, bottom = corners.astype(int).tolist()
        colour = KEPT if row.kept else SET_ASIDE
        cv2.rectangle(page, (left, top), (right, bottom), colour, 2 if row.kept else 1)
    return page


def _grid(
    tiles: list[tuple[NDArray[np.uint8], str, str]], size: int, columns: int
) -> NDArray[np.uint8]:
    cell_height, cell_width = size + LABEL_PX + 4, size + 4
    lines = -(-len(tiles) // columns)
    across = min(columns, len(tiles))
    sheet = np.full((lines * cell_height, across * cell_width, 3), BACKGROUND, np.uint8)
    for index, (tile, first, second) in enumerate(tiles):
        top, left = index // columns * cell_height + 2, index % columns * cell_width + 2
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
        letters = size // 6
        for line, text in enumerate((first, second[-letters:])):
            at = (left, top + size + 9 + 10 * line)
            cv2.putText(sheet, text[:letters], at, cv2.FONT_HERSHEY_SIMPLEX, 0.32, LABEL, 1)
    return sheet
