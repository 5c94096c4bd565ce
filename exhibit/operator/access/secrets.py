"""Passwords and tokens: made, hashed and compared."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from exhibit.contract.errors import InputError

SHORTEST_PASSWORD, LONGEST_PASSWORD = 15, 256
TOKEN_PREFIX = "tt_"
# Without letters and digits that look alike: it is read off a table and typed into a phone.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 5
# OWASP's first choice for argon2id; small enough for a small machine.
_MEMORY_KIB, _PASSES, _LANES = 19 * 1024, 2, 1


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)


def generate_password() -> str:
    """Return a random password such as `k7wfd-x2mqr-9hvnc-tz4ue`, 99 bits."""
    letters = (secrets.choice(_ALPHABET) for _ in range(_GROUPS * _GROUP_LENGTH))
    text = "".join(letters)
    return "-".join(text[i : i + _GROUP_LENGTH] for i in range(0, len(text), _GROUP_LENGTH))


def check_new_password(password: str) -> None:
    """Refuse a password that is too short to choose oneself; raises InputError."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InputError(
            f"the password has {len(password)} characters; expected {SHORTEST_PASSWORD} to "
            f"{LONGEST_PASSWORD}, for example a short sentence"
        )
    if len(set(password)) < 5:
        raise InputError("the password repeats a few characters; expected a less obvious one")


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher().hash(password)


def password_matches(password: str, hashed: str) -> bool:
    """Return whether a password has this hash; takes about as long either way."""
    try:
        return _hasher().verify(hashed, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


def generate_token(identifier: str) -> str:
    """Return a new token, 256 random bits with a prefix that tells what it is."""
    return f"{TOKEN_PREFIX}{identifier}_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> str:
    """Return the SHA-256 of a random secret; with 256 bits, salt and delay would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same_digest(secret: str, expected: str) -> bool:
    """Return whether a secret has this digest, in constant time."""
    return hmac.compare_digest(digest(secret), expected)
