"""One of two processes of a run: reads its share, asks for all, and writes what it has.

Usage, under torchrun: one_of_two DATASET OUT
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

from models.training.run.pictures import read_shards
from models.training.run.processes import together


def main() -> None:
    """Write what is held, and the sums of what was asked for."""
    dataset, out = (Path(word) for word in sys.argv[1:])
    with together("cpu", "2", "32-true") as fabric:
        (shard,) = read_shards(fabric, dataset, (32, 1))
        found = {
            "rows": shard.rows.tolist(),
            "held_bytes": shard.pictures.numel(),
            "whole": [int(picture.sum()) for block in shard.blocks() for picture in block],
            "at": [int(picture.sum()) for picture in shard.at(torch.tensor([69, 0, 33]))],
            "keys": shard.keys.tolist(),
        }
        (out / f"{fabric.global_rank}.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
