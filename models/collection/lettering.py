"""Find what is printed around a drawing: lines of lettering and ruled frames."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.collection.boxes import Box

FEWEST_LETTERS = 4
SMALLEST_LETTER_PX = 4
LARGEST_LETTER_SHARE = 0.25
"""A letter is at most this share of the page's longer side high."""
FRAME_COVERAGE = 0.7
"""A frame covers at least this share of each of its four sides."""


def lettering_mask(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the ink of captions, titles and page numbers.

    A line of lettering is a row of separate marks of like height that stand on one line, evenly and
    closely spaced, and that keep clear of all larger ink.

    Args:
        ink: (height, width) bool.

    Returns:
        (height, width) bool, True on the ink of letters.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    boxes = _boxes(stats)
    highest = LARGEST_LETTER_SHARE * max(ink.shape)
    letters = [
        index
        for index, box in boxes.items()
        if SMALLEST_LETTER_PX <= box.height <= highest and box.width <= 3 * box.height
    ]
    blocks = [box for box in boxes.values() if box.height > highest]
    lettering = np.zeros(len(stats), bool)
    for line in _lines(letters, boxes):
        around = _around([boxes[index] for index in line])
        if not _is_line_of_letters([boxes[index] for index in line]):
            continue
        if any(_share_inside(around, block) > 0.5 for block in blocks):
            continue
        for index, box in boxes.items():
            lettering[index] |= box.height <= highest and _share_inside(box, around) > 0.7
    return lettering[labels]


def _boxes(stats: NDArray[np.int32]) -> dict[int, Box]:
    return {
        index: Box(int(left), int(top), int(left + width), int(top + height))
        for index, (left, top, width, height, _) in enumerate(stats)
        if index > 0
    }


def _lines(letters: list[int], boxes: dict[int, Box]) -> list[list[int]]:
    """Chain letters left to right: each to the next one that stands beside it at like height."""
    lines: list[list[int]] = []
    for index in sorted(letters, key=lambda letter: boxes[letter].left):
        box = boxes[index]
        fitting = [line for line in lines if _stands_beside(boxes[line[-1]], box)]
        if fitting:
            min(fitting, key=lambda line: box.left - boxes[line[-1]].right).append(index)
        else:
            lines.append([index])
    return lines


def _stands_beside(last: Box, box: Box) -> bool:
    height = max(last.height, box.height)
    overlap = min(last.bottom, box.bottom) - max(last.top, box.top)
    return (
        min(last.height, box.height) > 0.45 * height
        and overlap > 0.6 * min(last.height, box.height)
        and abs(last.bottom - box.bottom) <= 0.4 * height
        and -0.2 * height <= box.left - last.right <= 1.6 * height
    )


def _is_line_of_letters(line: list[Box]) -> bool:
    if len(line) < FEWEST_LETTERS:
        return False
    height = float(np.median([box.height for box in line]))
    feet = np.array([box.bottom for box in line], float)
    level = np.polyval(np.polyfit([box.left for box in line], feet, 1), [b.left for b in line])
    wide_enough = np.median([box.width for box in line]) >= 0.3 * height
    return bool(wide_enough and np.median(np.abs(feet - level)) <= 0.15 * height)


def _around(boxes: list[Box]) -> Box:
    around = boxes[0]
    for box in boxes[1:]:
        around = around.united(box)
    return around


def _share_inside(box: Box, outer: Box) -> float:
    width = min(box.right, outer.right) - max(box.left, outer.left)
    height = min(box.bottom, outer.bottom) - max(box.top, outer.top)
    return max(0, width) * max(0, height) / (box.width * box.height)


def is_ruled_frame(ink: NDArray[np.bool_]) -> bool:
    """Whether connected ink runs along all four sides of its own box, as a ruled frame does.

    Args:
        ink: (height, width) bool, cropped to one connected part.

    Returns:
        True where each side is covered along most of its length.
    """
    band = max(2, round(0.04 * min(ink.shape)))
    sides = (
        ink[:band].any(0),
        ink[-band:].any(0),
        ink[:, :band].any(1),
        ink[:, -band:].any(1),
    )
    return all(side.mean() >= FRAME_COVERAGE for side in sides)
