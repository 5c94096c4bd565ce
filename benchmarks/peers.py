"""How much faster is a whole answer than the published pipeline? `python -m benchmarks.peers`.

Recalled drawing and ink to picture at 256 px: a bundle in ONNX Runtime, beside pSp's published
encoder (IR-SE-50, w of 512 numbers) and StyleGAN2's published generator (channel base 8192, at most
512 channels) in eager PyTorch. The published ones are stand-ins: our own networks of the published
shapes with random weights, which take as long as trained ones. Both take turns in one process, with
as many threads.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import click
import numpy as np
import torch

from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.settings.schema import ModelConfig
from exhibit.inference import open_models
from models.networks.psp.config import EncoderConfig
from models.networks.psp.inverter import inverter_for
from models.networks.stylegan2.config import GeneratorConfig
from models.networks.stylegan2.generator import Generator

_SIDE_PX, _W_DIM, _CHANNEL_BASE, _CHANNEL_MAX = 256, 512, 8192, 512
STAND_IN = "stand-in for pSp irse50 and StyleGAN2, eager PyTorch"


@dataclass(frozen=True, slots=True)
class Spread:
    """Least, median and most of all rounds, in milliseconds of the processor, all threads."""

    least: float
    median: float
    most: float


def published_answer(threads: int) -> Callable[[], object]:
    """Return ink to picture as it was published, with random weights."""
    torch.set_num_threads(threads)
    config = GeneratorConfig(
        resolution=_SIDE_PX,
        z_dim=_W_DIM,
        w_dim=_W_DIM,
        img_channels=3,
        channel_base=_CHANNEL_BASE,
        channel_max=_CHANNEL_MAX,
        layout="published",
    )
    generator = Generator(config).eval().requires_grad_(False)
    encoder = EncoderConfig(
        backbone="irse50",
        ink_size=_SIDE_PX,
        input_channels=3,
        num_ws=config.num_ws,
        w_dim=_W_DIM,
        inversion="w_plus",
        feature_channels=0,
    )
    inverter = inverter_for(generator, encoder).eval().requires_grad_(False)
    ink = torch.ones(1, 1, _SIDE_PX, _SIDE_PX)

    def answer() -> object:
        with torch.no_grad():
            return generator.synthesis(inverter(ink).w_plus)

    return answer


def our_answer(bundle: str, threads: int) -> Callable[[], object]:
    """Return ink and recalled drawing to picture as the table does it."""
    opened = load_bundle(find_bundle(bundle))
    models = open_models(opened, ModelConfig(threads=threads, providers=("cpu",)))
    paper = np.full((opened.card.ink_size,) * 2, 255, np.uint8)
    return lambda: models.generator.pixels_of(*models.encoder.encode_pixels(paper, None, paper))


def take_turns(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, Spread]:
    """Measure works in turns, once to warm up and then so many rounds."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            began = time.process_time()
            work()
            if number:
                taken[name].append(1000 * (time.process_time() - began))
    return {
        name: Spread(*(round(float(f(times)), 1) for f in (np.min, np.median, np.max)))
        for name, times in taken.items()
    }


@click.command()
@click.option("--bundle", default="lear", show_default=True, metavar="NAME|DIR")
@click.option("--threads", default=1, show_default=True)
@click.option("--rounds", type=click.IntRange(5), default=7, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(bundle: str, threads: int, rounds: int, as_json: bool) -> None:
    """Compare a bundle's answer with the published pipeline's."""
    works = {bundle: our_answer(bundle, threads), STAND_IN: published_answer(threads)}
    found = take_turns(works, rounds)
    times_faster = found[STAND_IN].median / found[bundle].median
    if as_json:
        spreads = {name: asdict(spread) for name, spread in found.items()}
        click.echo(json.dumps({**spreads, "times_faster": round(times_faster, 1)}))
        return
    for name, spread in found.items():
        click.echo(
            f"{spread.least:9.1f} {spread.median:9.1f} {spread.most:9.1f} ms of the processor "
            f"(least, median, most)  {name}"
        )
    click.echo(f"{times_faster:.1f} times as fast (medians)")


if __name__ == "__main__":
    main()
