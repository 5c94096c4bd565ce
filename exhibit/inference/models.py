"""Encoder and generator of a bundle, opened, checked and ready to answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from exhibit.contract.bundle import ENCODER, GENERATOR, Bundle, Card
from exhibit.contract.errors import BundleError
from exhibit.contract.settings.schema import InkConfig, ModelConfig
from exhibit.contract.values import Code, Floats, Gray, Ink, Picture, Recalled
from exhibit.inference.golden import check_golden
from exhibit.inference.ladder import LadderSession
from exhibit.inference.providers import ORT_NAMES, choose_providers
from exhibit.inference.session import Graph

log = logging.getLogger(__name__)
_PAPER = 255
_CORNER, _NEARLY_PAPER, _IS_PAPER = 4, 190, 252
"""Convolutions see zeros beyond the edge, two sides of them in a corner: paper turns grey there by
up to 50, which projected on white are two ticks above every answer."""


class OnnxEncoder:
    """Ink to code (`exhibit.contract.values.Encoder`)."""

    def __init__(self, session: Graph, card: Card) -> None:
        self.session = session
        self._size = card.ink_size
        self._answer = InkConfig().answer
        self._recall, self._follow = ModelConfig().recall, ModelConfig().follow
        self._pixels: Floats = np.empty((1, card.planes, self._size, self._size), np.float32)
        self._penless: tuple[Gray, Floats | None] | None = None

    @property
    def sees_recalled(self) -> bool:
        """Whether the encoder has a plane for the drawing that is recalled."""
        return bool(self._pixels.shape[1] > 1)

    def configure(self, model: ModelConfig, ink: InkConfig) -> None:
        """Choose which ink is answered, how much is seen of the drawing that is recalled, and how
        closely the map follows the pen."""
        self._recall, self._follow, self._answer = model.recall, model.follow, ink.answer

    def encode(self, ink: Ink, recalled: Recalled | None = None) -> Code:
        """Return the code of the ink.

        Where the setting `follow` is below 1 its feature map is mixed with that of the recalled
        drawing alone, or weakened where nothing is recalled: at 0 no line of the pen is drawn.

        Args:
            ink: its settled (or live) planes are (S, S) uint8, S the bundle's ink size.
            recalled: its picture is (S, S) uint8.
        """
        live = self._answer == "live"
        lines, mass = (ink.live, ink.live_mass) if live else (ink.settled, ink.mass)
        seen = None if recalled is None else faded(recalled.picture, self._recall)
        if recalled is not None:
            lines = left_to_draw(lines, recalled.ink, self._recall)
        w_plus, feature = self.encode_pixels(lines, mass, seen)
        if feature is not None and self._follow < 1:
            feature = self._loosened(feature, recalled)
        return Code(ink.sequence, ink.captured_at, w_plus, feature)

    def _loosened(self, feature: Floats, recalled: Recalled | None) -> Floats:
        loose = np.float32(self._follow) * feature
        if recalled is not None and self.sees_recalled and self._recall > 0:
            alone = self._penless_map(recalled.picture)
            if alone is not None:
                loose += np.float32((1 - self._follow) * self._recall) * alone
        loose.setflags(write=False)
        return loose

    def _penless_map(self, picture: Gray) -> Floats | None:
        """The map of a recalled drawing on blank paper, made once for each."""
        if self._penless is None or self._penless[0] is not picture:
            paper = np.full((self._size, self._size), _PAPER, np.uint8)
            _, alone = self.encode_pixels(paper, paper, picture)
            self._penless = picture, alone
        return self._penless[1]

    def encode_pixels(
        self, ink: Gray, mass: Gray | None = None, recalled: Gray | None = None
    ) -> tuple[Floats, Floats | None]:
        """Return the code of what was drawn.

        Args:
            ink: (S, S) uint8 lines.
            mass: (S, S) uint8, where it is filled in, or None for nowhere.
            recalled: (S, S) uint8, the recalled drawing, or None where nothing was found; a
                bundle that sees the ink alone takes no notice of both.

        Returns:
            w_plus (num_ws, w_dim), and feature (C, side, side) or None.
        """
        for plane, pixels in enumerate((ink, mass, recalled)[: self._pixels.shape[1]]):
            if pixels is None:
                self._pixels[0, plane] = 2
                continue
            if pixels.shape != (self._size, self._size):
                raise ValueError(
                    f"plane {plane} has shape {pixels.shape}, expected {(self._size, self._size)}"
                )
            np.multiply(pixels, np.float32(1 / 127.5), out=self._pixels[0, plane])
        self._pixels -= 1
        # The outputs live on in the code, so they are new arrays that ONNX Runtime fills.
        outputs = self.session.new_outputs()
        self.session.run({"ink": self._pixels}, outputs)
        codes = {name: array[0] for name, array in outputs.items()}
        for array in codes.values():
            array.setflags(write=False)
        return codes["w_plus"], codes.get("feature")


class OnnxGenerator:
    """Code to picture (`exhibit.contract.values.Generator`)."""

    def __init__(self, session: Graph, card: Card) -> None:
        self.session = session
        self._w_plus: Floats = np.empty((1, card.num_ws, card.w_dim), np.float32)
        self._inputs = {"w_plus": self._w_plus}
        if card.feature_shape is not None:
            self._inputs["feature"] = np.zeros((1, *card.feature_shape), np.float32)
        self._outputs = session.new_outputs()

    def synthesise(self, code: Code) -> Picture:
        """Return the picture of the code."""
        self._set(code.w_plus, code.feature)
        if code.added is not None and "feature" in self._inputs:
            self._inputs["feature"][0, : len(code.added)] += code.added
        levels = self._run()
        if code.kept is not None:
            _keep(levels, code.kept)
        pixels = _to_pixels(levels)
        return Picture(code.sequence, code.captured_at, pixels)

    def pixels_of(self, w_plus: Floats, feature: Floats | None) -> Gray:
        """Return (R, R) or (R, R, 3) uint8 of w_plus (num_ws, w_dim) and feature (C, side, side).

        Without a feature map the picture is the generator's own.
        """
        return _to_pixels(self.levels_of(w_plus, feature))

    def levels_of(self, w_plus: Floats, feature: Floats | None) -> Floats:
        """Return the picture before it is rounded: (C, R, R) float32, -1..1 and a little beyond.

        The next call overwrites it.
        """
        self._set(w_plus, feature)
        return self._run()

    def _set(self, w_plus: Floats, feature: Floats | None) -> None:
        self._w_plus[0] = w_plus
        if "feature" in self._inputs:
            self._inputs["feature"][0] = 0 if feature is None else feature

    def _run(self) -> Floats:
        self.session.run(self._inputs, self._outputs)
        levels: Floats = self._outputs["picture"][0]
        return levels


@dataclass(frozen=True, slots=True, eq=False)
class Models:
    """The two networks of a bundle and where they run.

    Args:
        encoder: ink to code.
        generator: code to picture.
        providers_asked: what the configuration names, in order; empty for the best there is.
        left_out: why an asked provider was not tried, for the operator.
        ladders: the sessions of both, which may go down to the processor and up again.
    """

    encoder: OnnxEncoder
    generator: OnnxGenerator
    providers_asked: tuple[str, ...]
    left_out: tuple[str, ...]
    ladders: tuple[LadderSession, ...] = ()

    @property
    def providers_got(self) -> tuple[str, str]:
        """Where the encoder and the generator run at the moment."""
        return self.encoder.session.provider, self.generator.session.provider

    @property
    def faults(self) -> tuple[str, ...]:
        """Which provider failed while it ran, and what it said."""
        return tuple(ladder.fault for ladder in self.ladders if ladder.fault)

    @property
    def missed(self) -> tuple[str, ...]:
        """Providers that the configuration names and that are not used, each with why."""
        if not self.providers_asked or self.providers_asked[0] in self.providers_got:
            return ()
        awaited = {ladder.awaited for ladder in self.ladders if ladder.awaited}
        if awaited:
            return tuple(f"{name}: it is made ready, which takes minutes" for name in awaited)
        return self.left_out or (f"{self.providers_asked[0]}: it could not be used",)

    def configure(self, model: ModelConfig, ink: InkConfig) -> None:
        """Take live settings; the bundle, providers and threads stay what they were at opening."""
        self.encoder.configure(model, ink)

    def warm_up(self) -> None:
        """Answer blank paper twice, so that the first visitor does not wait for allocations."""
        size = self.encoder.session.inputs["ink"][-1]
        paper = np.full((size, size), 255, np.uint8)
        for _ in range(2):
            self.generator.pixels_of(*self.encoder.encode_pixels(paper))


def open_models(bundle: Bundle, config: ModelConfig, spared_until: float = 0.0) -> Models:
    """Open a bundle's encoder and generator and run its golden pairs.

    Args:
        bundle: as `exhibit.contract.bundle.load_bundle` returned it.
        config: providers, threads and follow.
        spared_until: no graphics card is tried before, in monotonic seconds.

    Raises:
        BundleError: a graph does not load, its shapes are not the card's, or its golden pictures
            differ; names the file.
    """
    card = bundle.card
    feature = _feature_shapes(bundle)
    ink = {"ink": (1, card.planes, card.ink_size, card.ink_size)}
    codes = {"w_plus": (1, card.num_ws, card.w_dim)} | feature
    picture = {"picture": (1, card.channels, card.resolution, card.resolution)}
    choice = choose_providers(config.providers or tuple(ORT_NAMES))
    check = partial(check_golden, bundle)
    encoder, generator = (
        LadderSession(
            bundle.file(name), gets, gives, choice.names, config.threads, check, spared_until
        )
        for name, gets, gives in ((ENCODER, ink, codes), (GENERATOR, codes, picture))
    )
    asked = ", ".join(config.providers) or "the best"
    log.info("providers: asked %s, got %s, %s", asked, encoder.provider, generator.provider)
    for reason in choice.left_out:
        log.info("provider left out: %s", reason)
    models = Models(
        OnnxEncoder(encoder, card),
        OnnxGenerator(generator, card),
        tuple(config.providers),
        choice.left_out,
        (encoder, generator),
    )
    models.configure(config, InkConfig())
    return models


def _feature_shapes(bundle: Bundle) -> dict[str, tuple[int, ...]]:
    card = bundle.card
    if (card.inversion == "feature") != (card.feature_shape is not None):
        raise BundleError(
            f"{bundle.file('card.yaml')}: inversion is '{card.inversion}' and feature_shape "
            f"{card.feature_shape}; a feature inversion has a shape, w_plus has none"
        )
    return {} if card.feature_shape is None else {"feature": (1, *card.feature_shape)}


def _keep(levels: Floats, kept: Floats) -> None:
    """Fade a picture (C, R, R) in −1..1 to paper where it is not kept (side, side), in place."""
    side = levels.shape[-1]
    share = cv2.resize(kept, (side, side), interpolation=cv2.INTER_LINEAR)
    levels -= 1
    levels *= share
    levels += 1


def faded(picture: Gray, gain: float) -> Gray:
    """Fade a picture (S, S) uint8 towards paper: 1 leaves it as it is, 0 is paper."""
    if gain == 1:
        return picture
    return np.asarray(_PAPER - gain * (_PAPER - picture.astype(np.float32)), np.uint8)


def left_to_draw(lines: Gray, left: Gray | None, gain: float) -> Gray:
    """Take lines (S, S) away that `left` does not have, as far as the recalled drawing is seen."""
    if left is None or gain == 0:
        return lines
    if gain == 1:
        return left
    return np.asarray(cv2.addWeighted(left, gain, lines, 1 - gain, 0), np.uint8)


def _to_pixels(picture: Floats) -> Gray:
    """Return (R, R) or (R, R, 3) uint8 of (C, R, R) in −1..1, which is overwritten."""
    np.multiply(picture, 127.5, out=picture)
    np.add(picture, 128.0, out=picture)  # 127.5, and a half so that the cast rounds
    np.clip(picture, 0, 255, out=picture)
    pixels = picture[0] if picture.shape[0] == 1 else picture.transpose(1, 2, 0)
    result = np.ascontiguousarray(pixels.astype(np.uint8))
    _clear_corners(result)
    result.setflags(write=False)
    return result


def _clear_corners(pixels: Gray) -> None:
    """Make corners paper where they lie in paper; lines that reach into them stay."""
    for row, rows in ((_CORNER, slice(_CORNER)), (-_CORNER - 1, slice(-_CORNER, None))):
        for column, columns in ((_CORNER, slice(_CORNER)), (-_CORNER - 1, slice(-_CORNER, None))):
            if pixels[row, column].min() >= _IS_PAPER:
                corner = pixels[rows, columns]
                corner[corner > _NEARLY_PAPER] = _PAPER
