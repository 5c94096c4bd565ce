"""Power cuts while everything that a table keeps is written: `python -m benchmarks.faults.cuts`.

A process does what the page does at its busiest (settings, their history, scenes, visits, log,
password), says of every write when it has been kept, and is ended by SIGKILL at a random moment. Of
what it said nothing may be missing afterwards, and nothing may be damaged.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from exhibit.contract.settings.overrides import saved_overrides
from exhibit.contract.settings.published import Published, publish, read_published
from exhibit.contract.settings.schema import Config
from exhibit.operator.access import secrets
from exhibit.operator.desk import Desk, lay_out
from exhibit.operator.state.scenes import Scene, SceneBook
from exhibit.operator.state.visits import Visit

_LONGEST_S = 0.6
_SCENES = 20
_PASSWORD = "a pencil on paper"


def main() -> None:
    """Cut, look, and say how often something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=200)
    given = parser.parse_args()
    # What is hashed counts here, not how slowly.
    secrets._MEMORY_KIB, secrets._PASSES = 8, 1
    kept, lost = 0, []
    with tempfile.TemporaryDirectory() as folder:
        for trial in range(given.trials):
            confirmed, missing = cut(Path(folder) / str(trial), random.Random(trial))
            kept += confirmed
            lost += [f"cut {trial}: {each}" for each in missing]
    for each in lost:
        print(each)
    print(f"{given.trials} cuts, {kept} confirmed writes, {len(lost)} lost or damaged")
    sys.exit(1 if lost else 0)


def cut(folder: Path, rng: random.Random) -> tuple[int, list[str]]:
    """Let a process write, and kill it.

    Args:
        folder: for state and run folder; made.
        rng: chooses the moment.

    Returns:
        how many writes it confirmed, and what of them is missing or damaged.
    """
    (folder / "run").mkdir(parents=True)
    config = Config(state_dir=folder / "state")
    publish(folder / "run", Published(1, config, config))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            _write_on(folder, writing)
        os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        first = said.readline()
        time.sleep(rng.uniform(0.0, _LONGEST_S))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            raise RuntimeError("the process that writes ended by itself")
        # The last line may be cut like everything else; then it confirms nothing.
        confirmed = [line for line in (first + said.read()).split(b"\n")[:-1] if line]
    return len(confirmed), list(_missing(folder, confirmed))


def _write_on(folder: Path, writing: int) -> None:
    desk = _desk(folder)
    for number in count(1):
        for what in ("settings", "scene", "visit", "event", "password"):
            _write(desk, what, number)
            os.write(writing, f"{what} {number}\n".encode())


def _write(desk: Desk, what: str, number: int) -> None:
    match what:
        case "settings":
            desk.settings.change({"ink": {"settle_ms": 100 + number}}, "kim")
        case "scene":
            desk.scenes.write(_book(number))
        case "visit":
            desk.visits.add(Visit(0.0, 60.0, 30.0, False), 60.0)
        case "event":
            desk.events.add("fault", text=str(number))
        case "password":
            desk.accounts.set_password(f"{_PASSWORD} {number}")
    if fault := desk.visits.fault or desk.events.fault:
        raise OSError(fault)


def _missing(folder: Path, confirmed: list[bytes]) -> Iterator[str]:
    newest: dict[str, int] = {}
    for line in confirmed:
        what, number = line.decode().split()
        newest[what] = int(number)
    desk = _desk(folder)
    saved = saved_overrides(desk.settings.layers.file)
    damage = (*saved.complaints, desk.scenes.fault, desk.scenes.damage, desk.events.fault)
    yield from filter(None, damage)
    found = {
        "settings": saved.layer.get("ink", {}).get("settle_ms", 100) - 100,
        "scene": max((int(s.name.split()[1]) for s in desk.scenes.book.scenes), default=0),
        "visit": desk.visits.summary(3, 0)["sheets"],
        "event": max((int(r["text"]) for r in desk.events.newest(9999, "fault")), default=0),
    }
    last = newest.get("password", 0)
    tries = (f"{_PASSWORD} {number}" for number in (last, last + 1))
    if last and not any(map(desk.accounts.password_matches, tries)):
        yield f"password {last}"
    yield from filter(None, (desk.visits.fault, desk.visits.damage, desk.accounts.fault))
    for what, number in found.items():
        # One more than was confirmed may have been kept.
        if not newest.get(what, 0) <= number <= newest.get(what, 0) + 1:
            yield f"{what}: {newest.get(what, 0)} was confirmed, {number} is there"


def _desk(folder: Path) -> Desk:
    start = read_published(folder / "run")
    return lay_out(start, saved_overrides(start.file).layer, folder / "run")


def _book(number: int) -> SceneBook:
    book = SceneBook()
    for each in range(max(1, number - _SCENES), number + 1):
        book = book.with_scene(Scene(name=f"Scene {each}"))
    return book


if __name__ == "__main__":
    main()
