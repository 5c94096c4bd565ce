"""The settings in force: `config.yaml`, the operator's overrides, the command line, live changes.

Each layer wins over the one before. A change that could lose the page or the picture is first on
trial: it holds, but it is not saved, and it goes by itself unless somebody confirms it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.layers import Layer, difference, flat, merged, nested, without
from exhibit.contract.settings.overrides import FILE_ONLY, OVERRIDES, SAFE_MODE, overrides_text
from exhibit.contract.settings.schema import Config
from exhibit.operator.state.files import write_whole
from exhibit.operator.state.risk import is_risky, live_keys, restarts_for
from exhibit.operator.state.trial import TRIAL_S, Trial, TrialFile
from exhibit.operator.state.versions import Versions


class OnTrialError(ConfigError):
    """A risky change must be confirmed or reverted before the next one."""


class SafeModeError(ConfigError):
    """In safe mode nothing can be changed but safe mode itself."""


@dataclass(frozen=True, slots=True)
class Bases:
    """What the table was started with: the file's settings, and the command line's layer."""

    file: Config
    command_line: Layer


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did: effective values by dotted key, processes that start again for it, keys on
    trial, and keys that the command line keeps from taking effect."""

    changed: dict[str, Any]
    restarts: tuple[str, ...] = ()
    on_trial: tuple[str, ...] = ()
    shadowed: tuple[str, ...] = ()


