"""The authors' own networks, imported from checkouts that are given by path.

Nothing of them is kept here. The pSp checkout's package is called `models` as ours is: it is
imported first and then put away, so that either code finds its own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.peers import operators
from exhibit.contract.errors import InputError

PSP = "eladrich/pixel2style2pixel"
STYLEGAN = "NVlabs/stylegan2-ada-pytorch"
NEEDED = {
    PSP: (
        "models/encoders/psp_encoders.py",
        "models/encoders/helpers.py",
        "models/stylegan2/model.py",
    ),
    STYLEGAN: (
        "training/networks.py",
        "training/loss.py",
        "torch_utils/misc.py",
        "torch_utils/ops/upfirdn2d.py",
        "dnnlib/__init__.py",
    ),
}
"""Files of a checkout without which it is another repository, or a part of it."""
_MULTIPLIER_BASE = 16384
"""Channels times side of pSp's generator from 64² on, for each of its channel multiplier."""
OWN_MULTIPLIER = 2
OWN_CHANNEL_BASE = OWN_MULTIPLIER * _MULTIPLIER_BASE
"""Of the generator in pSp's own code, as its authors use it."""


def check_checkout(option: str, repository: str, folder: Path) -> None:
    """Look for the files that are needed of a repository.

    Raises:
        InputError: one is missing; names option, folder and file.
    """
    for name in NEEDED[repository]:
        if not (folder / name).is_file():
            raise InputError(
                f"{option} {folder}: there is no {name}; expected a checkout of {repository}"
            )


@contextmanager
def _found_first(folder: str, package: str) -> Iterator[None]:
    """Let a checkout's package be found; ours of the same name is put away and comes back."""

    def loaded() -> list[str]:
        return [name for name in sys.modules if name.split(".")[0] == package]

    ours = {name: sys.modules.pop(name) for name in loaded()}
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
        if ours:
            for name in loaded():
                del sys.modules[name]
        sys.modules.update(ours)


def _psp(folder: str) -> tuple[Any, Any]:
    """The authors' modules `psp_encoders` and `model`, with plain operators."""
    with _found_first(folder, "models"):
        sys.modules[operators.NAME] = operators
        encoders = import_module("models.encoders.psp_encoders")
        return encoders, import_module("models.stylegan2.model")


def psp_encoder(folder: str, num_ws: int, channels: int) -> Any:
    """pSp's IR-SE-50 encoder, untrained: pictures (n, channels, S, S) to (n, num_ws, 512)."""
    encoders, _ = _psp(folder)
    options = SimpleNamespace(input_nc=channels, n_styles=num_ws)
    encoder = encoders.GradualStyleEncoder(50, "ir_se", options)
    # Its first versions have codes for 1024², of which a smaller generator reads the first.
    encoder.style_count = num_ws
    encoder.styles = encoder.styles[:num_ws]
    return encoder


def psp_generator(folder: str, side: int) -> Any:
    """The generator in pSp's own code, untrained."""
    _, model = _psp(folder)
    return model.Generator(side, 512, 8, channel_multiplier=OWN_MULTIPLIER)


def stylegan(folder: str) -> tuple[Any, Any]:
    """The authors' modules `networks` and `loss`."""
    with _found_first(folder, "training"):
        return import_module("training.networks"), import_module("training.loss")
