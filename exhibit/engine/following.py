"""The settings that the engine runs, and the bundle that they name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exhibit.contract.settings.published import Follower
from exhibit.contract.settings.schema import Config
from exhibit.engine.opened_bundle import BundleInUse, OpenedBundle, open_bundle


class Following:
    """Follows the newest settings, and opens the bundle that they name.

    Attributes:
        config: the newest settings.
        bundle: the bundle that answers.

    Args:
        follower: of the engine.
        opener: opens the bundle that settings name.

    Raises:
        BundleError: their bundle cannot be opened.
    """

    def __init__(
        self, follower: Follower, opener: Callable[[Config], OpenedBundle] = open_bundle
    ) -> None:
        self._follower = follower
        self.config = follower.config
        self.bundle = BundleInUse(self.config, opener)
        self._generation = self._follower.generation

    def follow(self) -> bool:
        """Take the newest settings; returns whether another bundle answers from now on."""
        config = self._follower.follow()
        if config is not None:
            self.config = config
            self.bundle.follow(config)
        swapped = self.bundle.swap()
        if self.bundle.settled or self.bundle.on_fallback:
            self._generation = self._follower.generation
        return swapped

    def status(self) -> dict[str, Any]:
        """Return what the status of the engine says about settings and bundle.

        `generation` stays where it is until their bundle answers, or the fallback.
        """
        refused = None
        if self.bundle.refused:
            reason, generation = self.bundle.complaint, self._follower.read_generation
            refused = {"generation": generation, "reason": reason}
        return {
            "generation": self._generation,
            "outdated": self._follower.outdated,
            "bundle": self.bundle.opened.card.name,
            "bundle_opening": self.bundle.opening,
            "bundle_refused": refused,
            "refused": self.bundle.complaint,
        }
