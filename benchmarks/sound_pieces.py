"""Pieces to measure the sound on, and plots of them: `python -m benchmarks.sound_pieces`.

The plots are those of `docs/sound.md`: spectrogram and level of a simulated visit, of the example,
and of everything at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np

from exhibit.camera.simulated import SimulatedTable
from exhibit.contract.geometry import mounting
from exhibit.contract.settings.schema import Config, InkConfig
from exhibit.contract.values import Floats
from exhibit.engine.gesture import GestureMeter
from exhibit.engine.loop import Engine, Pipeline
from exhibit.engine.opened_bundle import open_bundle
from exhibit.engine.pen import PenWatch
from exhibit.engine.process import blank_paper
from exhibit.ink import make_extractor
from exhibit.sound.events import Event, Piece, read_piece
from exhibit.sound.limiter import CEILING
from exhibit.sound.render import render

EXAMPLE = Path(__file__).parents[1] / "docs" / "sound-example.json"
FPS, IDLE_AFTER_S = 30.0, 20.0
_CUES = {"fresh_sheets": "fresh_sheet", "first_lines": "first_line", "recalls": "recalled"}


def everything_at_once(rate: int = 48000, channels: int = 2) -> Piece:
    """Return a piece in which every part changes as fast and as far as it may."""
    cues = ("fresh_sheet", "first_line", "recalled", "rest")
    events = [
        Event.model_validate(
            {
                "at": 0.15 * number,
                "cue": cues[number % 4],
                "speed": float(number % 2),
                "darkness": float(number // 2 % 2),
                "pan": float((-1) ** number),
                "place": (2.0 * (-1) ** (number // 3), 2.0, -2.0),
                "travel": 1.0,
                "awake": 1.0,
            }
        )
        for number in range(80)
    ]
    return Piece(seconds=13.0, rate=rate, channels=channels, events=tuple(events))


def starts_and_stops(rate: int = 48000, channels: int = 2) -> Piece:
    """Return a piece in which all that sounds is turned off and on again, each time elsewhere."""
    events = [Event(at=0.0, speed=0.9, darkness=0.9, awake=1.0, travel=0.8)]
    events += [Event(at=0.5 + 0.37 * number, volume=float(number % 2)) for number in range(24)]
    return Piece(seconds=10.0, rate=rate, channels=channels, events=tuple(events))


def simulated_visit(seconds: float) -> Piece:
    """Return what the shipped bundle's table would play for the simulated table's first visits."""
    bundle = open_bundle(Config())
    card, config = bundle.card, InkConfig()
    extractor = make_extractor(config, card.ink_size, card.stroke_width_px, None, True, None)
    models = bundle.models
    pipeline = Pipeline(
        extractor,
        models.encoder,
        bundle.editor,
        models.generator,
        blank_paper(card),
        bundle.recaller,
    )
    engine, meter = Engine(pipeline, "settled"), GestureMeter()
    table, events, before = SimulatedTable(fps=FPS), [], meter.tell()
    pen = PenWatch(mounting(*table.size_px, True, 0))
    drawn_at, finds = float("-inf"), engine.finds
    for number in range(round(seconds * FPS)):
        frame = table.frame_at(number / FPS)
        ink, _ = engine.step(frame)
        meter.draw(ink, pen.see(frame, ink))
        drawn_at = frame.captured_at if ink.bbox is not None else drawn_at
        if engine.finds and [f.drawing for f in engine.finds] != [f.drawing for f in finds]:
            meter.recalled()
        finds = engine.finds
        if engine.code is not None and bundle.place is not None:
            meter.move(bundle.place(engine.code.w_plus), frame.captured_at)
        meter.rest(frame.captured_at - drawn_at > IDLE_AFTER_S)
        now = meter.tell()
        events.append(_event(number / FPS, before, now))
        before = now
    return Piece(seconds=seconds, events=tuple(events))


def _event(at: float, before: Any, now: Any) -> Event:
    place = [min(max(p, -2.0), 2.0) for p in (now.place_x, now.place_y, now.place_z)]
    rung = [cue for count, cue in _CUES.items() if getattr(now, count) > getattr(before, count)]
    rung += ["rest"] if now.rests > before.rests else []
    given = {"speed": now.speed, "darkness": now.darkness, "pan": now.pan, "awake": now.awake}
    shown = {**given, "travel": min(now.travel, 1.0), "place": place, "cue": next(iter(rung), None)}
    return Event.model_validate({"at": at, **shown})


def figures(sound: Floats) -> dict[str, float]:
    """Return peak in dB of full scale, largest step between two samples, and loudness in dB."""
    peak, loud = float(np.abs(sound).max()), float(np.sqrt(np.square(sound).mean()))
    return {
        "peak_dbfs": round(20 * float(np.log10(peak)), 2),
        "largest_step": round(float(np.abs(np.diff(sound, axis=0)).max()), 4),
        "rms_dbfs": round(20 * float(np.log10(loud)), 1),
    }


def plot(sound: Floats, rate: int, title: str, path: Path) -> None:
    """Draw the spectrogram of the left channel and the level of both."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    figure, (above, below) = plt.subplots(
        2, 1, figsize=(9, 5), sharex=True, height_ratios=(3, 1), layout="constrained"
    )
    heard = sound[:, 0] + 1e-7 * np.random.default_rng(1).standard_normal(len(sound))
    above.specgram(heard, NFFT=4096, Fs=rate, noverlap=3072, vmin=-140, vmax=-40, cmap="magma")
    above.set(
        title=title, ylabel="Hz", yscale="symlog", ylim=(60, 12000), xlim=(0, len(sound) / rate)
    )
    above.set_yticks(
        [100, 200, 500, 1000, 2000, 5000, 10000], ["100", "200", "500", "1k", "2k", "5k", "10k"]
    )
    size = rate // 50
    for channel, name in enumerate(("left", "right")[: sound.shape[1]]):
        pieces = sound[: len(sound) // size * size, channel].reshape(-1, size)
        peaks = 20 * np.log10(np.maximum(np.abs(pieces).max(axis=1), 1e-5))
        below.plot(np.arange(len(peaks)) / 50, peaks, lw=0.8, label=name)
    below.axhline(20 * np.log10(CEILING), color="k", lw=0.8, ls="--")
    below.set(ylabel="peak, dBFS", xlabel="seconds", ylim=(-80, 0))
    below.legend(loc="lower right", fontsize=8)
    figure.savefig(path, dpi=90)
    plt.close(figure)


@click.command()
@click.option(
    "-o", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("docs/pictures")
)
@click.option("--seconds", default=40.0, show_default=True, help="Length of the simulated visit.")
def main(folder: Path, seconds: float) -> None:
    """Draw the plots of docs/sound.md and print what was measured on each piece."""
    pieces = {
        "sound-visit": ("A simulated visit", simulated_visit(seconds)),
        "sound-example": ("docs/sound-example.json", read_piece(EXAMPLE)),
        "sound-all": ("Everything at once, at its loudest", everything_at_once()),
    }
    for name, (title, piece) in pieces.items():
        sound = render(piece)
        click.echo(f"{name}: {figures(sound)}")
        plot(sound, piece.rate, title, folder / f"{name}.png")


if __name__ == "__main__":
    main()
