"""Pictures of what directions do: the bundle's own, or drawn once by a process of their own."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from exhibit.contract.lifeline import end_with_parent
from exhibit.contract.plain_files import plain_bytes

_KINDS = {".png": "image/png", ".jpg": "image/jpeg"}
_PLAIN_NAME = re.compile(r"^[^/\\\0]{1,100}$")
_KEPT_BUNDLES = 20


class Strips:
    """Finds the strips of a bundle, and has them drawn where it brings none.

    Args:
        state_dir: keeps what was drawn.
        start: starts a process; never waited for.
    """

    def __init__(self, state_dir: Path, start: Callable[[list[str]], Any] | None = None) -> None:
        self._folder, self._start = state_dir / "strips", start or _start
        self._drawing: Any = None
        self._asked: set[Path] = set()

    def find(
        self, bundle: Path, name: str, kind: Literal["strip", "concept"] = "strip"
    ) -> tuple[Path, str] | None:
        """Return a picture of a direction and its media type, None where there is none (yet).

        Args:
            bundle: its folder.
            name: of the direction.
            kind: what it does, or where its appearance lies in some answers.
        """
        if not _PLAIN_NAME.match(name):
            return None
        for folder in (bundle, self._cache(bundle)):
            for ending, media_type in _KINDS.items():
                file = folder / f"{kind}_{name}{ending}"
                if file.is_file():
                    return file, media_type
        return None

    def draw(self, bundle: Path) -> None:
        """Begin to draw the strips of a bundle, once, and one bundle at a time."""
        cache = self._cache(bundle)
        busy = self._drawing is not None and self._drawing.poll() is None
        if busy or cache in self._asked or len(self._asked) >= _KEPT_BUNDLES:
            return
        self._asked.add(cache)
        command = [sys.executable, "-m", "exhibit.engine.strips"]
        self._drawing = self._start([*command, "--bundle", str(bundle), "--into", str(cache)])

    def _cache(self, bundle: Path) -> Path:
        # The card names the hash of every file: another card, other strips.
        try:
            card = plain_bytes(bundle / "card.yaml")
        except OSError:
            card = str(bundle).encode()
        return self._folder / hashlib.sha256(card).hexdigest()[:16]


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent())
