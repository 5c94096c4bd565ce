"""A benchmark that is ended takes its table with it."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil

BENCHMARK = """
import sys, time
from pathlib import Path
from benchmarks.faults.table import ServedTable
home = Path(sys.argv[1])
ports = {"web": {"port": 0}, "operator": {"port": 0}}
table = ServedTable(home, home, ports)
try:
    print(table.pid, flush=True)
    time.sleep(60)
finally:
    table.end()
"""


def test_table_ends_with_the_benchmark_that_is_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BENCHMARK, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as benchmark:
        assert benchmark.stdout is not None
        supervisor = int(benchmark.stdout.readline())
        assert psutil.pid_exists(supervisor)
        benchmark.send_signal(signal.SIGTERM)
    assert benchmark.returncode == 128 + signal.SIGTERM
    assert not psutil.pid_exists(supervisor)
