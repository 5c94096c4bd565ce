"""The bundle that answers, and another one that is opened beside it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from exhibit.contract.bundle import Card, find_bundle
from exhibit.contract.errors import ExhibitError
from exhibit.contract.latents import load_latents
from exhibit.contract.records import Heard
from exhibit.contract.settings.schema import Config, EditingConfig
from exhibit.contract.values import Find
from exhibit.editing import DirectionEditor, make_editor
from exhibit.editing.place import LatentPlace
from exhibit.engine.bundle_on_disk import BundleOnDisk, Changed
from exhibit.inference import Models, open_models
from exhibit.ink.figure import Figure
from exhibit.recall.memory import Memory, open_memory
from exhibit.recall.recaller import MemoryRecaller

_RETRY_MIN_S, _RETRY_MAX_S = 15.0, 600.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class OpenedBundle:
    """Networks and directions of a bundle, warmed up, and its memory where it has one.

    `place` says where a code lies in the bundle's latent space, `on_disk` knows its files.
    """

    card: Card
    models: Models
    editor: DirectionEditor
    memory: Memory | None = None
    recaller: MemoryRecaller | None = None
    place: LatentPlace | None = None
    figure: Figure | None = None
    on_disk: BundleOnDisk | None = None

    def labels(self, finds: Sequence[Find]) -> tuple[str, ...]:
        """What people are told of drawings that were found: title, artist, book, page and year."""
        known = () if self.memory is None else self.memory.provenance
        return tuple(known[find.drawing].label for find in finds if find.drawing < len(known))

    def configure(self, config: Config) -> str:
        """Take live settings; returns which directions were left out, "" where none was.

        A direction that cannot be had costs nothing but itself: everything else holds.
        """
        self.models.configure(config.model, config.ink)
        if self.recaller is not None:
            self.recaller.configure(config.ink.answer)
        if self.figure is not None:
            self.figure.configure(config.ink.answer)
        directions, complaints = self.editor.fitting(config.editing.directions)
        if config.editing.only_figure and self.figure is None:
            name = self.card.name
            complaints.append(f"editing.only_figure: bundle '{name}' has no feature map")
        editing = config.editing.model_copy(update={"directions": directions})
        self.editor.configure(editing, config.model)
        return "; ".join(f"{complaint}; left out" for complaint in complaints)


def open_bundle(
    config: Config, hear: Callable[[], Heard] = Heard, spared_until: float = 0.0
) -> OpenedBundle:
    """Open the bundle that the configuration names.

    Args:
        config: the settings.
        hear: what the table hears now, for directions that move with it.
        spared_until: no graphics card is tried before, in monotonic seconds.

    Raises:
        BundleError: it is not there, or not what its card says.
    """
    on_disk = BundleOnDisk(find_bundle(config.model.bundle))
    bundle = on_disk.open()
    models = open_models(bundle, config.model, spared_until)
    models.configure(config.model, config.ink)
    models.warm_up()
    # Directions come with the first `configure`, which can leave out what the bundle has not.
    editing = EditingConfig(ease_s=config.editing.ease_s)
    memory = open_memory(bundle)
    recaller = None
    if memory is not None and models.encoder.sees_recalled:
        recaller = MemoryRecaller(memory, bundle.card.ink_size, config.ink.answer)
    shape = bundle.card.feature_shape
    figure = None if shape is None else Figure(shape[1], config.ink.answer)
    editor = make_editor(bundle, editing, config.model, hear=hear, figure_of=figure)
    place = LatentPlace(load_latents(bundle))
    return OpenedBundle(bundle.card, models, editor, memory, recaller, place, figure, on_disk)


class BundleInUse:
    """The bundle that answers. Where the settings name another one it is opened beside it.

    Attributes:
        opened: the bundle that answers.
        complaint: why the bundle of the settings is not the one that answers, or which directions
            it has not; "" where all is as it should be.

    Args:
        config: settings to begin with.
        opener: opens the bundle that settings name.
        clock: monotonic seconds.

    Raises:
        BundleError: neither the first bundle nor the fallback can be opened.
    """

    def __init__(
        self,
        config: Config,
        opener: Callable[[Config], OpenedBundle] = open_bundle,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config, self._opener, self._clock = config, opener, clock
        self._retry_s, self._retry_at = _RETRY_MIN_S, float("inf")
        self._refused_name = ""
        self._opening: _Opening | None = None
        self.complaint = ""
        self.opened, self._name = self._open_first(config)
        left_out = self.opened.configure(config)
        self.complaint = self.complaint or left_out

    def _open_first(self, config: Config) -> tuple[OpenedBundle, str]:
        """Return the bundle to begin with and its name: where it cannot be had, the fallback."""
        wanted, fallback = config.model.bundle, config.model.fallback
        try:
            return self._opener(config), wanted
        except Exception as error:
            if fallback in ("", wanted):
                raise
            self._refused_name, self.complaint = wanted, refusal_of(error, wanted)
            self._retry_at = self._clock() + self._retry_s
        log.warning("%s; '%s' answers instead", self.complaint, fallback)
        model = config.model.model_copy(update={"bundle": fallback})
        return self._opener(config.model_copy(update={"model": model})), fallback

    @property
    def opening(self) -> str | None:
        """The bundle that is being opened, as the settings name it."""
        return None if self._opening is None else self._opening.name

    @property
    def settled(self) -> bool:
        """Whether the bundle of the settings is the one that answers."""
        return self._name == self._config.model.bundle

    @property
    def refused(self) -> bool:
        """Whether the bundle of the settings cannot be opened."""
        return self._refused_name == self._config.model.bundle

    def after_a_start(self, found: Changed) -> str:
        """Return in words what answers after the engine's next start, with this on the disk."""
        fallback = self._config.model.fallback
        if found.is_whole:
            return "after the engine's next start that answers"
        if fallback in ("", self._name):
            return "nothing answers after the engine's next start; the attract loop shows"
        return f"after the engine's next start '{fallback}' answers"

    def follow(self, config: Config) -> None:
        """Take new settings; those that need no other bundle hold at once."""
        self._config = config
        left_out = self.opened.configure(config)
        if not self.refused:
            self._refused_name = ""
            # Between two bundles a direction may be meant for the one that comes.
            self.complaint = left_out if self.settled else ""
        self._open_wanted()

    def swap(self) -> bool:
        """Look after the bundle that is being opened; returns whether another one answers now."""
        self._try_again()
        opening = self._opening
        if opening is None or not opening.ended:
            return False
        self._opening = None
        if opening.name != self._config.model.bundle:
            # Somebody chose anew while it opened.
            self._open_wanted()
            return False
        if opening.opened is None:
            self._refused_name, self.complaint = opening.name, opening.refusal
            return False
        self.opened, self._name = opening.opened, opening.name
        self._refused_name, self._retry_at = "", float("inf")
        # What was set while it opened holds for it too.
        self.complaint = self.opened.configure(self._config)
        return True

    @property
    def on_fallback(self) -> bool:
        """Whether the fallback answers because the bundle of the start could not be opened."""
        return self._retry_at < float("inf")

    def _try_again(self) -> None:
        # A disk may be there later than the table; nobody is asked to choose the bundle again.
        if self._opening is None and self.refused and self._clock() >= self._retry_at:
            self._retry_s = min(2 * self._retry_s, _RETRY_MAX_S)
            self._retry_at = self._clock() + self._retry_s
            self._opening = _Opening(self._config, self._opener)

    def _open_wanted(self) -> None:
        if self._opening is None and not self.settled and not self.refused:
            self._opening = _Opening(self._config, self._opener)


class _Opening:
    """Opens a bundle in a thread: `opened` once `ended`, or None and the `refusal`."""

    def __init__(self, config: Config, opener: Callable[[Config], OpenedBundle]) -> None:
        self.name = config.model.bundle
        self._config, self._opener = config, opener
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
            self.opened = self._opener(self._config)
        except Exception as error:  # noqa: BLE001 - whatever it is, another bundle answers
            self.refusal = refusal_of(error, self.name)


def refusal_of(error: Exception, name: str) -> str:
    """Return why a bundle cannot be opened, in one line."""
    if isinstance(error, ExhibitError):
        return str(error)
    log.error("bundle '%s' cannot be opened", name, exc_info=error)
    return f"bundle '{name}' cannot be opened: {type(error).__name__}: {error!s:.200}"
