from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from exhibit.contract.errors import InputError
from exhibit.operator.delivery.manifest import (
    Manifest,
    make_key,
    public_half,
    read_key,
    sign,
    verified,
)

MANIFEST = Manifest(
    format=1, bundle="munch", serial=7, file="munch-7.zip", bytes=12, sha256="0" * 64
)


def test_what_is_signed_is_what_is_read(tmp_path: Path) -> None:
    public = make_key(tmp_path / "key.pem")
    key = read_key(tmp_path / "key.pem")
    assert public_half(key) == public
    text, signature = sign(MANIFEST, key)
    assert verified(text, signature, (public,), "here") == MANIFEST


def test_a_key_is_private_and_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    make_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    with pytest.raises(InputError, match="there is a key already"):
        make_key(path)
    assert path.read_bytes() == before


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(InputError, match="another kind; expected Ed25519"):
        read_key(path)
    path.write_text("no key")
    with pytest.raises(InputError, match="no private key"):
        read_key(path)


@pytest.mark.parametrize("signature", [b"", b"no base64!", b"AAAA", b"\xff\xfe"])
def test_what_is_no_signature_is_refused(tmp_path: Path, signature: bytes) -> None:
    public = make_key(tmp_path / "key.pem")
    text, _ = sign(MANIFEST, read_key(tmp_path / "key.pem"))
    with pytest.raises(InputError, match=r"signature|not signed"):
        verified(text, signature, (public,), "here")
