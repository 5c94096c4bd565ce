"""Changing settings: what is checked, what is saved, and what goes by itself.

`exhibit.contract.settings.stack` says which layer wins. A change that could lose the page or the
picture is first on trial: it holds, but it is not saved, and it goes by itself unless somebody
confirms it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from exhibit.contract.bundle import BUNDLES_DIR
from exhibit.contract.direction_names import missing_for_tokens, refuse_missing_directions
from exhibit.contract.errors import ConfigError
from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.layers import Layer, flat, merged, nested, without
from exhibit.contract.settings.overrides import FILE_ONLY, OVERRIDES, overrides_text
from exhibit.contract.settings.published import Published
from exhibit.contract.settings.safe_mode import (
    begin_safe_mode,
    end_safe_mode,
    safe_mode_reason,
    safest,
)
from exhibit.contract.settings.schema import Config
from exhibit.contract.settings.stack import Stack
from exhibit.operator.state.in_force import Change, InForce
from exhibit.operator.state.risk import is_guarded, is_live, risky_keys
from exhibit.operator.state.trial import TRIAL_S, Trial, TrialFile
from exhibit.operator.state.versions import Versions


class OnTrialError(ConfigError):
    """A risky change must be confirmed or reverted before the next one."""


class SafeModeError(ConfigError):
    """In safe mode nothing can be changed but safe mode itself."""


class Settings:
    """The operator's changes of the settings in force.

    Attributes:
        in_force: what holds now.
        saved: the overrides as they are on disk; in safe mode they are left out.
        bundles_dir: where bundles are installed.
        safe_mode_reason: why safe mode is on, "" where a person wanted it, None where it is off.

    Args:
        start: the settings as they were published last.
        saved: the overrides as they are on disk.
        run_dir: where settings are published, and where a trial outlives this process.
        tell: hears of every change of effective values.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        start: Published,
        saved: Layer,
        run_dir: Path,
        tell: Callable[[Change], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.in_force = InForce(start, run_dir, tell)
        self.saved, self.bundles_dir = saved, BUNDLES_DIR
        self._state_dir = start.file.state_dir
        self.versions = Versions(self._state_dir, clock)
        self._trial_file = TrialFile(run_dir)
        self._clock = clock
        self.trial = self._trial_file.read()
        self.safe_mode_reason = safe_mode_reason(self._state_dir)
        # What was published may be older than what is on the disk.
        self._hold()

    @property
    def effective(self) -> Config:
        """The settings in force."""
        return self.in_force.effective

    @property
    def layers(self) -> Stack:
        """The layers that hold."""
        return self.in_force.layers

    def change(self, patch: Mapping[str, Any], by: str, note: str = "settings") -> Change:
        """Save a layer of changes on top of the overrides; see `replace`."""
        return self.replace(merged(self.saved, patch), by, note, dict(flat(patch)))

    def reset(self, keys: Iterable[str], by: str) -> Change:
        """Go back to the file's value for these dotted keys or sections; see `replace`."""
        gone = list(keys)
        return self.replace(without(self.saved, gone), by, "reset " + ", ".join(gone), gone)

    def replace(self, wanted: Layer, by: str, note: str, given: Iterable[str] = ()) -> Change:
        """Make `wanted` the overrides: check, save, publish, then keep the history.

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
        after = self.after(wanted, [*values, *given])
        risky = risky_keys(values, after)
        self._refuse_missing(values, after)
        if risky and self.trial is not None:
            raise OnTrialError("a risky change waits to be confirmed; confirm or revert it first")
        before, settled = self.saved, _with_keys_of(wanted, self.saved, risky)
        self._save(settled)
        if risky:
            on_trial = nested({key: values[key] for key in risky})
            chosen = _with_keys_of({}, wanted, risky)
            self._try(Trial(on_trial, chosen, risky, self._clock() + TRIAL_S, by))
        change = self._hold(**self._without([*values, *given]))
        self._keep_version(before, by, note)
        return replace(change, on_trial=risky, shadowed=self.in_force.commanded(values))

    def adopt(self, patch: Layer, by: str, note: str, **layers: Layer) -> Change:
        """Save a layer of changes that has proved itself, or that cannot do harm, without a trial.

        Args:
            patch: on top of the overrides.
            by: who.
            note: why, for the history.
            layers: other layers of the stack that hold from the same moment on.

        Raises:
            ConfigError: a key or value is not allowed; nothing changed.
            SafeModeError: safe mode is on; nothing changed.
            OSError: it cannot be saved; nothing changed.
        """
        before, wanted = self.saved, merged(self.saved, patch)
        values = self._new_values(wanted)
        _refuse_hidden(values, self.after(wanted, dict(flat(patch))))
        self._save(wanted)
        cleared = self._without(dict(flat(patch)))
        # What the command line holds would come back: this must win over it.
        commanded = self.in_force.commanded(dict(flat(patch)))
        over = _with_keys_of({}, patch, commanded)
        cleared["chosen"] = merged(cleared["chosen"], over)
        change = self._hold(**{**cleared, **layers})
        self._keep_version(before, by, note)
        return change

    def preview(self, patch: Mapping[str, Any]) -> Change:
        """Let live settings hold until the table ends or they are saved or dropped.

        Raises:
            ConfigError: a key or value is not allowed, or the setting is not live.
        """
        self._refuse_in_safe_mode()
        values, layers = dict(flat(patch)), self.layers
        for key in values:
            if not is_live(key) or is_guarded(key):
                raise ConfigError(f"{key}: cannot be tried out live; save it instead")
        tried: dict[str, Any] = {
            "preview": merged(layers.preview, patch),
            "opening": without(layers.opening, values),
        }
        after = replace(layers, **tried).effective()
        _refuse_hidden(values, after)
        self._refuse_missing(values, after)
        change = self._hold(**tried)
        return replace(change, shadowed=self.in_force.commanded(values))

    def drop_preview(self) -> Change:
        """Go back from what is tried out to what is saved."""
        return self._hold(preview={})

    def move_scene(self, layer: Layer) -> Change:
        """Say where a fade has got to; an empty layer ends it at the scene's own values."""
        return self._hold(scene=layer)

    def hold_tokens(self, layer: Layer) -> Change:
        """Let what printed tokens do hold over everything else; an empty layer ends it.

        Raises:
            ConfigError: a key or value is not allowed; nothing changed.
        """
        return self._hold(token=layer)

    def open_bundle(self, layer: Layer) -> Change:
        """Let another bundle, and what goes with it, hold until it answers or is refused.

        Raises:
            ConfigError: a key or value is not allowed; nothing changed.
            SafeModeError: safe mode is on; nothing changed.
        """
        self._refuse_in_safe_mode()
        return self._hold(opening=layer)

    def keep_bundle(self, patch: Layer, by: str) -> Change:
        """Save the bundle that answers now.

        Raises:
            ConfigError, OSError: it cannot be saved; it holds for this run.
        """
        try:
            return self.adopt(patch, by, "bundle", opening={})
        except (ConfigError, OSError):
            self._hold(opening={}, chosen=merged(self.layers.chosen, patch))
            raise

    def drop_bundle(self) -> Change:
        """Go back to the bundle before the one that was to be opened."""
        return self._hold(opening={})

    def confirm(self, by: str) -> Change:
        """Keep what is on trial; raises OSError where it cannot be saved."""
        trial, before = self.trial, self.saved
        if trial is not None:
            self._save(merged(without(self.saved, trial.keys), trial.wanted))
            self._end_trial()
            self._keep_version(before, by, "confirmed " + ", ".join(trial.keys))
        return self._hold()

    def revert(self) -> Change:
        """Go back to how it was before what is on trial."""
        self._end_trial()
        return self._hold()

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
        if wanted == "on":
            begin_safe_mode(self._state_dir, "")
            self._end_trial()
        else:
            end_safe_mode(self._state_dir)
        self.safe_mode_reason = "" if wanted == "on" else None
        return self._hold()

    def look_for_safe_mode(self) -> bool:
        """Take it where the supervisor has switched safe mode on; returns whether it just has."""
        reason = safe_mode_reason(self._state_dir)
        if reason is None or self.safe_mode:
            return False
        self.safe_mode_reason = reason
        self._end_trial()
        self._hold()
        return True

    @property
    def safe_mode(self) -> bool:
        """Whether safe mode is on."""
        return self.safe_mode_reason is not None

    @property
    def trial_left_s(self) -> float | None:
        """Seconds until what is on trial goes by itself, or None."""
        return None if self.trial is None else max(self.trial.until - self._clock(), 0.0)

    def values(self) -> dict[str, Any]:
        """Return every value in force by dotted key."""
        return _values(self.effective)

    def after(self, wanted: Layer, given: Iterable[str]) -> Config:
        """Return the settings in force once `wanted` are the overrides.

        Args:
            wanted: all overrides.
            given: dotted keys or sections that were named; what was tried for them is over.

        Raises:
            ConfigError: they are not allowed.
        """
        left: dict[str, Any] = self._without(given)
        return replace(self.layers, overrides=wanted, **left).effective()

    def _hold(self, **layers: Layer) -> Change:
        """Let layers of the stack hold, with the overrides and the trial as they are now."""
        trial = self.trial.values if self.trial else {}
        given: dict[str, Any] = {**layers, "overrides": self.saved, "trial": trial}
        stack = replace(self.layers, **given, safe={})
        if self.safe_mode_reason is not None:
            file = self.layers.file
            stack = stack.in_safe_mode(safest(file) if self.safe_mode_reason else {})
        return self.in_force.take(stack)

    def _without(self, keys: Iterable[str]) -> dict[str, Layer]:
        """Return what is left of passing layers when somebody sets `keys` for good."""
        layers, gone = self.layers, list(keys)
        return {
            "chosen": without(layers.chosen, gone),
            "opening": without(layers.opening, gone),
            "preview": without(layers.preview, gone),
        }

    def _new_values(self, wanted: Layer) -> dict[str, Any]:
        """Return what would be different with these overrides; refuses what is not allowed."""
        self._refuse_in_safe_mode()
        for key, _ in flat(wanted):
            if key in FILE_ONLY:
                raise ConfigError(f"{key}: is no override; expected in config.yaml only")
        file = self.layers.file
        after = _values(apply_overrides(file, wanted, "settings"))
        before = _values(apply_overrides(file, self.saved, "overrides"))
        return {key: value for key, value in after.items() if before[key] != value}

    def _refuse_in_safe_mode(self) -> None:
        if self.safe_mode:
            raise SafeModeError("safe mode is on: config.yaml alone holds; turn it off first")

    def _refuse_missing(self, keys: Iterable[str], after: Config) -> None:
        if "editing.directions" in keys:
            refuse_missing_directions(after, self.bundles_dir)
        if "tokens.cards" in keys:
            for problem in missing_for_tokens(after, self.bundles_dir):
                raise ConfigError(f"{problem.key}: {problem.message}")

    def _save(self, overrides: Layer) -> None:
        if overrides != self.saved:
            write_whole(self._state_dir / OVERRIDES, overrides_text(overrides), PRIVATE)
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


def _refuse_hidden(keys: Iterable[str], after: Config) -> None:
    hiding = [key for key in risky_keys(keys, after) if not is_guarded(key)]
    if hiding:
        raise ConfigError(
            f"{', '.join(hiding)}: together with the other settings of the stage they leave it "
            "dark or without a line; save it as admin to try that for a minute"
        )


def _with_keys_of(layer: Layer, source: Layer, keys: tuple[str, ...]) -> Layer:
    """Return `layer` with the values that `source` gives `keys`, and none where it gives none."""
    given = dict(flat(source))
    return merged(without(layer, keys), nested({key: given[key] for key in keys if key in given}))


def _values(config: Config) -> dict[str, Any]:
    return dict(flat(config.model_dump(mode="json")))
