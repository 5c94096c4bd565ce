"""How tests share a machine: one thread each, and one table of real processes at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator

import pytest

# What tests compute is small: threads would wait for each other longer than they work. Libraries
# read this when they are loaded, here and in the processes that tests start.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
    os.environ.setdefault(_name, "1")


@pytest.fixture(scope="module", autouse=True)
def one_table_at_a_time(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Wait, before the first test of a file that runs a table, until no other one runs.

    Tests may be spread over several processes, and two tables would fight for the cores.
    """
    if request.node.get_closest_marker("table") is None:
        yield
        return
    folder = tmp_path_factory.getbasetemp()
    # Each process has a folder of its own beside the others'.
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with (shared / "table.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
