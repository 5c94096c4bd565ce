"""The encoder as what the training loop trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from lightning_fabric import Fabric

from models.saved.checkpoint import ENCODER, State
from models.training.encoder.data import InkSource
from models.training.encoder.state import EncoderState, encoder_state_to_dict
from models.training.encoder.step import Surroundings, encoder_training_step
from models.training.encoder.watch import Watch, measure, write_strip
from models.training.run.random_states import random_states
from models.training.run.scalars import ScalarLog


@dataclass(frozen=True, slots=True, eq=False)
class EncoderFeeds:
    """Where a run's ink and drawings come from, and what it is watched with."""

    ink: InkSource
    around: Surroundings
    watch: Watch
    notes: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class EncoderTrainee:
    """Networks, batches of ink and drawings of this process, and sketches to be watched with."""

    fabric: Fabric
    state: EncoderState
    feeds: EncoderFeeds
    form: ClassVar[str] = ENCODER

    def step(self) -> dict[str, float]:
        """Take one step; returns its scalars."""
        batch = self.feeds.ink.next()
        return encoder_training_step(self.fabric, self.state, batch, self.feeds.around)

    def saved(self) -> State:
        """The complete run; all processes have a part in it."""
        ink_states = [self.feeds.ink.state()]
        if self.fabric.world_size > 1:
            ink_states = [""] * self.fabric.world_size
            torch.distributed.all_gather_object(ink_states, self.feeds.ink.state())
        return encoder_state_to_dict(self.state) | {
            "random_states": random_states(self.fabric),
            "ink_states": ink_states,
            "notes": self.feeds.notes,
        }

    def show(self, log: ScalarLog) -> None:
        """Draw the answers to the watched sketches, and measure them."""
        write_strip(self.state, self.feeds.watch, log.folder)
        log.add(measure(self.state, self.feeds.watch, self.fabric.autocast()))