class Settings:
    """All layers, and the one effective `Config` they make.

    Args:
        bases: what the table was started with.
        saved: the overrides as they are on disk.
        run_dir: keeps a trial, so that it ends even if this process ended before it.
        tell: takes every change of effective values, and the processes to start again.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        bases: Bases,
        saved: Layer,
        run_dir: Path,
        tell: Callable[[Layer, tuple[str, ...]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.bases, self.saved = bases, saved
        self.live: Layer = {}
        self._state_dir = bases.file.state_dir
        self.versions = Versions(self._state_dir, clock)
        self._trial_file = TrialFile(run_dir)
        self._tell, self._clock = tell, clock
        self._live_keys = live_keys()
        self.trial = self._trial_file.read()
        self.safe_mode = (self._state_dir / SAFE_MODE).exists()
        self.effective = self._effective(saved, self.trial, {})

    def change(self, patch: Mapping[str, Any], by: str, note: str = "settings") -> Change:
        """Save a layer of changes on top of the overrides; see `replace`."""
        return self.replace(merged(self.saved, patch), by, note, dict(flat(patch)))

    def reset(self, keys: Iterable[str], by: str) -> Change:
        """Go back to the file's value for these dotted keys or sections; see `replace`."""
        gone = list(keys)
        return self.replace(without(self.saved, gone), by, "reset " + ", ".join(gone), gone)

    def replace(self, wanted: Layer, by: str, note: str, given: Iterable[str] = ()) -> Change:
        """Make `wanted` the overrides: check, save, tell the processes, then keep the history.

        Args:
            wanted: all overrides.
            by: who.
            note: why, for the history.
            given: dotted keys or sections that were named; what was tried for them is over.

        Raises:
            ConfigError: a key or value is not allowed; nothing changed.
            OnTrialError: there is a risky change and another one is on trial; nothing changed.
            SafeModeError: safe mode is on; nothing changed.
            OSError: it cannot be saved; nothing changed.
        """
        values = self._new_values(wanted)
        risky = tuple(key for key, value in values.items() if is_risky(key, value))
        if risky and self.trial is not None:
            raise OnTrialError("a risky change waits to be confirmed; confirm or revert it first")
        before, settled = self.saved, _with_keys_of(wanted, self.saved, risky)
        self._save(settled)
        if risky:
            on_trial = nested({key: values[key] for key in risky})
            chosen = _with_keys_of({}, wanted, risky)
            self._try(Trial(on_trial, chosen, risky, self._clock() + TRIAL_S, by))
        self.live = without(self.live, [*values, *given])
        change = self._take_effect(shadowed_by=values, on_trial=risky)
        self._keep_version(before, by, note)
        return change

    def adopt(self, patch: Layer, by: str, note: str, held: Layer | None = None) -> Change:
        """Save a layer of changes that has proved itself, or that cannot do harm, without a trial.

        Args:
            patch: on top of the overrides.
            by: who.
            note: why, for the history.
            held: live values that hold for the time being, such as where a fade begins.

        Raises:
            ConfigError: a key or value is not allowed; nothing changed.
            SafeModeError: safe mode is on; nothing changed.
            OSError: it cannot be saved; nothing changed.
        """
        before, wanted = self.saved, merged(self.saved, patch)
        values = self._new_values(wanted)
        self._save(wanted)
        # What the command line holds would come back: this must win over it.
        commanded = dict(flat(self.bases.command_line))
        over = nested({key: value for key, value in flat(patch) if key in commanded})
        self.live = merged(merged(without(self.live, values), over), held or {})
        change = self._take_effect()
        self._keep_version(before, by, note)
        return change

    def preview(self, patch: Mapping[str, Any]) -> Change:
        """Let live settings hold until the table ends or they are saved or dropped.

        Raises:
            ConfigError: a key or value is not allowed, or the setting is not live.
        """
        self._refuse_in_safe_mode()
        for key, value in flat(patch):
            if key not in self._live_keys or is_risky(key, value):
                raise ConfigError(f"{key}: cannot be tried out live; save it instead")
        live = merged(self.live, patch)
        self._effective(self.saved, self.trial, live)
        self.live = live
        return self._take_effect(shadowed_by=dict(flat(patch)))

    def drop_preview(self, keys: Iterable[str] | None = None) -> Change:
        """Go back to what is saved, for these dotted keys or for all."""
        self.live = {} if keys is None else without(self.live, keys)
        return self._take_effect()

    def confirm(self, by: str) -> Change:
        """Keep what is on trial; raises OSError where it cannot be saved."""
        trial, before = self.trial, self.saved
        if trial is not None:
            self._save(merged(without(self.saved, trial.keys), trial.wanted))
            self._end_trial()
            self._keep_version(before, by, "confirmed " + ", ".join(trial.keys))
        return self._take_effect()

    def revert(self) -> Change:
        """Go back to how it was before what is on trial."""
        self._end_trial()
        return self._take_effect()

    def revert_if_due(self) -> Change | None:
        """Revert what nobody confirmed in time; returns None where nothing was due."""
        if self.trial is None or self._clock() < self.trial.until:
            return None
        return self.revert()

    def set_safe_mode(self, wanted: Literal["on", "off"]) -> Change:
        """Leave the overrides out until safe mode is off again, also when the table starts anew.

        Raises:
            OSError: it cannot be saved; nothing changed.
        """
        marker = self._state_dir / SAFE_MODE
        if wanted == "on":
            write_whole(marker, "")
            self._end_trial()
            self.live = {}
        else:
            marker.unlink(missing_ok=True)
        self.safe_mode = wanted == "on"
        return self._take_effect()

    @property
    def trial_left_s(self) -> float | None:
        """Seconds until what is on trial goes by itself, or None."""
        return None if self.trial is None else max(self.trial.until - self._clock(), 0.0)

    def values(self) -> dict[str, Any]:
        """Return every value in force by dotted key."""
        return _values(self.effective)

    def is_live(self, key: str) -> bool:
        """Return whether a setting changes while the table runs."""
        return key in self._live_keys

    def sources(self) -> dict[str, str]:
        """Return which layer gives each dotted key its value."""
        found = dict.fromkeys(_values(self.effective), "config.yaml")
        trial = self.trial.values if self.trial else {}
        layers = {
            "overrides": {} if self.safe_mode else self.saved,
            "trial": trial,
            "command line": self.bases.command_line,
            "preview": self.live,
        }
        for name, layer in layers.items():
            found |= dict.fromkeys(dict(flat(layer)), name)
        return found

    def needs_admin(self, patch: Mapping[str, Any]) -> bool:
        """Return whether a change could lose page or picture, or is not live."""
        return any(k not in self._live_keys or is_risky(k, v) for k, v in flat(patch))

    def reset_needs_admin(self, keys: Iterable[str]) -> bool:
        """Return whether going back to the file's values could do so."""
        kept = dict(flat(without(self.saved, keys)))
        values = _values(self.bases.file)
        gone = {key: values.get(key) for key, _ in flat(self.saved) if key not in kept}
        return self.needs_admin(nested(gone))

    def _take_effect(
        self, shadowed_by: Mapping[str, Any] | None = None, on_trial: tuple[str, ...] = ()
    ) -> Change:
        before, self.effective = self.effective, self._effective(self.saved, self.trial, self.live)
        changed = difference(_dump(before), _dump(self.effective))
        keys = dict(flat(changed))
        restarts = restarts_for(keys, self._live_keys)
        if changed:
            self._tell(changed, restarts)
        commanded = dict(flat(self.bases.command_line))
        shadowed = tuple(key for key in shadowed_by or () if key in commanded)
        return Change(keys, restarts, on_trial, shadowed)

    def _new_values(self, wanted: Layer) -> dict[str, Any]:
        """Return what would be different with these overrides; refuses what is not allowed."""
        self._refuse_in_safe_mode()
        for key, _ in flat(wanted):
            if key in FILE_ONLY:
                raise ConfigError(f"{key}: is no override; expected in config.yaml only")
        after = _values(apply_overrides(self.bases.file, wanted, "settings"))
        before = _values(apply_overrides(self.bases.file, self.saved, "overrides"))
        return {key: value for key, value in after.items() if before[key] != value}

    def _refuse_in_safe_mode(self) -> None:
        if self.safe_mode:
            raise SafeModeError("safe mode is on: config.yaml alone holds; turn it off first")

    def _effective(self, saved: Layer, trial: Trial | None, live: Layer) -> Config:
        if self.safe_mode:
            return apply_overrides(self.bases.file, self.bases.command_line, "command line")
        layer = merged(saved, trial.values if trial else {})
        layer = merged(merged(layer, self.bases.command_line), live)
        return apply_overrides(self.bases.file, layer, "settings")

    def _save(self, overrides: Layer) -> None:
        if overrides != self.saved:
            write_whole(self._state_dir / OVERRIDES, overrides_text(overrides))
            self.saved = overrides

    def _keep_version(self, before: Layer, by: str, note: str) -> None:
        if self.saved != before:
            self.versions.add(before, self.saved, by, note)

    def _try(self, trial: Trial) -> None:
        self._trial_file.write(trial)
        self.trial = trial

    def _end_trial(self) -> None:
        self.trial = None
        self._trial_file.clear()


def _with_keys_of(layer: Layer, source: Layer, keys: tuple[str, ...]) -> Layer:
    """Return `layer` with the values that `source` gives `keys`, and none where it gives none."""
    given = dict(flat(source))
    return merged(without(layer, keys), nested({key: given[key] for key in keys if key in given}))


def _dump(config: Config) -> dict[str, Any]:
    return config.model_dump(mode="json")


def _values(config: Config) -> dict[str, Any]:
    return dict(flat(_dump(config)))
