"""A bundle opened for the engine, and opening another one beside it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from exhibit.contract.bundle import Card, find_bundle, load_bundle
from exhibit.contract.errors import ExhibitError
from exhibit.contract.settings.schema import Config
from exhibit.editing import DirectionEditor, make_editor
from exhibit.inference import Models, open_models


@dataclass(frozen=True, slots=True, eq=False)
class OpenedBundle:
    """Networks and directions of a bundle, warmed up."""

    card: Card
    models: Models
    editor: DirectionEditor

    def configure(self, config: Config) -> None:
        """Take live settings; raises ConfigError, and changes nothing, for an unknown direction."""
        self.editor.configure(config.editing, config.model)
        self.models.configure(config.model, config.ink)


def open_bundle(config: Config) -> OpenedBundle:
    """Open the bundle that the configuration names.

    Raises:
        BundleError: it is not there, or not what its card says.
        ConfigError: a direction in use is not in it.
    """
    bundle = load_bundle(find_bundle(config.model.bundle))
    models = open_models(bundle, config.model)
    models.configure(config.model, config.ink)
    models.warm_up()
    return OpenedBundle(bundle.card, models, make_editor(bundle, config.editing, config.model))


class BundleOpening:
    """Opens a bundle in a thread while another one goes on answering.

    Attributes:
        name: of the new bundle, as the configuration names it.
        opened: the bundle, once `ended`, or None where it was refused.
        refusal: why it was refused.
    """

    def __init__(self, config: Config) -> None:
        self.name = config.model.bundle
        self._config = config
        self.opened: OpenedBundle | None = None
        self.refusal = ""
        self._thread = threading.Thread(target=self._run, name="open-bundle", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether the bundle was opened or refused."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.opened = open_bundle(self._config)
        except ExhibitError as error:
            self.refusal = str(error)
