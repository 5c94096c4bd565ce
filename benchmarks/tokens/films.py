"""What of a drawing's ink does a token change? Films that differ by the token alone.

Pixels at the edges of ink come and go by themselves, so that before and after do not tell what the
token did. Two films of one table, one of them without its tokens, differ by nothing else: every
hand and every grain of noise is the same. How much that is, films tell that differ by the noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.tokens.at_table import (
    INK_SIZE,
    SEEN_S,
    SETTLED_S,
    SIZE_PX,
    STROKE_PX,
    WithoutTokens,
    differs,
    on_plane,
)
from exhibit.camera.simulated import Conditions, SimulatedTable
from exhibit.camera.simulated.visit import Laid
from exhibit.contract.geometry import mounting
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Gray, Ink
from exhibit.ink import make_extractor
from exhibit.tokens.finder import MarkerFinder
from exhibit.tokens.watch import TokenWatch

_OTHER_SEED = 1000


class OtherNoise(WithoutTokens):
    """The same table with the same hands and no tokens, and other noise of the sensor."""

    def __init__(self, conditions: Conditions, seed: int, size_px: tuple[int, int]) -> None:
        super().__init__(conditions, seed, size_px)
        expose = self._sensor.expose
        self._sensor.expose = lambda signal, sequence, t_s, seed: expose(  # type: ignore[method-assign]
            signal, sequence, t_s, seed + _OTHER_SEED
        )


def films(conditions: Conditions, seed: int) -> dict[str, list[dict[str, int]]]:
    """Return in how many pixels of settled ink, of the network's plane, films differ.

    Args:
        conditions: of the table; one token comes and goes beside its drawing, and one on it.
        seed: of the table.

    Returns:
        For both tokens, a while after they have left, `below` where the card lay and `all` over: of
        films that differ `by_token`, and of films without any that differ `by_noise`.
    """
    wanted = replace(conditions, tokens=2)
    tokens = SimulatedTable(wanted, seed, SIZE_PX).visit_at(0.0).tokens
    below = [np.zeros((SIZE_PX[1], SIZE_PX[0]), np.uint8) for _ in tokens]
    found: dict[str, list[dict[str, int]]] = {}
    # The first says where the cards lay.
    for name, table in (("by_token", SimulatedTable), ("by_noise", OtherNoise)):
        pair = (table(wanted, seed, SIZE_PX), WithoutTokens(wanted, seed, SIZE_PX))
        found[name] = _compare(pair, tokens, below)
    return found


def _compare(
    pair: tuple[SimulatedTable, SimulatedTable], tokens: tuple[Laid, ...], below: list[Gray]
) -> list[dict[str, int]]:
    found: list[dict[str, int]] = [{} for _ in tokens]
    for (one, covered), (other, _) in zip(*(_play(t, tokens) for t in pair), strict=True):
        changed = differs(one, other)
        for place, token in enumerate(tokens):
            if token.from_s <= one.captured_at < token.until_s and covered is not None:
                below[place] |= covered
            if token.until_s <= one.captured_at < token.until_s + SETTLED_S:
                here = on_plane(below[place], one) & changed
                found[place] = {"below": int(here.sum()), "all": int(changed.sum())}
    return found


def _play(
    table: SimulatedTable, tokens: tuple[Laid, ...]
) -> Iterator[tuple[Ink, NDArray[np.uint8] | None]]:
    """Give the ink of each frame, and what tokens cover in it."""
    extractor = make_extractor(InkConfig(), INK_SIZE, STROKE_PX)
    finder, watch = MarkerFinder(True), TokenWatch(mounting(*SIZE_PX, True, 0))
    begins_s = tokens[0].from_s - SEEN_S
    count = round((tokens[-1].until_s + SETTLED_S - begins_s) * table.fps)
    for frame in table.frames(count, begins_s):
        watch.step(finder.find(frame.pixels), frame.captured_at)
        covered = watch.covered((SIZE_PX[1], SIZE_PX[0]))
        yield extractor.extract(replace(frame, covered=covered)), covered
