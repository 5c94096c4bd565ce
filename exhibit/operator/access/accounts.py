"""The password and the tokens of one table, in `operator/access.json` of the state folder."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import re
import secrets
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from exhibit.contract.errors import InputError
from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_text
from exhibit.contract.second_copy import keep_copy, read_copy
from exhibit.contract.settings.overrides import set_aside
from exhibit.operator.access.roles import GIVEN, Role
from exhibit.operator.access.secrets import (
    TOKEN_PREFIX,
    check_new_password,
    digest,
    generate_token,
    hash_password,
    password_matches,
    same_digest,
)

log = logging.getLogger(__name__)

FOLDER = "operator"
TOKEN_HOLDER = "token "
"""How a person who holds a token is called, before the token's name."""
TOKEN_NAME = r"^[\w][\w .-]{0,39}$"
_TOKEN = rf"{TOKEN_PREFIX}([0-9a-f]{{8}})_[\w-]{{43}}"
_MOST_TOKENS = 100


class Token(BaseModel):
    """One token: who holds it and what it may do; the secret itself is not kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    role: str
    digest: str
    made_at: str


class Access(BaseModel):
    """The file as a whole; without a password the table is not claimed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    password: str | None = None
    tokens: tuple[Token, ...] = ()


_LOCKED = Access(password="-")
"""A table whose file cannot be read: claimed, with a password that nobody has."""


class Accounts:
    """Who may come in. A command may change the file while the page runs, so it is looked at anew.

    A file that cannot be read for now changes nothing: whoever was known is. Where nobody was,
    nobody is let in, and the table cannot be claimed, until it can be read.

    Attributes:
        fault: why the file is not what counts, or empty.

    Args:
        state_dir: the state folder.
    """

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / FOLDER / "access.json"
        self._seen: tuple[int, int] | None = None
        self._access: Access | None = None
        self.fault = ""

    @property
    def claimed(self) -> bool:
        """Whether somebody has chosen a password."""
        return self._newest().password is not None

    @property
    def tokens(self) -> tuple[Token, ...]:
        """All tokens, without their secrets."""
        return self._newest().tokens

    def password_matches(self, password: str) -> bool:
        """Return whether this is the password of a claimed table; slow on purpose."""
        hashed = self._newest().password
        return hashed is not None and password_matches(password, hashed)

    def token_of(self, secret: str) -> Token | None:
        """Return the token that has this secret."""
        if not secret.startswith(TOKEN_PREFIX):
            return None
        return next((t for t in self.tokens if same_digest(secret, t.digest)), None)

    def mark(self, who: str) -> str:
        """Return what changes when somebody's password or token does, empty where it is gone."""
        access = self._newest()
        if not who.startswith(TOKEN_HOLDER):
            return digest(access.password or "")
        name = who.removeprefix(TOKEN_HOLDER)
        return next((token.digest for token in access.tokens if token.name == name), "")

    def set_password(self, password: str) -> None:
        """Choose a password; raises InputError where it is too weak, OSError where not kept."""
        check_new_password(password)
        self._write(self._newest().model_copy(update={"password": hash_password(password)}))

    def add_token(self, name: str, role: Role, secret: str = "") -> str:
        """Make a token and return its secret, which is shown once and never again.

        Args:
            name: of the token on this table.
            role: what it may do.
            secret: of a token that another table made, so that one secret opens both; a new one
                where it is empty.

        Raises:
            InputError: there is such a token, too many, or one of the three is none.
        """
        access = self._newest()
        if not re.fullmatch(TOKEN_NAME, name):
            raise InputError(
                f"a token cannot be named {name!a:.60}; expected 1 to 40 letters, digits, spaces, "
                "dots and dashes, beginning with a letter or digit"
            )
        if role.word not in GIVEN:
            raise InputError(f"role '{role.word}' is not given; expected {', '.join(GIVEN)}")
        if any(token.name == name for token in access.tokens):
            raise InputError(f"a token named '{name}' exists; revoke it first")
        if len(access.tokens) >= _MOST_TOKENS:
            raise InputError(f"there are {_MOST_TOKENS} tokens already; revoke one first")
        if secret:
            if (found := re.fullmatch(_TOKEN, secret)) is None:
                raise InputError(
                    "this is no token's secret; expected what `exhibit operator token create` "
                    f"printed on another table, {TOKEN_PREFIX}..."
                )
            identifier = found[1]
            if any(token.id == identifier for token in access.tokens):
                raise InputError("this secret is known here already; revoke its token first")
        else:
            identifier = secrets.token_hex(4)
            secret = generate_token(identifier)
        made_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        token = Token(
            id=identifier, name=name, role=role.word, digest=digest(secret), made_at=made_at
        )
        self._write(access.model_copy(update={"tokens": (*access.tokens, token)}))
        return secret

    def revoke_token(self, name: str) -> None:
        """Take a token back; raises InputError where none has this name or id."""
        access = self._newest()
        kept = tuple(token for token in access.tokens if name not in (token.name, token.id))
        if len(kept) == len(access.tokens):
            known = ", ".join(token.name for token in access.tokens) or "(none)"
            raise InputError(f"no token named '{name}'; there are {known}")
        self._write(access.model_copy(update={"tokens": kept}))

    def describe_tokens(self) -> list[dict[str, Any]]:
        """Return what may be known of the tokens."""
        return [token.model_dump(exclude={"digest"}) for token in self.tokens]

    def _write(self, access: Access) -> None:
        if self._access is None:
            raise PermissionError(errno.EACCES, "it cannot be read, so it is not replaced")
        text = json.dumps(access.model_dump(), indent=1)
        write_whole(self._path, text, PRIVATE)
        keep_copy(self._path, text)
        self._access, self._seen, self.fault = access, self._signature(), ""

    def _newest(self) -> Access:
        signature = self._signature()
        if self._access is None or signature != self._seen:
            self._read(signature)
        return self._access or _LOCKED

    def _read(self, signature: tuple[int, int] | None) -> None:
        try:
            text = plain_text(self._path)
            self._access, self.fault = Access.model_validate_json(text), ""
            keep_copy(self._path, text)
        except FileNotFoundError:
            self._access, self.fault = Access(), ""
        except OSError as error:
            # Asked anew at the next look: its owner may be put right at any moment.
            self._say(f"{self._path}: {error.strerror}; what was known before holds")
            return
        except (UnicodeDecodeError, ValidationError):
            self._mend()
            signature = self._signature()
        self._seen = signature

    def _mend(self) -> None:
        """Take the copy of a damaged file; without one the table must be claimed on the spot."""
        aside, copy = set_aside(self._path), read_copy(self._path)
        try:
            access = None if copy is None else Access.model_validate_json(copy)
        except ValidationError:
            access = None
        if copy is None or access is None:
            self._access = Access()
            self._say(f"{self._path}: damaged; {aside}; claim the table again")
            return
        self._access = access
        with contextlib.suppress(OSError):
            write_whole(self._path, copy, PRIVATE)
        self._say(f"{self._path}: damaged; {aside}; its copy holds")

    def _say(self, fault: str) -> None:
        if fault != self.fault:
            log.error("%s", fault)
        self.fault = fault

    def _signature(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino
