"""A table that is flooded by MQTT, and the same table left alone, in turn: is the stage disturbed?

    apt install mosquitto
    python -m benchmarks.mqtt_flood --out mqtt_flood.json

Messages come over a broker of this machine's, 5,000 in a second, and ask for what an operator may
ask for: brightness, which each is a little different from the one before, a scene, and nonsense.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.faults.table import ServedTable
from benchmarks.telling import tell
from exhibit.contract.bundle import BUNDLES_DIR
from exhibit.supervisor.run_folder import memory_folder

_RATE, _BURST_S = 5000, 0.01
_TOPIC = "tracing_table/table"
_PAIRS = 8
# As many as the stage's p99 of lately is of: then none of the spell before is in it.
_FRAMES = 1800
_UP_S = 240.0


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--send", type=int, hidden=True, help="Only send, to the broker on this port.")
def main(out: Path | None, send: int | None) -> None:
    """Flood a table and leave it alone, in turn."""
    if send is not None:
        _send(send)
    if shutil.which("mosquitto") is None:
        raise click.ClickException("mosquitto is not installed; apt install mosquitto")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        found = _measure(Path(name), stack)
    tell(found, out)


def _measure(folder: Path, stack: contextlib.ExitStack) -> dict[str, Any]:
    port = stack.enter_context(_broker(folder))
    config = {
        "camera": {"source": "simulated"},
        "model": {"bundle": str(BUNDLES_DIR / "lear"), "threads": 1},
        "stage": {"width": 640, "height": 400},
        "web": {"port": 0},
        "operator": {"port": 0},
        "mqtt": {"enabled": True, "port": port, "topic": _TOPIC, "role": "operator"},
    }
    table = ServedTable(folder, memory_folder(), config)
    stack.callback(table.end)
    _wait_for(table)
    _stage_p99_ms(table)  # with the start in it
    alone, flooded, rates = [], [], []
    for _ in range(_PAIRS):
        alone.append(_stage_p99_ms(table))
        with _flood(port) as sent:
            began, before = time.monotonic(), sent()
            flooded.append(_stage_p99_ms(table))
            rates.append((sent() - before) / (time.monotonic() - began))
    ratios = [with_it / without for with_it, without in zip(flooded, alone, strict=True)]
    return {
        "frames_each": _FRAMES,
        "messages_a_second": round(statistics.median(rates)),
        "stage_p99_ms_alone": alone,
        "stage_p99_ms_flooded": flooded,
        "ratio": round(statistics.median(ratios), 3),
        "reasons": [reason["text"] for reason in (table.look() or {"reasons": []})["reasons"]],
        "load": os.getloadavg()[0],
    }


def _wait_for(table: ServedTable) -> None:
    until = time.monotonic() + _UP_S
    while time.monotonic() < until:
        table.live()
        state = table.look()
        if state is not None and state["stage"]["lately"]["stage_interval_ms"]:
            return
    raise click.ClickException("the table did not come up")


def _stage_p99_ms(table: ServedTable) -> float:
    """Return what the stage says of its slowest frames, once it speaks of those from now on."""
    begun = _stage(table)["frames"]
    while (stage := _stage(table))["frames"] < begun + _FRAMES:
        if stage["frames"] < begun:
            raise click.ClickException("the stage has been started again")
    return float(stage["lately"]["stage_interval_ms"]["p99"])


def _stage(table: ServedTable) -> dict[str, Any]:
    table.live()
    state = table.look()
    if state is None:
        raise click.ClickException("the table has gone")
    return dict(state["stage"])


@contextlib.contextmanager
def _broker(folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    file = folder / "mosquitto.conf"
    file.write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\n")
    command = ["mosquitto", "-c", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def _flood(port: int) -> Iterator[Callable[[], int]]:
    """Send from a process of its own; gives how many messages were sent so far."""
    command = [sys.executable, "-m", "benchmarks.mqtt_flood", "--send", str(port)]
    sending = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert sending.stdout is not None
    os.set_blocking(sending.stdout.fileno(), False)
    told = bytearray()

    def sent() -> int:
        assert sending.stdout is not None
        with contextlib.suppress(BlockingIOError):
            while more := os.read(sending.stdout.fileno(), 65536):
                told.extend(more)
        lines = bytes(told).rpartition(b"\n")[0].splitlines()
        return int(lines[-1]) if lines else 0

    try:
        while not sent():
            if sending.poll() is not None:
                raise click.ClickException("the sender ended")
            time.sleep(0.1)
        yield sent
    finally:
        sending.kill()
        sending.wait()


def _send(port: int) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    while not client.is_connected():
        client.loop(1.0)
    began, sent = time.monotonic(), 0
    for number in itertools.count():
        due = int((time.monotonic() - began) * _RATE)
        while sent < due:
            client.publish(f"{_TOPIC}/brightness/set", f"{sent % 100 / 5000:.4f}")
            if sent % 10 == 0:
                client.publish(f"{_TOPIC}/scene/set", f"no such scene {sent % 7}")
                client.publish(f"{_TOPIC}/blank/set", "neither")
                sent += 2
            sent += 1
        client.loop(0.0)
        if number % 10 == 0:
            print(sent, flush=True)
        time.sleep(_BURST_S)


if __name__ == "__main__":
    main()
