"""A night in the queue of a computing centre must not end at the first line of the job's file.

Slurm itself is not here: `srun` starts its tasks on this machine, `scontrol` names it, and the job
is made small. torchrun, its two machines that find each other, and the training are real.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from models.saved.gan import load_gan
from tests.models.training.gan.gan_fixtures import write_dataset
from tests.patience import PATIENCE_S

JOB = Path(__file__).parents[2] / "fleet" / "slurm" / "train-gan.sbatch"
_NODES = 2
_SRUN = """
shift
for node in $(seq "$SLURM_NNODES"); do SLURM_NODEID=$node "$@" & tasks="$tasks $!"; done
for task in $tasks; do wait "$task" || failed=1; done
exit "${failed:-0}"
"""
_SMALL = (
    "--accelerator cpu --devices 1 --precision 32-true --resolution 32 --channel-base 256 "
    "--channel-max 8 --w-dim 8 --batch 4 --redraw 0 --adversarial 1 --kid-pictures 0 --pictures 16"
)


def _program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def test_job_asks_for_what_its_torchrun_uses() -> None:
    text = JOB.read_text(encoding="utf-8")
    asked = dict(
        line.removeprefix("#SBATCH --").partition("=")[::2]
        for line in text.splitlines()
        if line.startswith("#SBATCH --") and "=" in line
    )
    assert asked["ntasks-per-node"] == "1"  # torchrun starts the processes of a machine
    assert f"--nproc-per-node {asked['gpus-per-node']} " in text
    assert f"--devices {asked['gpus-per-node']} " in text


@pytest.mark.slow
@pytest.mark.timeout(3 * PATIENCE_S)
def test_job_trains_on_two_machines_and_goes_on_after_a_process_failed(tmp_path: Path) -> None:
    tools, run = tmp_path / "tools", tmp_path / "run"
    tools.mkdir()
    dataset = write_dataset(tmp_path / "data")
    models = Path(sys.executable).with_name("models")
    _program(tools / "srun", _SRUN)
    _program(tools / "scontrol", 'echo "127.0.0.1"; echo "another"')
    _program(
        tools / "torchrun",
        # By its name a machine knows whether it is the one that keeps count; these share one.
        "host=$((SLURM_NODEID == 1))\n"
        f"exec {sys.executable} -m torch.distributed.run --rdzv-conf is_host=$host "
        '--local-addr 127.0.0.1 "${@/#4/1}"',
    )
    # The second machine's first process fails at once.
    once = tmp_path / "failed"
    fails = f'if [ "$SLURM_NODEID" = 2 ] && mkdir {once} 2>/dev/null; then exit 1; fi'
    _program(tools / "models", f'{fails}\nexec {models} "$@" {_SMALL}')
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "SLURM_JOB_ID": f"job{os.getpid()}",
        "SLURM_NNODES": str(_NODES),
        "SLURM_JOB_NODELIST": "some[1-2]",
    }
    ran = subprocess.run(
        ["bash", str(JOB), str(dataset), str(run)],
        env=environment,
        timeout=2 * PATIENCE_S,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert once.is_dir()
    saved = load_gan(run / "latest.pt")
    assert len(saved["random_states"]) == _NODES
    assert saved["pictures_seen"] == 16
