"""What is signed of a published bundle: its name, its number, and the digest of its archive.

Source: Ed25519, RFC 8032. The signature is over the manifest's bytes as they are sent, so that
nothing has to be written the same way twice; the archive hangs on it by its SHA-256.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from exhibit.contract.errors import InputError
from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_bytes
from exhibit.operator.access.guard import MOST_OF_A_FILE

SIGNATURE = ".sig"
LONGEST = 65536
"""Bytes of a manifest, and of a signature."""


class Manifest(BaseModel):
    """One published bundle.

    `serial` grows with every one that is published, so that an older one is told from a newer one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Literal[1]
    bundle: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_ .-]{0,79}$")]
    serial: Annotated[int, Field(gt=0)]
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_ .-]{0,99}\.zip$")]
    bytes: Annotated[int, Field(gt=0, le=MOST_OF_A_FILE)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def verified(text: bytes, signature: bytes, keys: Sequence[str], where: str) -> Manifest:
    """Return a manifest that one of the keys has signed.

    Args:
        text: the manifest as it was sent.
        signature: its signature, base64.
        keys: public keys, base64, as `operator.bundle_keys` has them.
        where: what to call it in errors.

    Raises:
        InputError: nobody who is known has signed it, or it is no manifest.
    """
    try:
        raw = base64.b64decode(signature.strip(), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    # The last letter has bits that say nothing: of several spellings one is taken.
    if not raw or base64.b64encode(raw) != signature.strip():
        raise InputError(f"{where}{SIGNATURE}: no signature; expected base64")
    if not any(_has_signed(key, raw, text) for key in keys):
        raise InputError(
            f"{where}: not signed by any key of operator.bundle_keys; it was changed on its way, "
            "or somebody else has published it"
        )
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "it"
        raise InputError(f"{where}: no manifest of ours: {place}: {first['msg']}") from None


def sign(manifest: Manifest, key: Ed25519PrivateKey) -> tuple[bytes, bytes]:
    """Return a manifest's text and its signature, base64."""
    text = manifest.model_dump_json(indent=1).encode() + b"\n"
    return text, base64.b64encode(key.sign(text)) + b"\n"


def make_key(path: Path) -> str:
    """Write a new private key and return its public half, base64.

    Raises:
        InputError: there is a file already: bundles signed with a lost key cannot be replaced.
    """
    if path.exists():
        raise InputError(f"{path}: there is a key already; expected a new file")
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_whole(path, text.decode("ascii"), PRIVATE)
    return public_half(key)


def read_key(path: Path) -> Ed25519PrivateKey:
    """Return a private key; raises InputError where the file holds none without a password."""
    try:
        key = serialization.load_pem_private_key(plain_bytes(path), None)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{path}: no private key: {error}; expected what `exhibit bundle key` wrote"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"{path}: a key of another kind; expected Ed25519")
    return key


def public_half(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key, base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")


def _has_signed(key: str, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True
