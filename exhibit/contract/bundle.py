"""A bundle: the folder that `models` writes and `exhibit` shows.

`card.yaml` describes it and names every other file with its SHA-256. Nothing in a bundle is ever
unpickled. This module reads and checks; ONNX sessions are opened in `exhibit.inference`.

`golden.npz` holds pairs that are run whenever the bundle is opened: `ink` (n, planes, S, S) uint8,
or float32 in −1..1, `w_plus` (n, num_ws, w_dim), `feature` (n, C, side, side) where the bundle has
one, and `picture` (n, channels, R, R) in −1..1, as the encoder and the generator gave them on the
CPU.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from exhibit.contract.errors import BundleError
from exhibit.contract.installed import INSTALLED_AT
from exhibit.contract.plain_files import open_plain, plain_text, real_path
from exhibit.contract.yaml_text import YamlError, read_yaml

CARD = "card.yaml"
ENCODER, GENERATOR = "encoder.onnx", "generator.onnx"
LATENTS, DIRECTIONS, GOLDEN = "latents.npz", "directions.safetensors", "golden.npz"
DIRECTIONS_META = "directions.json"
PARTS = "parts.safetensors"
"""Named places of the feature map, of a bundle with appearances."""
MEMORY = "memory"
"""Folder of the drawings that a bundle of format 2 recalls from."""
BUNDLES_DIR = INSTALLED_AT / "models" / "bundles"
PLAIN_NAME = r"^[^<>&\"'/\\\x00-\x1f\x7f]{1,100}$"
"""Of bundles and directions: shown on a page, and part of files' names."""
REQUIRED = (ENCODER, GENERATOR, LATENTS, DIRECTIONS, DIRECTIONS_META, GOLDEN)


class Card(BaseModel):
    """What `card.yaml` says of a bundle."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    format: Literal[1, 2, 3] = 1
    """Version of this layout: 2 may have a memory (see `exhibit.contract.memory`), 3 also
    directions of the feature map (see `exhibit.contract.directions`)."""
    name: str = Field(pattern=PLAIN_NAME)
    """Short name, as in `--bundle lear`."""
    artist: str
    """Whose drawings."""
    collection: str
    """Which drawings, from where."""
    licence: str
    """Licence of the weights, and the status of the drawings."""
    attribution: tuple[str, ...] = ()
    """Credits that must travel with the bundle."""
    resolution: int = Field(ge=32, le=1024)
    """Side of a picture in pixels."""
    channels: Literal[1, 3] = 1
    """1 for grey, 3 for RGB."""
    num_ws: int = Field(ge=8, le=18)
    """Rows of w_plus: 2·log2(resolution) − 2."""
    w_dim: int = Field(ge=8, le=1024)
    """Length of one w."""
    ink_size: int = Field(ge=32, le=1024)
    """Side of the encoder's ink in pixels."""
    stroke_width_px: float = Field(gt=0, allow_inf_nan=False)
    """Stroke width of the encoder's ink in pixels at `ink_size`."""
    planes: Literal[1, 3] = 1
    """What the encoder sees: 1 is the ink, 3 ink, mass and the recalled drawing."""
    inversion: Literal["w_plus", "feature"]
    """Whether the encoder gives codes only, or codes and a feature map."""
    feature_shape: tuple[int, int, int] | None = None
    """(C, side, side) of the feature map; empty for `w_plus`."""
    training: dict[str, Any] = Field(default_factory=dict)
    """How it was trained: commands, seed, data hash, hardware, pictures seen, losses."""
    quality: dict[str, Any] = Field(default_factory=dict)
    """Measured quality, as `models evaluate` reports it."""
    files: dict[str, str]
    """SHA-256 of every other file of the bundle."""


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """A checked bundle on disk."""

    path: Path
    card: Card

    def file(self, name: str) -> Path:
        """Return the path of one of the bundle's files."""
        return self.path / name


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_bundle(name_or_path: str, bundles_dir: Path = BUNDLES_DIR) -> Path:
    """Return the folder of a bundle given by name or path; raises BundleError naming the known.

    The name is a folder's, of an installed bundle or here, or else the one in a bundle's card: so
    one that was made with `-o` elsewhere below this folder is found by its `--name`.
    """
    for candidate in (Path(name_or_path), bundles_dir / name_or_path):
        try:
            if (candidate / CARD).is_file():
                return candidate
        except OSError as error:
            # Of another owner, or a name that no disk has room for.
            raise BundleError(f"bundle '{name_or_path:.200}': {error.strerror}") from None
    found = _called(name_or_path, bundles_dir)
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(map(str, found))
        raise BundleError(f"bundle '{name_or_path}' is in {places}: expected the folder of one")
    known = sorted(p.parent.name for p in bundles_dir.glob("*/card.yaml"))
    raise BundleError(
        f"bundle '{name_or_path:.200}' not found: expected a folder with card.yaml, or one of "
        f"{', '.join(known) or '(no bundle installed)'} in {bundles_dir}"
    )


