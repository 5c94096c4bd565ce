"""How much faster is ours than the published code? `python -m benchmarks.peers`.

Recalled drawing and ink to picture at 256 px: a bundle in ONNX Runtime, beside pSp's published
encoder (IR-SE-50, w of 512 numbers) and StyleGAN2's published generator (channel base 8192, at most
512 channels) in eager PyTorch. With `--training` one step of ours beside the published one. The
published code is the authors' own where a checkout of it is given, and else our networks of the
published shapes; weights are random, which takes as long as trained ones. All take turns in one
run, each with as many threads, the published code in a process of its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.peers.checkouts import OWN_CHANNEL_BASE, PSP, STYLEGAN, check_checkout
from benchmarks.peers.turns import Job, Peer, take_turns
from benchmarks.spread import Spread, spread_of
from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.errors import ExhibitError
from exhibit.contract.settings.schema import ModelConfig
from exhibit.inference import open_models

_EAGER = "eager PyTorch, random weights"
_PLAIN = "plain operators in the place of pSp's CUDA ones"
_DIGITS = 3
GAN, ENCODER = "train-gan", "train-encoder"
OURS = "ours"
PUBLISHED_WIDTHS, OUR_WIDTHS, SHIPPED = (
    "published widths in both",
    "our widths in both",
    "as shipped",
)
"""What two training steps have in common that are compared."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured by label, and how many times as fast ours is, by what is compared."""

    taken: dict[str, Spread]
    times_faster: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "taken": {label: asdict(spread) for label, spread in self.taken.items()},
            "times_faster": {name: round(times, 2) for name, times in self.times_faster.items()},
        }


def label_of(psp: str | None, stylegan: str | None) -> str:
    """Say which parts of the published pipeline are the authors' own code."""
    if psp is None and stylegan is None:
        return f"stand-in for pSp irse50 and StyleGAN2, {_EAGER}"
    encoder = f"pSp irse50 by its authors ({_PLAIN})" if psp else "stand-in for pSp irse50"
    generator = "StyleGAN2 by its authors" if stylegan else "stand-in for StyleGAN2"
    return f"{encoder} and {generator}, {_EAGER}"


def our_answer(bundle: str, threads: int) -> Callable[[], float]:
    """Return ink and recalled drawing to picture as the table does it, in milliseconds."""
    opened = load_bundle(find_bundle(bundle))
    models = open_models(opened, ModelConfig(threads=threads, providers=("cpu",)))
    paper = np.full((opened.card.ink_size,) * 2, 255, np.uint8)

    def answer() -> float:
        began = time.process_time()
        models.generator.pixels_of(*models.encoder.encode_pixels(paper, None, paper))
        return 1000 * (time.process_time() - began)

    return answer


def measured(
    jobs: dict[str, Job], others: dict[str, Callable[[], float]], rounds: int
) -> dict[str, list[float]]:
    """Measure jobs, each in a process of its own, in turns with other works; milliseconds."""
    with ExitStack() as stack:
        peers = {label: stack.enter_context(Peer(job)) for label, job in jobs.items()}
        return take_turns(others | {label: peer.turn for label, peer in peers.items()}, rounds)


def compare_answers(bundle: str, base: Job, rounds: int) -> Found:
    """Measure whole answers, in milliseconds of the processor."""
    jobs = {label_of(base.psp, base.stylegan): base}
    if base.psp:
        alone = f"pSp's own code alone, channel base {OWN_CHANNEL_BASE} ({_PLAIN}), {_EAGER}"
        jobs[alone] = replace(base, work="psp alone")
    taken = measured(jobs, {bundle: our_answer(bundle, base.threads)}, rounds)
    spreads = {label: spread_of(ms, _DIGITS) for label, ms in taken.items()}
    return Found(spreads, {label: spreads[label].median / spreads[bundle].median for label in jobs})


