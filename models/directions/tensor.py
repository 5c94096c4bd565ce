"""Tensor directions: what an expression or a turn does to a code, from a factorial set."""

from __future__ import annotations

from typing import Literal

import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles
from models.directions.factorial import FACTORS, Factorial
from models.directions.result import DirectionSet
from models.directions.subject import Subject
from models.directions.tensor_fit import Fit
from models.directions.tensor_model import TensorModel, hosvd

YAW = "yaw"
Intensity = Literal["slope", "truncated"]
WHO, EXPRESSION, INTENSITY, TURN = range(len(FACTORS))


def discover(subject: Subject, heads: Factorial, intensity: Intensity = "slope") -> DirectionSet:
    """Find one direction for each expression and one for the yaw.

    In W one model is made of whole codes; in W+ one model a layer (stacked, style-separated), and
    each layer's share of a direction keeps its length.

    Args:
        subject: generator and choices.
        heads: codes of a factorial set; those in W serve every layer of W+ alike.
        intensity: how an expression's strength enters, see `moves`.

    Returns:
        At most `subject.count`, the longest first; the score is how far, in units of w, the
        direction moves a code at the strongest intensity, or over the whole range of yaws.

    Raises:
        InputError: codes of W+ for a direction in W.
    """
    rows = heads.codes.shape[-2]
    if subject.space == "w" and rows > 1:
        raise InputError("tensor: codes of every layer; expected --space w_plus")
    layers = [0] if subject.space == "w" else [min(row, rows - 1) for row in subject.layers]
    models = {row: hosvd(heads.codes[..., row, :]) for row in dict.fromkeys(layers)}
    names = (*heads.cells.levels["expression"], YAW)
    yaws, strengths = (
        np.array(heads.cells.levels[factor], np.float64) for factor in ("yaw_deg", "intensity")
    )
    steepness = strengths if intensity == "slope" else None
    by_layer = [np.stack(moves(models[row], yaws, steepness)) for row in layers]
    vectors = by_layer[0] if subject.space == "w" else np.stack(by_layer, axis=1)
    lengths = np.linalg.norm(vectors.reshape(len(vectors), -1), axis=1)
    order = np.argsort(-lengths, kind="stable")[: subject.count]
    form = "stacked" if rows > 1 else "vectorised"
    details = {"people": len(heads.codes), "form": form, "intensity": intensity}
    return subject.results(
        "tensor", vectors[order], lengths[order], details, [names[i] for i in order]
    )


def moves(
    model: TensorModel, yaws_deg: Doubles, intensities: Doubles | None = None
) -> list[Doubles]:
    """What each expression, and the yaw, does to the average head.

    Args:
        model: of who, expression, intensity and yaw.
        yaws_deg: of the levels of yaw.
        intensities: of the levels of intensity; None truncates intensity as the source does.

    Returns:
        A vector (d,) for each expression at the strongest intensity, and one for the whole range of
        yaws. With intensities an expression's is from a face without it: the slope of a straight
        line over the intensities. Truncated it is from the average expression.

    Source: thesis, paper II, eqs. 13-18: intensity is truncated to its first column, the other
        factors are averaged, and the row of the expression is picked. There the average expression
        is taken out of the row: at a truncated intensity it is not 0. What expressions have in
        common is lost with it, which the slope keeps.
    """
    who, expression, _, turn = model.averages()
    if intensities is None:
        rows, strength = model.factors[EXPRESSION] - expression, truncated_intensity(model)
    else:
        rows = model.factors[EXPRESSION]
        strength = slope(model.factors[INTENSITY], intensities) * intensities.max()
    found = [model.basis @ model.contracted([who, row, strength, turn]) for row in rows]
    turned = slope(model.factors[TURN], yaws_deg) * np.ptp(yaws_deg)
    middle = truncated_intensity(model)
    return [*found, model.basis @ model.contracted([who, expression, middle, turned])]


def slope(levels: Doubles, values: Doubles) -> Doubles:
    """How fast the parameters (n, r) of levels change with the values (n,) of these: (r,)."""
    away = values - values.mean()
    return np.asarray(away @ levels / (away @ away), np.float64)


def truncated_intensity(model: TensorModel) -> Doubles:
    """The strongest intensity's parameters with all but the first column left out."""
    first = np.zeros(model.factors[INTENSITY].shape[1])
    first[0] = model.factors[INTENSITY][-1, 0]
    return first


def with_levels(model: TensorModel, fit: Fit, levels: dict[int, int]) -> list[Doubles]:
    """The parameters of a fitted code with those of some factors replaced by a level's.

    Args:
        model: where it was fitted.
        fit: of a code.
        levels: index of the level by index of the factor.
    """
    given = list(fit.parameters)
    for factor, level in levels.items():
        given[factor] = model.factors[factor][level]
    return given


def transferred(model: TensorModel, fit: Fit, code: Doubles, levels: dict[int, int]) -> Doubles:
    """Give a code another expression, intensity or yaw and keep what the model cannot say of it.

    Args:
        model: of the factorial set.
        fit: of this code in it.
        code: (d,).
        levels: as in `with_levels`.

    Returns:
        (d,): the code plus what the change does to its decoded parameters.
    """
    return code + model.decode(with_levels(model, fit, levels)) - fit.code
