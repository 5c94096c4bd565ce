"""Does one work whenever it is told to; started by `turns.Peer` in a process of its own.

The authors' code may print: what it prints goes to standard error, answers alone to the output.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import TextIO

import torch

from benchmarks.peers import pipelines, steps
from benchmarks.peers.turns import Job

Work = Callable[[], object]

WORKS: dict[str, Callable[[Job], Work]] = {
    "answer": pipelines.published_answer,
    "psp alone": pipelines.psp_answer,
    "train-gan": steps.our_gan_step,
    "published train-gan": steps.published_gan_step,
    "train-encoder": steps.our_encoder_step,
    "published train-encoder": steps.published_encoder_step,
}


def begin(job: Job) -> Work:
    """Build what a job needs and return its work."""
    torch.set_num_threads(job.threads)
    torch.manual_seed(0)
    return WORKS[job.work](job)


def main(job: Job, output: TextIO) -> None:
    """Say that it is ready, then answer every line with the milliseconds that the work took."""

    def tell(**told: object) -> None:
        print(json.dumps(told), file=output, flush=True)

    try:
        work = begin(job)
        tell(ready=True)
        for _ in sys.stdin:
            began = time.process_time()
            work()
            tell(ms=1000 * (time.process_time() - began))
    except Exception as error:  # noqa: BLE001 - whatever others' code meets is told in one line
        tell(error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    answers = sys.stdout
    with redirect_stdout(sys.stderr):
        main(Job(**json.loads(sys.argv[1])), answers)