def steps_of(kind: str, base: Job) -> dict[str, Job]:
    """The training steps of one kind that are compared, by label."""
    theirs = label_of(base.psp, base.stylegan)
    if kind == GAN:
        who = "by its authors" if base.stylegan else "(stand-in)"
        theirs = f"StyleGAN2-ADA {who}, {_EAGER}"
    jobs = {
        f"{OURS}, as shipped": replace(base, work=kind, shipped=True),
        f"{OURS}, published widths": replace(base, work=kind),
        f"{theirs}, published widths": replace(base, work=f"published {kind}"),
    }
    if kind == GAN:  # pSp's encoder has codes of 512 numbers and no narrower form
        label = f"{theirs}, our widths"
        jobs[label] = replace(base, work=f"published {kind}", shipped=True)
    return jobs


def compare_steps(kind: str, base: Job, rounds: int) -> Found:
    """Measure training steps of one kind, in pictures a second of the processor."""
    jobs = steps_of(kind, base)
    speeds = {
        label: spread_of([1000 * base.batch / ms for ms in taken], _DIGITS)
        for label, taken in measured(jobs, {}, rounds).items()
    }
    shipped, wide, published, *narrow = (speeds[label].median for label in jobs)
    ratios = {PUBLISHED_WIDTHS: wide / published, SHIPPED: shipped / published}
    return Found(speeds, ratios | ({OUR_WIDTHS: shipped / narrow[0]} if narrow else {}))


def tell(title: str, found: Found) -> None:
    """Print what was measured."""
    click.echo(title)
    for label, spread in found.taken.items():
        click.echo(f"{spread.least:9.1f} {spread.median:9.1f} {spread.most:9.1f}  {label}")
    for meaning, times in found.times_faster.items():
        click.echo(f"{times:9.1f} times as fast (medians): {meaning}")


_SOME = click.IntRange(1)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)


@click.command()
@click.option("--bundle", default="lear", show_default=True, metavar="NAME|DIR")
@click.option("--threads", default=1, show_default=True, type=_SOME)
@click.option("--rounds", type=click.IntRange(5), default=7, show_default=True)
@click.option("--psp", type=_FOLDER, metavar="DIR", help=f"A checkout of {PSP}.")
@click.option("--stylegan", type=_FOLDER, metavar="DIR", help=f"A checkout of {STYLEGAN}.")
@click.option("--training", is_flag=True, help="Compare training steps instead of answers.")
@click.option("--step", "steps", type=click.Choice([GAN, ENCODER]), multiple=True, help="Only it.")
@click.option("--resolution", default=64, show_default=True, help="Of training steps.")
@click.option("--batch", default=4, show_default=True, type=_SOME, help="Of training steps.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(
    bundle: str,
    threads: int,
    rounds: int,
    psp: Path | None,
    stylegan: Path | None,
    training: bool,
    steps: tuple[str, ...],
    resolution: int,
    batch: int,
    as_json: bool,
) -> None:
    """Compare a bundle's answer, or our training steps, with the published code's."""
    try:
        base = Job("answer", *checked(psp, stylegan), threads=threads)
        if training:
            base = replace(base, side=resolution, batch=batch)
            found = {kind: compare_steps(kind, base, rounds) for kind in steps or (GAN, ENCODER)}
        else:
            found = {"answer": compare_answers(bundle, base, rounds)}
    except ExhibitError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({name: one.to_dict() for name, one in found.items()}))
        return
    for name, one in found.items():
        unit = "pictures a second" if training else "ms"
        tell(f"{name}: {unit} of the processor, least, median, most of {rounds}", one)


def checked(psp: Path | None, stylegan: Path | None) -> tuple[str | None, str | None]:
    """Return the folders of checkouts that have what is needed of them."""
    if psp:
        check_checkout("--psp", PSP, psp)
    if stylegan:
        check_checkout("--stylegan", STYLEGAN, stylegan)
    return (str(psp) if psp else None), (str(stylegan) if stylegan else None)


if __name__ == "__main__":
    main()
