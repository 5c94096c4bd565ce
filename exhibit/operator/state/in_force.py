"""What holds now: the layers of settings, published whole whenever they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exhibit.contract.settings.layers import flat
from exhibit.contract.settings.published import Published, publish
from exhibit.contract.settings.reach import changed_keys, restarts_for
from exhibit.contract.settings.stack import Stack

_PAGE = "operator"


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did: effective values by dotted key, processes that start again for it, keys on
    trial, keys that the command line keeps from taking effect, and the generation of the settings
    that it is part of."""

    changed: dict[str, Any]
    restarts: tuple[str, ...] = ()
    on_trial: tuple[str, ...] = ()
    shadowed: tuple[str, ...] = ()
    generation: int = 0


class InForce:
    """The layers, and the one effective `Config` they make.

    Attributes:
        effective: the settings in force.
        generation: of the settings in force; rises with every change of them.

    Args:
        start: the settings as they were published last. What only the run folder knows of their
            layers (command line, choices over it, what is tried out) goes on.
        run_dir: where settings are published.
        tell: hears of every change of effective values.
    """

    def __init__(self, start: Published, run_dir: Path, tell: Callable[[Change], None]) -> None:
        kept = {name: dict(layer) for name, layer in start.kept.items()}
        self.layers = Stack(start.file, **kept)
        self.effective = self._began_with = start.config
        self.generation = start.generation
        self._run_dir, self._tell = run_dir, tell
        self._is_published = True
        self._judged, self._outdated = self.generation, False

    def take(self, layers: Stack) -> Change:
        """Let other layers hold from now on.

        Raises:
            ConfigError: together they are not allowed; nothing changed.
        """
        before, self.effective = self.effective, layers.effective()
        if layers.kept() != self.layers.kept():
            self._is_published = False
        self.layers = layers
        changed = changed_keys(before, self.effective)
        if changed:
            self.generation += 1
            self._is_published = False
        self.publish()
        change = Change(changed, restarts_for(changed), generation=self.generation)
        if changed:
            self._tell(change)
        return change

    def publish(self) -> bool:
        """Publish what holds; False where there is no room, and then it is to be tried again."""
        if not self._is_published:
            file, kept = self.layers.file, self.layers.kept()
            settings = Published(self.generation, self.effective, file, kept)
            self._is_published = publish(self._run_dir, settings)
        return self._is_published

    def status(self) -> dict[str, Any]:
        """Return what the status of the page's process says about its settings."""
        if self._judged != self.generation:
            changed = changed_keys(self._began_with, self.effective)
            self._judged, self._outdated = self.generation, _PAGE in restarts_for(changed)
        return {"generation": self.generation, "outdated": self._outdated}

    def commanded(self, keys: dict[str, Any]) -> tuple[str, ...]:
        """Return those of some dotted keys that the command line holds."""
        given = dict(flat(self.layers.command_line))
        return tuple(key for key in keys if key in given)
