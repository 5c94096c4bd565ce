"""All methods of discovery by name, imported when they are asked for."""

from __future__ import annotations

import importlib
from typing import Any, Protocol, cast

from exhibit.contract.errors import InputError
from models.directions.result import DirectionSet
from models.directions.subject import Subject

METHODS = {
    "pca": "models.directions.pca:discover",
    "sefa": "models.directions.sefa:discover",
    "sefa-conv": "models.directions.sefa_conv:discover",
    "resefa": "models.directions.resefa:discover",
    "jacobian": "models.directions.jacobian:discover",
    "regression": "models.directions.regression:discover",
    "mean-difference": "models.directions.mean_difference:discover",
    "svm": "models.directions.svm:discover",
}


class Method(Protocol):
    """A method: from a subject and settings of its own to directions, best first."""

    def __call__(self, subject: Subject, **settings: Any) -> DirectionSet:
        """Discover at most `subject.count` directions."""
        ...


def find_method(name: str) -> Method:
    """Import one method; raises InputError naming the known."""
    if name not in METHODS:
        raise InputError(f"method '{name}': expected one of {', '.join(METHODS)}")
    module, _, function = METHODS[name].partition(":")
    return cast(Method, getattr(importlib.import_module(module), function))
