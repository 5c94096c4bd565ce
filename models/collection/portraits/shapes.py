"""The outlines of a drawn part as points that can be moved, and back to SVG."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from numpy.typing import NDArray

Points = NDArray[np.float64]
PATH = re.compile(r' d="([^"]*)"')
LETTERS = {"moveTo": "M", "lineTo": "L", "curveTo": "C", "closePath": "Z", "endPath": ""}


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """All paths of a fragment.

    Args:
        fragment: SVG with {path} where each path's commands stood.
        commands: letter and number of points of every command, one list a path.
        points: (n, 2) of all paths in order, in the fragment's own units.
        drawn: (n,) bool, points that lie on a line; the others are handles of curves.
    """

    fragment: str
    commands: tuple[tuple[tuple[str, int], ...], ...]
    points: Points
    drawn: NDArray[np.bool_]


def outline_of(fragment: str) -> Outline:
    """Read the paths of an SVG fragment; arcs become curves, everything absolute."""
    commands, points, drawn = [], [], []
    for text in PATH.findall(fragment):
        pen = RecordingPen()
        parse_path(text, pen)
        commands.append(tuple((LETTERS[kind], len(given)) for kind, given in pen.value))
        for _, given in pen.value:
            points += given
            drawn += [False] * (len(given) - 1) + [True] * bool(given)
    flat = np.array(points, np.float64).reshape(-1, 2)
    return Outline(PATH.sub(" d={path}", fragment), tuple(commands), flat, np.array(drawn, bool))


def moved(outline: Outline, move: Callable[[Points], Points]) -> str:
    """Move all points of an outline and write it as SVG.

    Args:
        outline: of a part.
        move: from (n, 2) points to as many.

    Returns:
        The fragment with its paths where they now lie.
    """
    if not len(outline.points):
        return outline.fragment
    rest = iter(move(outline.points).tolist())
    parts = outline.fragment.split("{path}")
    written = [parts[0]]
    for commands, after in zip(outline.commands, parts[1:], strict=True):
        pieces = []
        for letter, count in commands:
            pairs = (next(rest) for _ in range(count))
            pieces.append(letter + " ".join(f"{x:.2f} {y:.2f}" for x, y in pairs))
        written += ['"', "".join(pieces), '"', after]
    return "".join(written)
