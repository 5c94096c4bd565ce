"""Speed of one GAN training step: `python -m benchmarks.gan_step [--resolution 128 ...]`.

Counted in pictures per second of CPU time of one thread, so that other work on the machine does
not change the figure. Needs the [models] extra.
"""

import time

import click
import torch
from lightning_fabric import Fabric

from models.networks.stylegan2.config import LAYOUTS, DiscriminatorConfig, GeneratorConfig, Layout
from models.training.gan.config import GanTraining
from models.training.gan.state import new_state
from models.training.gan.step import training_step


def pictures_per_cpu_second(
    layout: Layout, resolution: int, channel_base: int, batch: int, steps: int
) -> float:
    """Train `steps` steps on noise, after one to warm up; without R1, which comes every 16th."""
    fabric = Fabric(accelerator="cpu", devices=1, precision="bf16-mixed")
    training = GanTraining(batch=batch, r1_gamma=0.0)
    generator = GeneratorConfig(resolution=resolution, channel_base=channel_base, layout=layout)
    discriminator = DiscriminatorConfig(
        resolution=resolution, channel_base=channel_base, layout=layout
    )
    state = new_state(generator, discriminator, training, fabric.device)
    pictures = torch.rand(batch, 1, resolution, resolution)
    training_step(fabric, state, pictures)
    started = time.process_time()
    for _ in range(steps):
        training_step(fabric, state, pictures)
    return steps * batch / (time.process_time() - started)


@click.command()
@click.option("--resolution", default=128, show_default=True)
@click.option("--channel-base", default=2048, show_default=True)
@click.option("--batch", default=16, show_default=True)
@click.option("--steps", default=4, show_default=True)
def main(resolution: int, channel_base: int, batch: int, steps: int) -> None:
    """Compare the layouts."""
    torch.set_num_threads(1)
    for layout in LAYOUTS:
        speed = pictures_per_cpu_second(layout, resolution, channel_base, batch, steps)
        click.echo(f"{layout}: {speed:.1f} pictures per CPU second at {resolution} px")


if __name__ == "__main__":
    main()
