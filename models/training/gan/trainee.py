"""The GAN as what the training loop trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from lightning_fabric import Fabric

from models.networks.pixels import to_uint8
from models.networks.stylegan2.samples import draw, fixed_latents
from models.saved.checkpoint import GAN, State
from models.sheets import sheet, write_png
from models.training.gan.kid_watch import KidWatch
from models.training.gan.state import GanState, state_to_dict
from models.training.gan.step import training_step
from models.training.parts.collective import sum_of_all
from models.training.parts.sampler import Sampler
from models.training.run.random_states import random_states
from models.training.run.scalars import ScalarLog

SHEET_COLUMNS, SHEET_ROWS = 8, 6
SHEET_SEED = 1


@dataclass(frozen=True, slots=True, eq=False)
class GanTrainee:
    """Networks, batches of real pictures of this process, and KID where it is measured."""

    fabric: Fabric
    state: GanState
    sampler: Sampler
    kid: KidWatch | None = None
    form: ClassVar[str] = GAN

    def step(self) -> dict[str, float]:
        """Take one step; returns its scalars."""
        return training_step(self.fabric, self.state, self.sampler.next())

    def saved(self) -> State:
        """The complete run; all processes have a part in it."""
        state = self.state
        signs = torch.tensor(
            [state.real_sign_sum, float(state.real_sign_count)], dtype=torch.float64
        )
        signs = sum_of_all(self.fabric, signs)
        return state_to_dict(state) | {
            "random_states": random_states(self.fabric),
            "sampler_position": self.sampler.position,
            "real_sign": [float(signs[0]), int(signs[1])],
        }

    def show(self, log: ScalarLog) -> None:
        """Draw the same latents each time; measure KID when it is due."""
        z_dim = self.state.generator.config.z_dim
        latents = fixed_latents(SHEET_COLUMNS * SHEET_ROWS, z_dim, SHEET_SEED)
        image = sheet(to_uint8(draw(self.state.ema, latents)), SHEET_COLUMNS)
        thousands = self.state.pictures_seen // 1000
        write_png(log.folder / "sheets" / f"{thousands:06d}k.png", image)
        write_png(log.folder / "latest.png", image)
        log.picture("samples", image, self.state.pictures_seen)
        if self.kid is not None and self.kid.is_due():
            log.add({"quality/kid": self.kid.measure(self.state.ema)})
