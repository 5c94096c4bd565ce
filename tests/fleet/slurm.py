"""A computing centre of two nodes on this machine: Debian's slurmctld and slurmd, without munge."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.patience import PATIENCE_S, wait_until

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "srun", "scontrol", "sinfo")
INSTALLED = os.geteuid() == 0 and all(shutil.which(program) for program in PROGRAMS)
NODES = ("n1", "n2")
# Any device stands for a card: Slurm counts them, and nobody opens them.
_CARDS = "".join(f"Name=gpu File=/dev/{name}\n" for name in ("null", "zero", "full", "random"))
_CONFIG = """\
ClusterName=try
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
AuthType=auth/none
CredType=cred/none
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
MpiDefault=none
# More than this machine has: what the job asks for is given, and not used.
SlurmdParameters=config_overrides
NodeName=DEFAULT CPUs=16 RealMemory=65536 Gres=gpu:4
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]}
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]}
PartitionName=all Nodes=ALL Default=YES State=UP
"""


@contextlib.contextmanager
def computing_centre(folder: Path) -> Iterator[dict[str, str]]:
    """Run it until the block ends; gives the environment in which its commands find it."""
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    config = _CONFIG.format(host=socket.gethostname(), folder=folder, ports=_free_ports())
    (folder / "slurm.conf").write_text(config, encoding="utf-8")
    (folder / "gres.conf").write_text(_CARDS, encoding="utf-8")
    environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
    commands = [["slurmctld", "-D", "-c"], *(["slurmd", "-D", "-N", node] for node in NODES)]
    with (folder / "said.txt").open("wb") as said:
        running = [
            subprocess.Popen(command, env=environment, stdout=said, stderr=said)
            for command in commands
        ]
        try:
            wait_until(lambda: _are_there(running, environment), "the nodes are there")
            yield environment
        finally:
            for process in reversed(running):
                process.terminate()
                process.wait(PATIENCE_S)


def _are_there(running: list[subprocess.Popen[bytes]], environment: dict[str, str]) -> bool:
    assert all(process.poll() is None for process in running), "said.txt of the centre says why"
    command = ["sinfo", "--noheader", "--Node", "--format=%t"]
    asked = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return asked.stdout.split().count("idle") == len(NODES)


def _free_ports() -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(1 + len(NODES))]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
