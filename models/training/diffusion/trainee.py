"""The denoiser as what the training loop trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from lightning_fabric import Fabric
from torch import Tensor

from models.networks.denoiser.ddim import draw
from models.networks.denoiser.samples import noise_of
from models.networks.denoiser.schedule import noised, velocity
from models.networks.pixels import to_uint8
from models.saved.checkpoint import DENOISER, State
from models.sheets import sheet, write_png
from models.training.diffusion.state import DiffusionState, state_to_dict
from models.training.parts.ema import ema_beta, update_ema
from models.training.parts.gradients import average_gradients
from models.training.parts.sampler import Sampler
from models.training.run.random_states import random_states
from models.training.run.scalars import ScalarLog

SHEET_COLUMNS, SHEET_ROWS, SHEET_STEPS = 8, 3, 20
SHEET_SEED = 1
_EARLY, _MIDDLE = 1 / 3, 2 / 3


@dataclass(frozen=True, slots=True, eq=False)
class DiffusionTrainee:
    """Network, batches of pictures of this process, and the card that travels with them."""

    fabric: Fabric
    state: DiffusionState
    sampler: Sampler
    card: dict[str, Any]
    form: ClassVar[str] = DENOISER

    def step(self) -> dict[str, float]:
        """Take one step; returns its losses, of all times and of three parts of them.

        Source: Ho et al. 2020, "Denoising Diffusion Probabilistic Models", eq. 14; of v instead of
            the noise as Salimans & Ho 2022 have it, and with times spread over the batch (Kingma
            et al. 2021, "Variational Diffusion Models", appendix I.1).
        """
        state, training = self.state, self.state.training
        pictures = self.sampler.next().to(self.fabric.device)
        n = len(pictures)
        times = (torch.arange(n) + torch.rand(n)).to(pictures.device) / n
        noise = torch.randn(pictures.shape).to(pictures.device)
        for group in state.optimizer.param_groups:
            warm = min(1.0, (state.pictures_seen + n) / max(training.warm_up, 1))
            group["lr"] = training.learning_rate * warm
        with self.fabric.autocast():
            predicted = state.network(noised(pictures, noise, times), times)
        error = (predicted.float() - velocity(pictures, noise, times)).square().mean(dim=(1, 2, 3))
        state.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(error.mean())
        average_gradients(self.fabric, state.network.parameters())
        length = torch.nn.utils.clip_grad_norm_(
            state.network.parameters(), training.longest_gradient
        )
        state.optimizer.step()
        state.step += 1
        state.pictures_seen += n * self.fabric.world_size
        self._average(n * self.fabric.world_size)
        return _by_time(error.detach(), times) | {"gradient/length": float(length)}

    def _average(self, batch: int) -> None:
        training, seen = self.state.training, self.state.pictures_seen
        beta = ema_beta(batch, seen, training.ema_half_life, training.ema_ramp_up)
        update_ema(self.state.ema, self.state.network, beta)

    def saved(self) -> State:
        """The complete run; all processes have a part in it."""
        return state_to_dict(self.state) | {
            "random_states": random_states(self.fabric),
            "sampler_position": self.sampler.position,
            "card": self.card,
        }

    def show(self, log: ScalarLog) -> None:
        """Draw the same noise each time."""
        first = SHEET_SEED * SHEET_COLUMNS * SHEET_ROWS
        seeds = range(first, first + SHEET_COLUMNS * SHEET_ROWS)
        noise = noise_of(self.state.ema.config, seeds).to(self.fabric.device)
        image = sheet(to_uint8(draw(self.state.ema, noise, SHEET_STEPS)), SHEET_COLUMNS)
        thousands = self.state.pictures_seen // 1000
        write_png(log.folder / "sheets" / f"{thousands:06d}k.png", image)
        write_png(log.folder / "latest.png", image)
        log.picture("samples", image, self.state.pictures_seen)


def _by_time(error: Tensor, times: Tensor) -> dict[str, float]:
    """Mean loss, and that of times near the picture, in the middle and near the noise."""
    parts = {
        "near picture": times < _EARLY,
        "middle": (times >= _EARLY) & (times < _MIDDLE),
        "near noise": times >= _MIDDLE,
    }
    found = {"loss/v": float(error.mean())}
    for name, chosen in parts.items():
        if bool(chosen.any()):
            found[f"loss/{name}"] = float(error[chosen].mean())
    return found
