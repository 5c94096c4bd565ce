"""Looking for a board in a frame, and saying why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from calibration.boards import BOARDS, COLUMNS, ROWS, Board
from calibration.markers import board_dictionary
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Points
from exhibit.contract.values import Gray

LEAST_CORNERS = 12
"""Fewer say little of a lens, and may all lie on one line."""
_SOME_MARKERS = 4
"""So many of a board are no accident."""
LOST_AFTER = 60
"""Frames without a board before it is said why."""
_TWINS = 3
_CLIPPED_LEVEL, GLARE_SHARE = 250, 0.02
"""Above the second a lamp or an exposure hides what is printed."""
_EARLIER = "DICT_4X4_250"
_EARLIER_SHEETS = {"A4": {0, 1, 2, 3}, "A3": {4, 5, 6, 7}}
_OTHERS = ("DICT_4X4_250", "DICT_5X5_1000", "DICT_6X6_1000", "DICT_7X7_1000", "DICT_APRILTAG_36h11")


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A board in one frame.

    Args:
        board: which.
        ids: (n,) of its corners.
        corners: (n, 2) continuous pixels of a frame turned to the visitor's side.
        size_px: width and height of the frame.
    """

    board: Board
    ids: np.ndarray[tuple[int], np.dtype[np.int64]]
    corners: Points
    size_px: tuple[int, int]

    @property
    def corners_mm(self) -> Points:
        """(n, 2) mm on the paper of the same corners."""
        return np.asarray(self.board.corners_mm[self.ids], np.float64)


def turn(frame: Gray, mirrored: bool) -> Gray:
    """Return a frame (H, W) as the visitor sees the table."""
    return np.ascontiguousarray(frame[:, ::-1]) if mirrored else frame


def find_board(turned: Gray) -> Sighting | None:
    """Return the board in a frame (H, W) uint8 on the visitor's side, or None.

    None also where two boards are seen, and where too few corners are.
    """
    corners, ids = _markers(turned, board_dictionary())
    seen = _papers(ids)
    if len(seen) != 1 or _twins(ids) >= _TWINS:
        return None
    board = BOARDS[next(iter(seen))]
    # Both patterns have the same markers, and a detector of the wrong one finds no corner.
    found = (
        _corners_of(turned, each, corners, ids) for each in (board, replace(board, legacy=True))
    )
    best = max(found, key=lambda sighting: len(sighting.ids))
    return best if len(best.ids) >= LEAST_CORNERS else None


def why_none(frames: Sequence[Gray], mirrored: bool) -> str:
    """Say why no board was found in any of some frames (H, W), as they come from the camera."""
    turned = [turn(frame, mirrored) for frame in frames]
    looks = [_markers(frame, board_dictionary())[1] for frame in turned]
    most = max(looks, key=len)
    for ids in looks:
        papers = sorted(_papers(ids))
        if len(papers) > 1 or _twins(ids) >= _TWINS:
            named = " and ".join(paper.upper() for paper in papers)
            return f"two boards are seen ({named}); leave one on the table and take the other away"
    mirror_image = max(len(_markers(turn(frame, True), board_dictionary())[1]) for frame in turned)
    if mirror_image > max(len(most), _SOME_MARKERS):
        return (
            f"the board is seen in a mirror: camera.mirrored is {str(mirrored).lower()}; lay it "
            "with the print up, or change camera.mirrored in config.yaml"
        )
    if len(most) < _SOME_MARKERS and (other := _what_else(turned)):
        return other
    glare = max(glare_share(frame) for frame in turned)
    if glare > GLARE_SHARE:
        return (
            f"glare hides the board: {100 * glare:.0f} % of the picture is white without detail, "
            f"expected {100 * GLARE_SHARE:.0f} % or less; lower camera.exposure, turn lamps away"
        )
    if len(most) >= LEAST_CORNERS:
        return (
            f"{len(most)} of the board's markers are seen, but fewer than {LEAST_CORNERS} corners "
            "between them: uncover it, or lay the sheet of `calibrate print` down if this one's "
            "squares are of another pattern"
        )
    return (
        f"at most {len(most)} of the board's {COLUMNS * ROWS // 2} markers were seen; lay the "
        "sheet of `calibrate print` flat, with nothing on it, in even light"
    )


