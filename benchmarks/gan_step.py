"""Speed of one GAN training step: `python -m benchmarks.gan_step [--resolution 128 ...]`.

Counted in pictures per second of CPU time of one thread, so that other work on the machine does
not change the figure much; run two checkouts in turns to compare them. Needs the [models] extra.
"""

import statistics
import time

import click
import torch
from lightning_fabric import Fabric

from models.networks.perceptual.lpips import training_lpips
from models.networks.stylegan2.config import LAYOUTS, DiscriminatorConfig, GeneratorConfig, Layout
from models.training.gan.config import GanTraining
from models.training.gan.state import GanState, new_state
from models.training.gan.step import training_step
from models.training.parts.own_latents import OwnLatents
from models.training.parts.shard import Shard

_DRAWINGS, _BLOT = 48, 8
_REDRAW_WEIGHT = 5.0


def pictures_per_cpu_second(
    fabric: Fabric, state: GanState, resolution: int, steps: int
) -> tuple[float, float]:
    """Train `steps` steps on noise, after two to warm up; without R1, which comes every 16th.

    Returns:
        pictures a second of the median step, and of the fastest.
    """
    batch, seconds = state.training.batch, []
    pictures = torch.rand(batch, 1, resolution, resolution)
    for _ in range(steps + 2):
        started = time.process_time()
        training_step(fabric, state, pictures)
        seconds.append(time.process_time() - started)
    return batch / statistics.median(seconds[2:]), batch / min(seconds[2:])


def begun(
    fabric: Fabric, layout: Layout, resolution: int, channel_base: int, batch: int, redraw: bool
) -> GanState:
    """Return a run before its first step: against a discriminator, or one that redraws blots."""
    training = GanTraining(
        batch=batch,
        r1_gamma=0.0,
        adversarial_weight=float(not redraw),
        redraw_weight=_REDRAW_WEIGHT * redraw,
    )
    generator = GeneratorConfig(resolution=resolution, channel_base=channel_base, layout=layout)
    discriminator = DiscriminatorConfig(
        resolution=resolution, channel_base=channel_base, layout=layout
    )
    state = new_state(generator, discriminator, training, fabric.device)
    if redraw:
        z_dim, names = generator.z_dim, tuple(map(str, range(_DRAWINGS)))
        side = resolution // _BLOT
        blots = 255 * (torch.rand(_DRAWINGS, 1, side, side) > 0.3)
        drawings = blots.to(torch.uint8).repeat_interleave(_BLOT, 2).repeat_interleave(_BLOT, 3)
        shard = Shard(fabric, drawings, torch.arange(_DRAWINGS), names, torch.arange(_DRAWINGS))
        state.own_latents = OwnLatents(training_lpips(), shard, z_dim, mirror=True, seed=0)
    return state


@click.command()
@click.option("--resolution", default=128, show_default=True)
@click.option("--channel-base", default=2048, show_default=True)
@click.option("--batch", default=16, show_default=True)
@click.option("--steps", default=6, show_default=True)
@click.option("--precision", type=click.Choice(["bf16-mixed", "32-true"]), default="bf16-mixed")
def main(resolution: int, channel_base: int, batch: int, steps: int, precision: str) -> None:
    """Compare the layouts against a discriminator, and the default one where it redraws."""
    torch.set_num_threads(1)
    fabric = Fabric(accelerator="cpu", devices=1, precision=precision)  # type: ignore[arg-type]
    for layout, redraw in (*((layout, False) for layout in LAYOUTS), ("light", True)):
        state = begun(fabric, layout, resolution, channel_base, batch, redraw)
        median, fastest = pictures_per_cpu_second(fabric, state, resolution, steps)
        what = "redrawing" if redraw else "adversarial"
        click.echo(
            f"{layout}, {what}: {median:.1f} pictures per CPU second at {resolution} px, "
            f"{fastest:.1f} in the fastest step"
        )


if __name__ == "__main__":
    main()
