"""From a token on the paper to its light, in the real processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from exhibit.camera.simulated import DIFFICULTIES, SimulatedTable
from exhibit.contract.board import read_status
from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.directions import load_directions
from exhibit.contract.laid_tokens import LaidTokenReader
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.published import Follower, Published
from exhibit.contract.settings.schema import Config
from exhibit.contract.slot_reader import SlotReader
from exhibit.supervisor.processes import process_table
from exhibit.supervisor.run_folder import run_folder
from exhibit.supervisor.session import Session

FPS = 30.0
_SHOWN = 20
_ROUNDS = 4
_LOOK_EVERY_S = 0.002
_STARTS_WITHIN_S = 120.0
_WARM_UP = 2


def write_frames(folder: Path) -> None:
    """Write frames of a drawn sheet on which a token lies every other time, for two seconds each.

    The camera plays a folder of pictures over and over: each round is a token laid and taken.
    """
    table = SimulatedTable(replace(DIFFICULTIES["clean"], tokens=1), 1)
    (token,) = table.visit_at(0.0).tokens
    folder.mkdir(parents=True, exist_ok=True)
    begins = {"a": token.from_s - 1.6, "b": token.from_s + 2.2}
    for part, begin in begins.items():
        shown = [table.frame_at(begin + n / FPS).pixels for n in range(_SHOWN)]
        for number in range(_ROUNDS * _SHOWN):
            file = folder / f"{part}{number:03}.png"
            cv2.imwrite(str(file), shown[number % _SHOWN], [cv2.IMWRITE_PNG_COMPRESSION, 1])


def to_light(count: int) -> dict[str, Any]:
    """Return how long light takes, in milliseconds.

    Counted from the capture of the first frame with the token to the first picture that its setting
    has moved, with one refresh of the stage; the engine acts on the second frame.
    """
    with run_folder() as folder:
        frames = folder / "frames"
        write_frames(frames)
        config = apply_overrides(Config(), _settings(frames, folder / "state"))
        with _running(folder, config):
            waits = np.array(_waits(folder, count + _WARM_UP)[_WARM_UP:])
            tokens = read_status(folder, "engine")["stages_ms"]
    waits[:, 2] += 1000.0 / config.stage.fps
    told, at_work, light = (
        {f"p{share}": round(float(np.percentile(part, share)), 1) for share in (50, 95)}
        for part in waits.T
    )
    return {
        "times": len(waits),
        "to_the_engines_word": told,
        "to_settings": at_work,
        "to_light": light,
        "engine_ms": {name: tokens[name] for name in ("tokens", "ink", "synthesise")},
    }


def _settings(frames: Path, state: Path) -> dict[str, Any]:
    bundle = load_bundle(find_bundle(Config().model.bundle))
    name, direction = next(iter(load_directions(bundle).items()))
    low, high = direction.safe_range
    bound = {"id": 1, "does": "direction", "name": name, "low": low, "high": high}
    return {
        "camera": {"source": str(frames), "fps": FPS},
        "tokens": {"enabled": True, "cards": [bound]},
        "web": {"port": 0},
        "operator": {"port": 0},
        "state_dir": str(state),
    }


@contextmanager
def _running(folder: Path, config: Config) -> Iterator[None]:
    settings = Published(1, config, config)
    session = Session(folder, settings, process_table("headless", ()), lambda _: None)
    stopping = threading.Event()
    beside = threading.Thread(target=session.run, args=(stopping, 3600.0))
    beside.start()
    try:
        yield
    finally:
        stopping.set()
        beside.join()
        session.close()


def _waits(folder: Path, count: int) -> list[tuple[float, float, float]]:
    """Return milliseconds from each token's first frame until it was told, set, and answered."""
    laid, pictures = LaidTokenReader(folder), SlotReader(folder / "picture.slot")
    deadline = time.monotonic() + _STARTS_WITHIN_S + count * 10.0
    while not laid.look() and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_S)
    settings = Follower(folder, "benchmark")
    took: list[tuple[float, float, float]] = []
    lying, waits_for, told_at, set_at = True, 0.0, 0.0, float("inf")
    while len(took) < count and time.monotonic() < deadline:
        tokens = laid.look()
        if tokens and not lying:
            # It was seen in the frame before, too.
            waits_for, set_at = tokens[0].laid_at - 1.0 / FPS, float("inf")
            told_at = time.monotonic()
        lying = bool(tokens)
        changed = settings.follow()
        if changed is not None and waits_for and changed.editing.directions:
            set_at = min(set_at, time.monotonic())
        picture = pictures.peek()
        if picture is not None and waits_for and picture.published_at > set_at:
            told, at_work, light = (
                1000.0 * (at - waits_for) for at in (told_at, set_at, picture.published_at)
            )
            took.append((told, at_work, light))
            waits_for, set_at = 0.0, float("inf")
        time.sleep(_LOOK_EVERY_S)
    return took
