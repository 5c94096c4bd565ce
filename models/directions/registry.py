"""All methods of discovery by name, imported when they are asked for.

A new method is a name here, `discover` in the module of that name, and its options in the module of
that name in `models.directions.commands`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Protocol, cast

from exhibit.contract.errors import InputError

if TYPE_CHECKING:  # the list of commands needs no torch
    from models.directions.result import DirectionSet
    from models.directions.subject import Subject

METHODS = (
    "pca",
    "sefa",
    "sefa-conv",
    "resefa",
    "jacobian",
    "regression",
    "mean-difference",
    "svm",
    "panda",
    "localized",
    "tensor",
)


class Method(Protocol):
    """A method: from a subject and settings of its own to directions, best first."""

    def __call__(self, subject: Subject, **settings: Any) -> DirectionSet:
        """Discover at most `subject.count` directions."""
        ...


def find_method(name: str) -> Method:
    """Import one method; raises InputError naming the known."""
    if name not in METHODS:
        raise InputError(f"method '{name}': expected one of {', '.join(METHODS)}")
    module = importlib.import_module(f"models.directions.{module_of(name)}")
    return cast("Method", module.discover)


def module_of(name: str) -> str:
    """The name of a method as modules and functions have it."""
    return name.replace("-", "_")
