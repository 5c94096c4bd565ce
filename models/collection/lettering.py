"""Find what is printed around a drawing: lines of lettering and ruled frames."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from models.collection.boxes import Box

FEWEST_LETTERS = 4
SMALLEST_LETTER_PX = 4
LARGEST_LETTER_SHARE = 0.22
"""A letter is at most this share of the page's longer side high ..."""
LARGEST_SHORT_SHARE = 0.09
"""... and at most this in a line of fewer than `LONG_LINE` letters: four people in a row are not a
word."""
LONG_LINE = 8
CLEARANCE = 0.25
"""Around a line, this share of its height holds next to no other ink ..."""
LARGEST_INTRUSION = 0.12
"""... at most this share of the line's own."""
PUNCTUATION = 0.5
"""Small marks this near to a line, as a share of its height, are its commas and accents."""
PAGE_EDGE_SHARE = 0.12
"""Page numbers stand within this share of the page's height of its upper or lower edge ..."""
LARGEST_NUMBER_SHARE = 0.04
"""... and are at most this share of the page's longer side high."""
FRAME_BAND = 0.1
"""An ornamental frame keeps within this share of its shorter side ..."""
LARGEST_CONTENT = 0.004
"""... and in the middle of an empty one no more than this share is ink."""
FRAME_COVERAGE = 0.7
"""A frame covers at least this share of each of its four sides."""


def lettering_mask(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the ink of captions, titles and page numbers.

    A line of lettering is a row of separate marks of like height that stand on one line, side by
    side and evenly spaced, and that keep clear of all other ink: a drawing's hair and hatching do
    not.

    Args:
        ink: (height, width) bool.

    Returns:
        (height, width) bool, True on the ink of letters.
    """
    _, components, measured, _ = cv2.connectedComponentsWithStats(
        ink.astype(np.uint8), connectivity=8
    )
    labels, stats = np.asarray(components, np.int32), np.asarray(measured, np.int32)
    boxes = _boxes(stats)
    page_px = max(ink.shape)
    letters = [
        index
        for index, box in boxes.items()
        if SMALLEST_LETTER_PX <= box.height <= LARGEST_LETTER_SHARE * page_px
        and box.width <= 3 * box.height
    ]
    chains = [[boxes[index] for index in line] for line in _lines(letters, boxes)]
    lines = [_around(chain) for chain in chains if _is_line_of_letters(chain, page_px)]
    own = [_letters_in(line, boxes, len(stats)) for line in lines]
    others = ink & ~np.any([np.zeros(len(stats), bool), *own], axis=0)[labels]
    drawn = [box for index, box in boxes.items() if _is_drawn(index, box, labels, page_px)]
    found = [
        (line, letters)
        for line, letters in zip(lines, own, strict=True)
        if _is_clear(line, ink, others) and not any(_encloses(box, line) for box in drawn)
    ]
    for chain in chains:
        word = _around(chain)
        continues = len(chain) > 1 and any(_continues(line, word) for line, _ in found)
        if continues or (len(chain) < FEWEST_LETTERS and _is_page_number(word, ink)):
            found.append((word, _letters_in(word, boxes, len(stats))))
    return np.any([np.zeros(len(stats), bool), *(letters for _, letters in found)], axis=0)[labels]


def _letters_in(line: Box, boxes: dict[int, Box], count: int) -> NDArray[np.bool_]:
    """Which components are letters of a line, or the dots, accents and commas around them."""
    letters = np.zeros(count, bool)
    for index, box in boxes.items():
        near = round(PUNCTUATION * line.height) if box.height <= 0.5 * line.height else 0
        across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        beside = line.left - near <= across <= line.right + near
        level = line.top - near <= down <= line.bottom + near
        letters[index] = beside and level and box.height <= 1.2 * line.height
    return letters


def _is_drawn(index: int, box: Box, labels: NDArray[np.int32], page_px: int) -> bool:
    """Whether a component is so large that it is drawn, and no frame around lettering."""
    if box.height <= LARGEST_LETTER_SHARE * page_px:
        return False
    return not is_ruled_frame(labels[box.top : box.bottom, box.left : box.right] == index)


def _encloses(box: Box, line: Box) -> bool:
    """Whether lettering lies on something drawn, such as the name on a jar: it belongs to it."""
    across = box.left <= line.left and line.right <= box.right
    return across and box.top <= line.top and line.bottom <= box.bottom


def _continues(line: Box, word: Box) -> bool:
    """Whether a short word stands beside or below a line of lettering of its own height."""
    height = line.height
    across = max(word.left - line.right, line.left - word.right)
    down = max(word.top - line.bottom, line.top - word.bottom)
    return 0.6 * height <= word.height <= 1.5 * height and max(across, down) <= 1.2 * height


def _is_page_number(word: Box, ink: NDArray[np.bool_]) -> bool:
    """Whether a small word stands alone in its rows at the page's upper or lower edge."""
    height = ink.shape[0]
    at_edge = word.bottom < PAGE_EDGE_SHARE * height or word.top > (1 - PAGE_EDGE_SHARE) * height
    if not at_edge or word.height > LARGEST_NUMBER_SHARE * max(ink.shape):
        return False
    rows = ink[max(0, word.top - word.height) : word.bottom + word.height]
    own = np.count_nonzero(ink[word.top : word.bottom, word.left : word.right])
    return bool(np.count_nonzero(rows) == own)


def _is_clear(line: Box, ink: NDArray[np.bool_], others: NDArray[np.bool_]) -> bool:
    """Whether next to nothing but lettering lies in and around a line."""
    margin = max(2, round(CLEARANCE * line.height))
    around = np.s_[
        max(0, line.top - margin) : line.bottom + margin,
        max(0, line.left - margin) : line.right + margin,
    ]
    own = np.count_nonzero(ink[line.top : line.bottom, line.left : line.right])
    return bool(np.count_nonzero(others[around]) <= LARGEST_INTRUSION * own)


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


def _is_line_of_letters(line: list[Box], page_px: int) -> bool:
    if len(line) < FEWEST_LETTERS:
        return False
    height = float(np.median([box.height for box in line]))
    if len(line) < LONG_LINE and height > LARGEST_SHORT_SHARE * page_px:
        return False
    feet = np.array([box.bottom for box in line], float)
    level = np.polyval(np.polyfit([box.left for box in line], feet, 1), [b.left for b in line])
    gaps = np.array([after.left - before.right for before, after in pairwise(line)])
    return bool(
        np.median([box.width for box in line]) >= 0.3 * height
        and np.median(np.abs(feet - level)) <= 0.15 * height
        and np.median(gaps) >= 0
        and np.median(gaps) <= 0.6 * height
    )


def _around(boxes: list[Box]) -> Box:
    around = boxes[0]
    for box in boxes[1:]:
        around = around.united(box)
    return around


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


def is_empty_frame(ink: NDArray[np.bool_]) -> bool:
    """Whether ink is a frame, ruled or ornamental, around next to nothing.

    Args:
        ink: (height, width) bool, cropped to it.

    Returns:
        True where each side is covered along most of its length and the middle is empty.
    """
    height, width = ink.shape
    band = max(2, round(FRAME_BAND * min(ink.shape)))
    sides = (ink[:band].any(0), ink[-band:].any(0), ink[:, :band].any(1), ink[:, -band:].any(1))
    if not all(side.mean() >= FRAME_COVERAGE for side in sides):
        return False
    inside = ink[height // 4 : height - height // 4, width // 4 : width - width // 4]
    return bool(inside.mean() < LARGEST_CONTENT)
