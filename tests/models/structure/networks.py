"""Small networks of `models structure`, in checkpoints as their commands write them."""

from pathlib import Path

import torch

from models.saved.checkpoint import CONTROL, LANDMARKS, write_checkpoint
from models.structure.control import Control
from models.structure.landmark_network import LandmarkNetwork

NAMES = ("nose-low", "mouth-left", "mouth-right", "eyes-a-left", "eyes-b-right", "head-left")


def write_landmark_network(path: Path) -> Path:
    """A network that finds six landmarks anywhere."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = LandmarkNetwork(NAMES)
    state = {"about": {"names": list(NAMES)}, "network": network.state_dict()}
    write_checkpoint(path, LANDMARKS, state)
    return path


def write_control(path: Path, w_dim: int = 16) -> Path:
    """What codes of `w_dim` numbers say of six landmarks, with one change."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = Control(NAMES, (w_dim, 1))
    about = {"names": list(NAMES), "sizes": [w_dim, 1], **dict(network.named_buffers())}
    write_checkpoint(path, CONTROL, {"about": about, "network": network.state_dict()})
    return path
