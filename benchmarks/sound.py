"""Does sound keep up beside a saturated engine? `python -m benchmarks.sound`.

Runs the whole table headless with an engine that has more to do than it can, lets it play on a null
sink of PulseAudio that is started for it, and reads what the sound's process measured of itself.
Rendered pieces say how loud and how smooth the sound is.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
import psutil

from benchmarks.null_sink import null_sink
from benchmarks.sound_pieces import EXAMPLE, everything_at_once, figures, starts_and_stops
from exhibit.checks.bench import SIMULATED, saturating
from exhibit.contract.board import read_status
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.published import Published
from exhibit.contract.settings.schema import Config
from exhibit.sound.events import read_piece
from exhibit.sound.player import Player
from exhibit.sound.render import render
from exhibit.sound.score import BLOCK, LOOK_AHEAD, Score
from exhibit.supervisor.processes import process_table
from exhibit.supervisor.run_folder import run_folder
from exhibit.supervisor.session import Session

RATE = 48000
_BAR_FRAMES = 256
"""The callback's time is compared with so many frames, however many it makes."""
_WARM_UP_S = 15.0
"""The null sink begins at a third of real time, whatever latency it reports."""
_PLAYING: dict[str, Any] = {"sound": {"enabled": True, "volume": 1.0}}


@click.command()
@click.option(
    "--seconds",
    type=click.FloatRange(10, 86400),
    default=600.0,
    show_default=True,
    help="How long to play beside the saturated engine.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(seconds: float, as_json: bool) -> None:
    """Measure the callback, underruns, processor share, latency and rendered pieces."""
    found = {
        "block_ms": round(1000.0 * BLOCK / RATE, 3),
        "callback_alone": callback_alone(),
        "as_shipped": beside_engine(min(seconds, 60.0), {}),
        "beside_saturated_engine": beside_engine(seconds, saturating(Config())),
        "pieces": pieces(),
        "load": [round(load, 2) for load in os.getloadavg()],
    }
    click.echo(json.dumps(found) if as_json else json.dumps(found, indent=2))


def callback_alone(blocks: int = 4000) -> dict[str, float]:
    """Return how long a block takes where nothing else of the table runs, in milliseconds."""
    player = Player(RATE, 2, prioritise=lambda: "")
    out = np.zeros((BLOCK, 2), np.float32)
    took, played = np.zeros(blocks), [Score()]
    player.scores = lambda: played[0]
    for number in range(blocks):
        played[0] = Score(speed=number % 100 / 100, darkness=0.7, awake=1.0, recalls=number // 400)
        begun = time.thread_time()
        player.block(out, 0.0, late=False)
        took[number] = 1000.0 * (time.thread_time() - begun)
        player.unpaced = False
    p50, p99 = np.percentile(took, (50, 99))
    return {"cpu_ms_p50": round(float(p50), 3), "cpu_ms_p99": round(float(p99), 3)}


def beside_engine(seconds: float, overrides: dict[str, Any]) -> dict[str, Any]:
    """Return what the sound measured of itself in `seconds`, after its first ones."""
    config = Config()
    for layer in (SIMULATED, overrides, _PLAYING):
        config = apply_overrides(config, layer, "benchmark")
    with null_sink(), run_folder() as folder:
        settings = Published(1, config, config)
        session = Session(folder, settings, process_table("headless"), lambda _: None)
        try:
            session.run(threading.Event(), _WARM_UP_S)
            before, used = read_status(folder, "sound"), _processor_s(folder)
            begun = time.monotonic()
            session.run(threading.Event(), seconds)
            passed, spent = time.monotonic() - begun, _processor_s(folder) - used
            status, report = read_status(folder, "sound"), session.report()
        finally:
            session.close()
    if status.get("state") != "playing":
        raise click.ClickException(f"nothing was played: {status.get('notices')}")
    kept = ("device", "rate", "channels", "latency_ms", "scheduling", "callback_ms")
    bar_ms = 1000.0 * _BAR_FRAMES / status["rate"]
    return {
        "seconds": round(passed, 1),
        **{key: status[key] for key in kept},
        "callback_p99_share_of_256_frames": round(status["callback_ms"]["p99"] / bar_ms, 3),
        "underruns": status["underruns"] - before["underruns"],
        "processor_percent": round(100.0 * spent / passed, 2),
        "stroke_to_sound_ms": _split(status),
        "ink_ms": report["stages_ms"]["ink"],
        "engine_pictures": report["pictures"],
        "stage_fps": report["stage_fps"],
    }


def _split(status: dict[str, Any]) -> dict[str, Any]:
    """Return how late a stroke is heard, and whose part of it is how long, in milliseconds.

    The bar is for what sound adds once the engine has told of a stroke: waiting for a block, the
    limiter's look ahead, the device's buffer. What comes before is a frame that waits for the
    picture of the one before, and its ink.
    """
    whole, own = status["stroke_to_sound_ms"], status["told_to_sound_ms"]
    device = status["latency_ms"] + 1000.0 * LOOK_AHEAD / status["rate"]
    return {
        "from_the_engines_word": own,
        "of_that_device_and_limiter": round(device, 1),
        "from_capture": whole,
        "of_that_before_the_engines_word_p50": round(whole["p50"] - own["p50"], 1),
    }


def pieces() -> dict[str, Any]:
    """Return peak, largest step and loudness of rendered pieces, for every kind of device."""
    found: dict[str, Any] = {"example": figures(render(read_piece(EXAMPLE)))}
    for rate in (44100, 48000):
        for channels in (1, 2):
            for piece in (everything_at_once, starts_and_stops):
                name = f"{piece.__name__}_{rate}_{channels}"
                found[name] = figures(render(piece(rate, channels)))
    return found


def _processor_s(folder: Path) -> float:
    """Return processor time that the sound's process has used so far."""
    pid = read_status(folder, "supervisor")["processes"]["sound"]["pid"]
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
