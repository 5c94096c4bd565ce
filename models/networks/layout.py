"""How networks lie in memory."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def channels_last(network: Network, device: torch.device | None = None) -> Network:
    """Lay weights out as convolutions are fastest; on another device where one is named."""
    # Module.to takes a memory format; its type stubs do not know that.
    return network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