def _called(name: str, bundles_dir: Path) -> list[Path]:
    """Folders of bundles whose card says this name, installed or up to two folders below here."""
    here = Path()
    cards = [*bundles_dir.glob("*/card.yaml"), *here.glob("*/card.yaml")]
    cards += here.glob("*/*/card.yaml")
    found: dict[Path, Path] = {}
    for card in cards:
        with contextlib.suppress(BundleError):
            if read_card(card).name == name:
                found.setdefault(real_path(card.parent), card.parent)
    return list(found.values())


def load_bundle(path: Path, hash_of: Callable[[Path], str] = sha256_of) -> Bundle:
    """Read the card and check that every file is there and has the hash the card names.

    Args:
        path: the bundle's folder.
        hash_of: returns the SHA-256 of a file in hexadecimal.

    Raises:
        BundleError: the card is malformed, or a file is missing, unreadable or changed; names it.
    """
    card = read_card(path / CARD)
    check_files(path, card, hash_of)
    return Bundle(path, card)


def check_files(path: Path, card: Card, hash_of: Callable[[Path], str] = sha256_of) -> None:
    """Check every file of a bundle against its card.

    Args:
        path: the bundle's folder.
        card: of the bundle.
        hash_of: returns the SHA-256 of a file in hexadecimal.

    Raises:
        BundleError: a file is missing, unreadable or changed; names it.
    """
    for name in REQUIRED:
        if name not in card.files:
            raise BundleError(
                f"{path / 'card.yaml'}: files lists no '{name}', which every bundle needs"
            )
    for name, expected in card.files.items():
        file = path / name
        of_memory = card.format >= 2 and name == f"{MEMORY}/{Path(name).name}"
        if Path(name).name != name and not of_memory:
            raise BundleError(f"{path / 'card.yaml'}: file name '{name}' must not contain a folder")
        try:
            if not file.is_file():
                raise BundleError(f"{file}: missing, but named in card.yaml")
            found = hash_of(file)
        except OSError as error:
            raise BundleError(f"{file}: not readable: {error.strerror}") from None
        if found != expected:
            raise BundleError(
                f"{file}: SHA-256 is {found[:12]}…, card.yaml expects {expected[:12]}…; "
                "the file is damaged or was replaced"
            )


def read_card(path: Path) -> Card:
    """Read and check `card.yaml`; raises BundleError naming file and field."""
    try:
        data = read_yaml(plain_text(path))[1]
    except FileNotFoundError:
        raise BundleError(f"{path}: missing; a bundle is a folder with card.yaml") from None
    except OSError as error:
        raise BundleError(f"{path}: not readable: {error.strerror or error}") from None
    except (YamlError, UnicodeDecodeError) as error:
        raise BundleError(f"{path}: not readable as YAML: {error}") from None
    try:
        card = Card.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "card"
        raise BundleError(f"{path}: {where}: {first['msg']} (got {first['input']!r:.80})") from None
    expected_ws = 2 * card.resolution.bit_length() - 4
    if card.num_ws != expected_ws or card.resolution & (card.resolution - 1):
        raise BundleError(
            f"{path}: num_ws is {card.num_ws}, "
            f"expected {expected_ws} for resolution {card.resolution}"
        )
    return card
