"""A machine that fails costs a training the minutes since its last checkpoint, and nobody's night.

Two machines are two network namespaces with addresses of their own.
Spans `models train-gan` under torchrun.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from models.saved.gan import load_gan
from tests.models.training.gan.gan_fixtures import assert_same, write_dataset
from tests.models.training.run.test_processes import train_on_two_processes
from tests.patience import PATIENCE_S, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(8 * PATIENCE_S),
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("ip") is None,
        reason="network namespaces are root's: apt install iproute2",
    ),
]
_PICTURES = 640
_ADDRESSES = ("10.203.0.1", "10.203.0.2")
_SHAPE = (
    "--batch 4 --resolution 32 --channel-base 256 --channel-max 8 --w-dim 8 --path-weight 1 "
    "--ada-target -1 --ada-kimg 0.1 --kid-pictures 0 --accelerator cpu --precision 32-true"
)


class Machine:
    """One of two machines: a network namespace, its address, and torchrun in it."""

    def __init__(self, name: str, address: str, said: Path) -> None:
        self.name, self.address, self._said = name, address, said
        self.agent: subprocess.Popen[bytes] | None = None

    def train(self, dataset: Path, folder: Path) -> None:
        """Start torchrun, which trains together with the other machine's."""
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--nnodes", "2"]
        torchrun += ["--nproc-per-node", "1", "--max-restarts", "3", "--rdzv-id", "test"]
        torchrun += ["--rdzv-backend", "c10d", "--rdzv-endpoint", f"{_ADDRESSES[0]}:29400"]
        # By its name a machine knows whether it is the one that keeps count; these share one.
        torchrun += ["--rdzv-conf", f"is_host={int(self.address == _ADDRESSES[0])}"]
        torchrun += ["--local-addr", self.address, "--no-python"]
        models = [str(Path(sys.executable).with_name("models")), "train-gan", str(dataset)]
        models += ["-o", str(folder), "--begin-or-resume", "--pictures", str(_PICTURES)]
        models += ["--checkpoint-seconds", "0.5", "--devices", "1", *_SHAPE.split()]
        with self._said.open("ab") as said:
            self.agent = subprocess.Popen(
                ["ip", "netns", "exec", self.name, *torchrun, *models],
                env={**os.environ, "GLOO_SOCKET_IFNAME": self.name, "OMP_NUM_THREADS": "1"},
                stdout=said,
                stderr=said,
            )

    def processes(self) -> list[psutil.Process]:
        """Return what runs on it: torchrun, and below it what trains."""
        if self.agent is None or self.agent.poll() is not None:
            return []
        agent = psutil.Process(self.agent.pid)
        return [agent, *agent.children(recursive=True)]

    def kill(self, what: str) -> None:
        """Kill all that runs on it, or only what trains."""
        for process in self.processes()[1 if what == "process" else 0 :]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)

    def done(self) -> int | None:
        """Return torchrun's exit code; None while it runs."""
        return None if self.agent is None else self.agent.poll()

    def said(self) -> str:
        """Return all that was printed on it."""
        return self._said.read_text(errors="replace") if self._said.exists() else ""


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    names = [f"tt{os.getpid()}{end}" for end in "ab"]
    both = [
        Machine(name, address, tmp_path / f"said-{name}.txt")
        for name, address in zip(names, _ADDRESSES, strict=True)
    ]
    try:
        for name in names:
            _ip("netns", "add", name)
        peer = ["type", "veth", "peer", "name", names[1], "netns", names[1]]
        _ip("link", "add", names[0], "netns", names[0], *peer)
        for machine in both:
            _ip("-n", machine.name, "addr", "add", f"{machine.address}/24", "dev", machine.name)
            _ip("-n", machine.name, "link", "set", machine.name, "up")
            _ip("-n", machine.name, "link", "set", "lo", "up")
        yield both[0], both[1]
    finally:
        for machine in both:
            machine.kill("machine")
            subprocess.run(["ip", "netns", "del", machine.name], check=False)


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no network namespaces here: {done.stderr.strip()}")


@pytest.mark.parametrize("what", ["process", "machine"])
def test_training_on_two_machines_goes_on_from_its_checkpoint_when_one_dies(
    machines: tuple[Machine, Machine], tmp_path: Path, what: str
) -> None:
    """And what it learns is to the last bit what it would have learnt without."""
    dataset, folder = write_dataset(tmp_path / "data"), tmp_path / "run"
    for machine in machines:
        machine.train(dataset, folder)
    wait_until((folder / "latest.pt").exists, "a checkpoint")
    machines[1].kill(what)

    def done() -> bool:
        # As `until torchrun ...` of the page does: one that is left alone gives up after a minute.
        for machine in machines:
            if machine.done() not in (None, 0):
                machine.train(dataset, folder)
        return [machine.done() for machine in machines] == [0, 0]

    wait_until(done, "both machines are done")
    assert "resumes after" in machines[0].said()
    straight = train_on_two_processes(dataset, tmp_path / "straight", _PICTURES)
    assert_same(straight, load_gan(folder / "latest.pt"))
