"""One direction through all steps: what is found at each step in an order and with signs of its own
is matched with what was found at the step before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from exhibit.contract.values import Doubles


def followed(likeness: Sequence[Doubles]) -> tuple[list[np.ndarray], list[Doubles], Doubles]:
    """Follow what was found at the first step through the others.

    Args:
        likeness: for every step but the first, (k, k): how like, −1 to 1, each of what was found
            at the step before (row) is to each of what was found at this step (column).

    Returns:
        For every step the indices (k,) of what continues the first step's, and their signs (k,);
        and (k,) the mean |likeness| along the way: near 1 where it is the same throughout.
    """
    size = len(likeness[0])
    orders, signs = [np.arange(size)], [np.ones(size)]
    along = []
    for table in likeness:
        turned = table[orders[-1]] * signs[-1][:, None]
        rows, columns = linear_sum_assignment(-np.abs(turned))
        found = turned[rows, columns]
        orders.append(columns)
        signs.append(np.where(found < 0, -1.0, 1.0))
        along.append(np.abs(found))
    return orders, signs, np.mean(along, axis=0)
