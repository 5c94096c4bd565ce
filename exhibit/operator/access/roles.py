"""Roles, from least to most."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """What a person or program may do; each role may do everything that the ones below it may."""

    ANYONE = 0
    """Without login: health, login, the page's own files."""
    VIEWER = 1
    """See everything but secrets."""
    OPERATOR = 2
    """Tune live settings, scenes and bundles, freeze, blank, restart."""
    ADMIN = 3
    """Change what could lose the page or the picture, and everything else."""

    @property
    def word(self) -> str:
        """The role as it is written in files, commands and the API."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> Role:
        """Return the role of a word; raises KeyError for any other."""
        return cls[word.upper()]


GIVEN = ("viewer", "operator", "admin")
"""Roles that a token can have."""
