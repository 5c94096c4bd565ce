"""The layers of the settings in force, the lowest first, and the one `Config` they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.layers import Layer, flat, merged, without
from exhibit.contract.settings.schema import Config


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Every layer wins over the ones before it.

    Attributes:
        file: `config.yaml`.
        overrides: what the operator saved.
        scene: where a scene that fades in has got to.
        trial: a risky change that waits to be confirmed.
        command_line: given to `exhibit run`.
        chosen: what somebody chose while the table ran, over what the command line says.
        opening: a bundle that is being opened, and what goes with it.
        preview: what somebody tries out.
        token: what printed tokens do for as long as they lie on the table.
        safe: where the table switched safe mode on itself, what it runs with.
    """

    file: Config
    overrides: Layer = field(default_factory=dict)
    scene: Layer = field(default_factory=dict)
    trial: Layer = field(default_factory=dict)
    command_line: Layer = field(default_factory=dict)
    chosen: Layer = field(default_factory=dict)
    opening: Layer = field(default_factory=dict)
    preview: Layer = field(default_factory=dict)
    token: Layer = field(default_factory=dict)
    safe: Layer = field(default_factory=dict)

    def effective(self) -> Config:
        """Return the settings in force; raises ConfigError where a layer is not allowed."""
        whole: Layer = {}
        for _, layer in self._layers():
            whole = merged(whole, layer)
        return apply_overrides(self.file, whole)

    def kept(self) -> dict[str, Layer]:
        """Return the layers that live as long as the table runs, and are on no disk."""
        return {
            "command_line": self.command_line,
            "chosen": self.chosen,
            "preview": self.preview,
        }

    def passing_without(self, keys: Iterable[str]) -> dict[str, Layer]:
        """Return what is left of passing layers when somebody sets dotted `keys` for good."""
        gone = tuple(keys)
        return {
            "chosen": without(self.chosen, gone),
            "opening": without(self.opening, gone),
            "preview": without(self.preview, gone),
        }

    def in_safe_mode(self, safe: Layer) -> Stack:
        """Return what holds in safe mode: file and command line, and what is safe over them."""
        return Stack(self.file, command_line=self.command_line, safe=safe)

    def sources(self) -> dict[str, str]:
        """Return which layer gives each dotted key its value."""
        found = dict.fromkeys(dict(flat(self.file.model_dump(mode="json"))), "config.yaml")
        for name, layer in self._layers():
            found |= dict.fromkeys(dict(flat(layer)), name)
        return found

    def _layers(self) -> Iterator[tuple[str, Layer]]:
        yield "overrides", self.overrides
        yield "scene", self.scene
        yield "trial", self.trial
        yield "command line", self.command_line
        yield "overrides", self.chosen
        yield "opening", self.opening
        yield "preview", self.preview
        yield "token", self.token
        yield "safe mode", self.safe
