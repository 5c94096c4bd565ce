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
from exhibit.contract.direction_names import refuse_missing
from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.layers import Layer, flat, merged, nested, with_keys_of, without
from exhibit.contract.settings.published import Published
from exhibit.contract.settings.safe_mode import safest
from exhibit.contract.settings.schema import Config
from exhibit.contract.settings.stack import Stack
from exhibit.operator.state.in_force import Change, InForce
from exhibit.operator.state.risk import is_guarded, is_live, refuse_hidden, risky_keys
from exhibit.operator.state.safe_mode import SafeMode
from exhibit.operator.state.saved import SavedOverrides, values_of
from exhibit.operator.state.trial import Trial, Trials
from exhibit.operator.state.versions import Versions


class OnTrialError(ConfigError):
    """A risky change must be confirmed or reverted before the next one."""


class Settings:
    """The operator's changes of the settings in force.

    Attributes:
        in_force: what holds now.
        bundles_dir: where bundles are installed.

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
        self.bundles_dir = BUNDLES_DIR
        self._overrides = SavedOverrides(start.file, saved, clock)
        self._trials = Trials(run_dir, clock)
        self._safe_mode = SafeMode(start.file.state_dir)
        # What was published may be older than what is on the disk.
        self._hold()

    @property
    def effective(self) -> Config:
        """The settings in force."""
        return self.in_force.effective

    @property
    def saved(self) -> Layer:
        """The overrides as they are on disk; in safe mode they are left out."""
        return self._overrides.layer

    @property
    def versions(self) -> Versions:
        """The history of the overrides."""
        return self._overrides.versions

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
        self._safe_mode.refuse()
        values = self._overrides.new_values(wanted)
        after = self.after(wanted, [*values, *given])
        risky = risky_keys(values, after)
        refuse_missing(values, after, self.bundles_dir)
        if risky and self.trial is not None:
            raise OnTrialError("a risky change waits to be confirmed; confirm or revert it first")
        before, settled = self.saved, with_keys_of(wanted, self.saved, risky)
        self._overrides.save(settled)
        if risky:
            on_trial = nested({key: values[key] for key in risky})
            self._trials.begin(on_trial, with_keys_of({}, wanted, risky), risky, by)
        change = self._hold(**self.layers.passing_without([*values, *given]))
        self._overrides.keep_version(before, by, note)
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
        self._safe_mode.refuse()
        values = self._overrides.new_values(wanted)
        refuse_hidden(values, self.after(wanted, dict(flat(patch))))
        self._overrides.save(wanted)
        cleared = self.layers.passing_without(dict(flat(patch)))
        # What the command line holds would come back: this must win over it.
        commanded = self.in_force.commanded(dict(flat(patch)))
        over = with_keys_of({}, patch, commanded)
        cleared["chosen"] = merged(cleared["chosen"], over)
        change = self._hold(**{**cleared, **layers})
        self._overrides.keep_version(before, by, note)
        return change

    def preview(self, patch: Mapping[str, Any]) -> Change:
        """Let live settings hold until the table ends or they are saved or dropped.

        Raises:
            ConfigError: a key or value is not allowed, or the setting is not live.
        """
        self._safe_mode.refuse()
        values, layers = dict(flat(patch)), self.layers
        for key in values:
            if not is_live(key) or is_guarded(key):
                raise ConfigError(f"{key}: cannot be tried out live; save it instead")
        tried: dict[str, Any] = {
            "preview": merged(layers.preview, patch),
            "opening": without(layers.opening, values),
        }
        after = replace(layers, **tried).effective()
        refuse_hidden(values, after)
        refuse_missing(values, after, self.bundles_dir)
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
        self._safe_mode.refuse()
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
            self._overrides.save(merged(without(self.saved, trial.keys), trial.wanted))
            self._trials.end()
            self._overrides.keep_version(before, by, "confirmed " + ", ".join(trial.keys))
        return self._hold()

    def revert(self) -> Change:
        """Go back to how it was before what is on trial."""
        self._trials.end()
        return self._hold()

    def revert_if_due(self) -> Change | None:
        """Revert what nobody confirmed in time; returns None where nothing was due."""
        return self.revert() if self.trial_left_s == 0.0 else None

    def set_safe_mode(self, wanted: Literal["on", "off"]) -> Change:
        """Leave the overrides out until safe mode is off again, also when the table starts anew.

        Raises:
            OSError: it cannot be saved; nothing changed.
        """
        if wanted == "on":
            self._safe_mode.begin()
            self._trials.end()
        else:
            self._safe_mode.end()
        return self._hold()

    def look_for_safe_mode(self) -> bool:
        """Take it where the supervisor has switched safe mode on; returns whether it just has."""
        if not self._safe_mode.look():
            return False
        self._trials.end()
        self._hold()
        return True

    @property
    def safe_mode(self) -> bool:
        """Whether safe mode is on."""
        return self._safe_mode.is_on

    @property
    def safe_mode_reason(self) -> str | None:
        """Why safe mode is on, "" where a person wanted it, None where it is off."""
        return self._safe_mode.reason

    @property
    def trial(self) -> Trial | None:
        """The risky change that waits to be confirmed, if there is one."""
        return self._trials.now

    @property
    def trial_left_s(self) -> float | None:
        """Seconds until what is on trial goes by itself, or None."""
        return self._trials.left_s

    def values(self) -> dict[str, Any]:
        """Return every value in force by dotted key."""
        return values_of(self.effective)

    def after(self, wanted: Layer, given: Iterable[str]) -> Config:
        """Return the settings in force once `wanted` are the overrides.

        Args:
            wanted: all overrides.
            given: dotted keys or sections that were named; what was tried for them is over.

        Raises:
            ConfigError: they are not allowed.
        """
        layers: dict[str, Any] = self.layers.passing_without(given)
        return replace(self.layers, overrides=wanted, **layers).effective()

    def _hold(self, **layers: Layer) -> Change:
        """Let layers of the stack hold, with the overrides and the trial as they are now."""
        trial = self.trial.values if self.trial else {}
        given: dict[str, Any] = {**layers, "overrides": self.saved, "trial": trial}
        stack = replace(self.layers, **given, safe={})
        if self.safe_mode:
            stack = stack.in_safe_mode(safest(stack.file) if self.safe_mode_reason else {})
        return self.in_force.take(stack)
