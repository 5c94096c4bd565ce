"""A bundle whose files are not what they should be is refused in one line, and never hangs.

Spans all that opens a bundle. Hashes are right, so that whoever reads the files meets damage.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from exhibit.contract.bundle import DIRECTIONS, DIRECTIONS_META, LATENTS, REQUIRED
from exhibit.contract.errors import BundleError
from exhibit.contract.settings.schema import Config, DirectionConfig, EditingConfig, ModelConfig
from exhibit.engine.opened_bundle import open_bundle
from exhibit.stage.drawings import read_drawings
from tests.fakes.bundle import DIRECTION_NAMES, RESOLUTION, write_bundle, write_card


def _open(folder: Path) -> None:
    model = ModelConfig(bundle=str(folder), providers=("cpu",), threads=1)
    directions = (DirectionConfig(name=DIRECTION_NAMES[0], strength=1),)
    config = Config(model=model, editing=EditingConfig(directions=directions))
    open_bundle(config).configure(config)


def _latents(**changes: Any) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        with np.load(folder / LATENTS) as found:
            arrays = {**{name: found[name] for name in found.files}, **changes}
        np.savez(folder / LATENTS, **arrays)

    return damage


def _vector(change: Callable[[Any], Any], name: str = DIRECTION_NAMES[0]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        vectors = load_file(folder / DIRECTIONS)
        vectors[name] = change(vectors[DIRECTION_NAMES[0]])
        save_file(vectors, folder / DIRECTIONS)
        meta = json.loads((folder / DIRECTIONS_META).read_text())
        meta[name] = meta[DIRECTION_NAMES[0]]
        (folder / DIRECTIONS_META).write_text(json.dumps(meta))

    return damage


def _meta(text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / DIRECTIONS_META).write_text(text) and None


def _infinite(array: Any) -> Any:
    array = array.copy()
    array.flat[0] = np.inf
    return array


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_latents(attract=np.zeros((2, RESOLUTION, RESOLUTION, 7), np.uint8)), "attract is"),
        (_latents(attract=np.zeros((0, RESOLUTION, RESOLUTION), np.uint8)), "attract is"),
        (_latents(attract=np.zeros((2, 16, 16), np.uint8)), "pictures of 16 px"),
        (_latents(w_avg=np.full(16, np.nan, np.float32)), "w_avg is not finite"),
        (_latents(covariance=np.full((16, 16), np.inf, np.float32)), "covariance is not finite"),
        (_latents(radius=np.float32(0)), "radius is 0"),
        (_latents(radius=np.float32(np.nan)), "radius is nan"),
        (_vector(lambda vector: vector * np.nan), "has length nan"),
        (_vector(_infinite), "has length inf"),
        (_vector(lambda vector: vector * 0), "has length 0"),
        (_vector(lambda vector: vector, "<script>"), "without markup"),
        (_vector(lambda vector: vector, "../up"), "without markup"),
        (_meta("[]"), "expected directions by name"),
        (_meta("null"), "expected directions by name"),
        (_meta("[" * 5000), "not readable as JSON"),
        (_meta('{"darker": []}'), "expected safe_range"),
        (_meta('{"darker": {"safe_range": [-Infinity, 3], "sigma": 1}}'), "must be finite"),
        (_meta('{"darker": {"safe_range": [-3, 3], "sigma": NaN}}'), "must be finite"),
    ],
)
def test_bundle_with_right_hashes_and_wrong_content_is_refused(
    tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    folder = write_bundle(tmp_path / "tiny")
    damage(folder)
    write_card(folder, "tiny", "feature")
    with pytest.raises(BundleError, match=said):
        _open(folder)


@pytest.mark.parametrize("name", ["<b>", "a/b", "", "x" * 101, 'a"b'])
def test_bundle_with_a_name_that_cannot_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    folder = write_bundle(tmp_path / "tiny")
    write_card(folder, name, "feature")
    with pytest.raises(BundleError, match="name"):
        _open(folder)


@pytest.mark.parametrize("file", REQUIRED)
def test_bundle_with_changed_bytes_and_right_hashes_is_refused_or_runs(
    tmp_path: Path, file: str
) -> None:
    """Nothing but BundleError comes out, whatever the bytes: 84 bundles for each file."""
    rng = random.Random(file)
    folder = write_bundle(tmp_path / "tiny")
    whole = (folder / file).read_bytes()
    for trial in range(84):
        data = bytearray(whole)
        if trial % 3 == 0:
            data = data[: rng.randrange(len(data))]
        else:
            for _ in range(rng.choice((1, 8, 200))):
                # Headers stand at the beginning and at the end.
                place = rng.choice((rng.randrange(len(data)), rng.randrange(min(400, len(data)))))
                data[place if trial % 2 else -place - 1] = rng.randrange(256)
        (folder / file).write_bytes(data)
        write_card(folder, "tiny", "feature")
        for read in (_open, lambda path: read_drawings(str(path))):
            try:
                read(folder)
            except BundleError as error:
                assert len(str(error).splitlines()) == 1