def require_board(frames: Sequence[Gray], mirrored: bool) -> list[Sighting]:
    """Return the board in every frame (H, W) that shows it.

    Raises:
        CalibrationError: none of them does, and why; or they show boards of different papers.
    """
    found = [sighting for frame in frames if (sighting := find_board(turn(frame, mirrored)))]
    if not found:
        raise CalibrationError(why_none(frames, mirrored))
    names = Counter(name_of(sighting.board) for sighting in found)
    if len(names) > 1:
        raise CalibrationError(
            f"one step saw the boards {' and '.join(sorted(names))}; expected the same throughout"
        )
    return found


def name_of(board: Board) -> str:
    """Return what a board is called; one of the older pattern is told apart."""
    pattern = " (pattern of OpenCV before 4.6)" if board.legacy else ""
    return f"{board.paper.name.upper()}{pattern}"


def _markers(
    turned: Gray, markers: cv2.aruco.Dictionary
) -> tuple[Sequence[Points], tuple[int, ...]]:
    detector = cv2.aruco.ArucoDetector(markers, cv2.aruco.DetectorParameters())
    corners, ids, _ = detector.detectMarkers(turned)
    quads = [np.asarray(quad, np.float64) for quad in corners]
    return quads, () if ids is None else tuple(int(number) for number in np.ravel(ids))


def _papers(ids: Sequence[int]) -> set[str]:
    seen = {name: sum(number in board.ids for number in ids) for name, board in BOARDS.items()}
    return {name for name, count in seen.items() if count >= _SOME_MARKERS}


def _twins(ids: Sequence[int]) -> int:
    return sum(count > 1 for count in Counter(ids).values())


def _corners_of(
    turned: Gray, board: Board, markers: Sequence[Points], ids: Sequence[int]
) -> Sighting:
    detector = cv2.aruco.CharucoDetector(board.charuco)
    given = np.array(ids, np.int32).reshape(-1, 1)
    quads = [quad.astype(np.float32) for quad in markers]
    corners, numbers, _, _ = detector.detectBoard(turned, None, None, quads, given)
    height, width = turned.shape
    if corners is None or numbers is None:
        corners, numbers = np.empty((0, 2)), np.empty(0)
    # OpenCV counts from the middle of the first pixel, our frames from its corner.
    at = np.asarray(corners, np.float64).reshape(-1, 2) + 0.5
    return Sighting(board, np.asarray(numbers, np.int64).ravel(), at, (width, height))


def glare_share(turned: Gray) -> float:
    """Return how much of a frame (H, W) is white without detail."""
    return float(np.mean(turned >= _CLIPPED_LEVEL))


def _what_else(frames: Sequence[Gray]) -> str:
    """Say which other sheet is seen: those of before the boards had a marker in each corner."""
    earlier = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, _EARLIER))
    for frame in frames:
        ids = set(_markers(frame, earlier)[1])
        papers = [name for name, marks in _EARLIER_SHEETS.items() if marks <= ids]
        if papers:
            what = "a sheet" if len(papers) == 1 else f"{len(papers)} sheets"
            return (
                f"{what} of an earlier version ({' and '.join(papers)}) seen; print the board of "
                "`calibrate print`, and lay it alone"
            )
    other = next(filter(None, map(_other_board, frames)), "")
    if not other:
        return ""
    return f"a board of other markers is seen ({other}); lay the one of `calibrate print`"


def _other_board(turned: Gray) -> str:
    for name in _OTHERS:
        markers = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, name))
        ids = _markers(turned, markers)[1]
        if sum(not _is_ours(name, number) for number in ids) >= _SOME_MARKERS:
            return name
    return ""


def _is_ours(name: str, number: int) -> bool:
    """Return whether a marker may be one of our boards, marks or cards."""
    return (name == "DICT_6X6_1000" and number < 250) or (name == "DICT_5X5_1000" and number < 100)
