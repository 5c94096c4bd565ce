"""A night in the queue of a computing centre must not end at the first line of the job's file.

Where Slurm is installed the queue is Slurm's own, with two nodes on this machine; elsewhere an
`srun` that starts its tasks here. The job is made small. torchrun, its two machines that find each
other, and the training are real.
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
from tests.fleet.slurm import INSTALLED, computing_centre
from tests.models.training.gan.gan_fixtures import write_dataset
from tests.patience import PATIENCE_S

JOB = Path(__file__).parents[2] / "fleet" / "slurm" / "train-gan.sbatch"
_NODES = 2
_SRUN = """
shift
for node in $(seq 0 "$((SLURM_NNODES - 1))"); do SLURM_NODEID=$node "$@" & tasks="$tasks $!"; done
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


def _tools(tmp_path: Path, **more: str) -> Path:
    """Return a folder of programs for the job: small networks, and a first process that fails."""
    tools = tmp_path / "tools"
    tools.mkdir()
    models = Path(sys.executable).with_name("models")
    programs = {
        # By its name a machine knows whether it is the one that keeps count; these share one.
        "torchrun": "host=$((SLURM_NODEID == 0))\n"
        f"exec {sys.executable} -m torch.distributed.run --rdzv-conf is_host=$host "
        '--local-addr 127.0.0.1 "${@/#4/1}"',
        # The second machine's first process fails at once.
        "models": f'if [ "$SLURM_NODEID" = 1 ] && mkdir {tmp_path / "failed"} 2>/dev/null; '
        f'then exit 1; fi\nexec {models} "$@" {_SMALL}',
        **more,
    }
    for name, text in programs.items():
        _program(tools / name, text)
    return tools


def _assert_trained(tmp_path: Path) -> None:
    assert (tmp_path / "failed").is_dir()
    saved = load_gan(tmp_path / "run" / "latest.pt")
    assert len(saved["random_states"]) == _NODES
    assert saved["pictures_seen"] == 16


@pytest.mark.slow
@pytest.mark.timeout(3 * PATIENCE_S)
def test_job_trains_on_two_machines_and_goes_on_after_a_process_failed(tmp_path: Path) -> None:
    tools = _tools(tmp_path, srun=_SRUN, scontrol='echo "127.0.0.1"; echo "another"')
    dataset = write_dataset(tmp_path / "data")
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "SLURM_JOB_ID": f"job{os.getpid()}",
        "SLURM_NNODES": str(_NODES),
        "SLURM_JOB_NODELIST": "some[1-2]",
    }
    ran = subprocess.run(
        ["bash", str(JOB), str(dataset), str(tmp_path / "run")],
        env=environment,
        timeout=2 * PATIENCE_S,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    _assert_trained(tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(3 * PATIENCE_S)
@pytest.mark.skipif(not INSTALLED, reason="Debian's slurmctld and slurmd, run by root")
def test_slurm_queues_the_job_and_runs_it_on_two_nodes(tmp_path: Path) -> None:
    tools, said = _tools(tmp_path), tmp_path / "said.txt"
    # Both nodes are this machine, which knows neither name.
    text = (tools / "torchrun").read_text()
    _program(tools / "torchrun", 'set -- "${@/#n1:/127.0.0.1:}"\n' + text)
    dataset = write_dataset(tmp_path / "data")
    with computing_centre(tmp_path / "centre") as environment:
        environment["PATH"] = f"{tools}{os.pathsep}{environment['PATH']}"
        command = ["sbatch", "--wait", f"--output={said}", str(JOB), str(dataset)]
        ran = subprocess.run(
            [*command, str(tmp_path / "run")],
            env=environment,
            timeout=2 * PATIENCE_S,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr + said.read_text()[-3000:]
    _assert_trained(tmp_path)
