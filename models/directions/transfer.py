"""Moves of heads that no model was made of: told by the drawing that each move should arrive at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Gray
from models.directions.classifier import Classifier, score
from models.directions.drawing import draw_w
from models.directions.effects import Table
from models.directions.factorial import Cells, Factorial
from models.directions.mean_difference import differences
from models.directions.measured import Measured
from models.directions.regression import regressed
from models.directions.subject import Subject
from models.directions.tensor import EXPRESSION, INTENSITY, TURN, moves, transferred
from models.directions.tensor_fit import fit_summed
from models.directions.tensor_model import TensorModel, hosvd

HELD_OUT = 4
"""People that no model is made of."""
WEIGHT = 0.01
"""Of every penalty, see `tensor_fit`."""
DIRECTIONS = ("tensor, truncated", "tensor, slope", "regression", "mean difference")
METHODS = ("unmoved", "transfer", *DIRECTIONS, "truth")
OPENED = "mouth-open"
"""The label that an expression itself may change."""
Row = dict[str, float]
Apart = Callable[[NDArray[Any], NDArray[Any]], float]
Levels = tuple[int, int, int]


class Move(NamedTuple):
    """Who is moved, from where and to where: levels of expression, intensity and yaw."""

    who: int
    start: Levels
    to: Levels


def held_out(heads: Factorial) -> tuple[Factorial, Factorial]:
    """Part a factorial set: the people that models are made of, and the last four.

    Raises:
        InputError: no more than four people.
    """
    people = len(heads.codes)
    if people <= HELD_OUT:
        raise InputError(f"heads: {people} people; expected more than the {HELD_OUT} held out")
    return heads.people(slice(-HELD_OUT)), heads.people(slice(-HELD_OUT, None))


def asked(shape: tuple[int, ...]) -> list[Move]:
    """List what is asked of heads: from slightly happy to each other expression in full, and yaws.

    Args:
        shape: how many people, expressions, intensities and yaws.

    Returns:
        Expressions first, at each yaw; then each yaw to each other one, expressions in full.
    """
    people, expressions, intensities, yaws = shape[:4]
    full = intensities - 1
    faces = [
        Move(who, (0, 0, yaw), (expression, full, yaw))
        for who in range(people)
        for expression in range(1, expressions)
        for yaw in range(yaws)
    ]
    turns = [
        Move(who, (expression, full, first), (expression, full, second))
        for who in range(people)
        for expression in range(expressions)
        for first in range(yaws)
        for second in range(yaws)
        if first != second
    ]
    return [*faces, *turns]


def pictures_of_moves(cells: Cells) -> int:
    """How many pictures `transfer_table` draws."""
    return len(METHODS) * len(asked((HELD_OUT, *cells.files.shape[1:])))


def of_expression(wanted: list[Move]) -> NDArray[np.bool_]:
    """Which moves are of the expression; the others are of the yaw."""
    return np.array([move.start[0] != move.to[0] for move in wanted])


def asked_steps(seen: Factorial, model: TensorModel) -> dict[str, Doubles]:
    """What each of `DIRECTIONS` adds to a code for each expression and for one degree of yaw.

    Args:
        seen: codes in W.
        model: of these codes.

    Returns:
        By method (expressions + 1, w_dim). Lengths are the methods' own where they have one; a
        direction of regression or mean difference is as long as fits the codes seen best.
    """
    codes, cells = seen.codes[..., 0, :], seen.cells
    yaws = np.array(cells.levels["yaw_deg"], np.float64)
    strengths = np.array(cells.levels["intensity"], np.float64)
    truncated, slope = np.stack(moves(model, yaws)), np.stack(moves(model, yaws, strengths))
    for vectors in (truncated, slope):
        vectors[-1] /= np.ptp(yaws)
    measured = _known(codes, seen)
    fitted = [
        np.stack([_fitted(v, measured, i) for i, v in enumerate(vectors)])
        # No measure's other ones are held fast by mean difference: that is the method.
        for vectors in (regressed(measured), differences(measured))
    ]
    return dict(zip(DIRECTIONS, (truncated, slope, *fitted), strict=True))


def _known(codes: Doubles, heads: Factorial) -> Measured:
    """Codes with what is known of them: the strength of each expression, and the yaw in degrees."""
    levels, shape = heads.cells.levels, codes.shape[:-1]
    index = np.indices(shape)
    strengths = np.array(levels["intensity"], np.float64)[index[INTENSITY]]
    values = [strengths * (index[EXPRESSION] == e) for e in range(shape[EXPRESSION])]
    values.append(np.array(levels["yaw_deg"], np.float64)[index[TURN]])
    table = np.stack([value.ravel() for value in values], axis=1)
    flat = codes.reshape(-1, codes.shape[-1]).astype(np.float32)
    return Measured(flat, (*levels["expression"], "yaw"), table)


def _fitted(vector: Doubles, measured: Measured, column: int) -> Doubles:
    """Make a direction as long as what one unit of its measure does to codes along it."""
    unit = vector / np.linalg.norm(vector)
    values = measured.values[:, column]
    centred = values - values.mean()
    strength = float(centred @ (measured.w @ unit) / (centred @ centred))
    return np.asarray(strength * unit, np.float64)


def moved_heads(seen: Factorial, unseen: Factorial) -> dict[str, Doubles]:
    """Move heads by each of `METHODS` as they are asked to.

    Args:
        seen: codes in W of the people that models are made of.
        unseen: of the people who are moved.

    Returns:
        By method (moves, w_dim), in the order of `asked`. `truth` is the code of the drawing that
        was asked for.
    """
    model = hosvd(seen.codes[..., 0, :])
    steps = asked_steps(seen, model)
    moved: dict[str, list[Doubles]] = {method: [] for method in METHODS}
    yaws = np.array(unseen.cells.levels["yaw_deg"], np.float64)
    strengths = np.array(unseen.cells.levels["intensity"], np.float64)
    for who, start, to in asked(unseen.cells.files.shape):
        code = unseen.codes[(who, *start)][0]
        fitted = fit_summed(model, code, WEIGHT)
        levels = {EXPRESSION: to[0], INTENSITY: to[1], TURN: to[2]}
        changed = {factor: level for factor, level in levels.items() if level != start[factor - 1]}
        moved["transfer"].append(transferred(model, fitted, code, changed))
        moved["unmoved"].append(code)
        moved["truth"].append(unseen.codes[(who, *to)][0])
        for method, vectors in steps.items():
            step = (yaws[to[2]] - yaws[start[2]]) * vectors[-1]
            if to[0] != start[0]:
                step = step + strengths[to[1]] * vectors[to[0]]
                step = step - strengths[start[1]] * vectors[start[0]]
            moved[method].append(code + step)
    return {method: np.stack(codes) for method, codes in moved.items()}


def told(found: NDArray[Any], true: NDArray[Any], wanted: list[Move], apart: Apart) -> Row:
    """How often a move arrives at the drawing that was asked for.

    Args:
        found: (moves, ...), codes or pictures.
        true: the same of all drawings of these people, (who, expression, intensity, yaw, ...).
        wanted: the moves.
        apart: distance of two.

    Returns:
        Share of moves of the expression after which that of the person's nearest drawing is the
        asked one; of moves of the yaw likewise; and of all, after which the person is the nearest.
    """

    def nearest(one: NDArray[Any], others: NDArray[Any]) -> int:
        return int(np.argmin([apart(one, other) for other in others]))

    faces = of_expression(wanted)
    right = np.array(
        [
            (
                nearest(one, true[who, :, to[1], to[2]]) == to[0],
                nearest(one, true[who, to[0], to[1]]) == to[2],
                nearest(one, true[:, to[0], to[1], to[2]]) == who,
            )
            for one, (who, _, to) in zip(found, wanted, strict=True)
        ]
    )
    return {
        "expression told": float(right[faces, 0].mean()),
        "yaw told": float(right[~faces, 1].mean()),
        "who told": float(right[:, 2].mean()),
    }


def left(found: dict[str, Doubles], method: str, wanted: list[Move]) -> Row:
    """Squared distance of codes to those asked for, as a share of that before the moves."""
    faces = of_expression(wanted)
    before, after = (
        np.square(found[which] - found["truth"]).sum(axis=1) for which in ("unmoved", method)
    )
    return {
        "left, expression": float(after[faces].sum() / before[faces].sum()),
        "left, yaw": float(after[~faces].sum() / before[~faces].sum()),
    }


def grey_apart(picture: NDArray[Any], other: NDArray[Any]) -> float:
    """Mean absolute difference of two pictures (R, R) uint8, in grey levels."""
    return float(np.abs(picture.astype(np.int16) - other).mean())


def transfer_table(
    subject: Subject,
    seen: Factorial,
    unseen: Factorial,
    drawings: Gray,
    classifier: Classifier | None = None,
) -> Table:
    """Give held-out heads other expressions and yaws by each of `METHODS`, and look at them drawn.

    Args:
        subject: whose generator draws.
        seen: codes in W of the people that models are made of.
        unseen: of the people who are moved.
        drawings: of the cells of these, (cells, R, R) uint8.
        classifier: says which labels are kept; None leaves them out.

    Returns:
        By method: shares told as `told` gives them, of pictures by their grey; squared distances of
        codes as `left` gives them; and the share of the classifier's labels, an open mouth left
        out, that are what they were before the move.
    """
    wanted = asked(unseen.cells.files.shape)
    found = moved_heads(seen, unseen)
    true = drawings.reshape(*unseen.cells.files.shape, *drawings.shape[1:])
    pictures = {method: draw_w(subject, codes) for method, codes in found.items()}
    table = {
        method: told(drawn, true, wanted, grey_apart) | left(found, method, wanted)
        for method, drawn in pictures.items()
    }
    if classifier is not None:
        lasting = [name != OPENED for name in classifier.names]
        labels = {m: score(classifier, drawn)[:, lasting] > 0 for m, drawn in pictures.items()}
        for method, row in table.items():
            row["labels kept"] = float((labels[method] == labels["unmoved"]).mean())
    return table
