"""What a process started must not go on without it."""

from __future__ import annotations

import signal
import subprocess
import sys

import psutil
import pytest

from tests.patience import PATIENCE_S, wait_until

PARENT = """
import subprocess, sys, time
from exhibit.contract.lifeline import end_with_parent
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                         preexec_fn=end_with_parent())
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone can do it")
def test_end_with_parent_child_of_a_killed_process_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait(PATIENCE_S)
        wait_until(lambda: not _lives(child), "the child's end")


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
