"""Try every fault on a running table: `make faults`, or `python -m benchmarks.faults --out R.json`.

Each line says how long until the page told of it, the longest time without a picture on the stage,
how long until all was well again, whether anything set was lost, and the page's words. Memory and
home are file systems of their own, so that they can be filled, and the network is one that can be
lost; that needs root, and namespaces that end with the run. Faults that need what this machine has
not got are left out, and named.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from benchmarks.faults.fault import Fault, Setup
from benchmarks.faults.network import begin_network
from benchmarks.faults.setups import all_setups
from benchmarks.faults.table import ServedTable
from exhibit.contract.bundle import BUNDLES_DIR
from exhibit.contract.table_state import State

_STEADY_WITHIN_S, _WELL_WITHIN_S = 240.0, 120.0
_WATCHED_S, _NAMED_WITHIN_S = 3.0, 60.0
_INSIDE = "TRACING_TABLE_FAULTS"
_CONFIG = {
    "camera": {"source": "simulated"},
    "stage": {"width": 640, "height": 400, "fps": 30},
    "web": {"port": 0},
    "operator": {"port": 0},
}
_KEPT = "ink: {threshold: 0.61}\nstage: {crossfade_ms: 321}\n"


def main() -> None:
    """Run all faults, print a table and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("faults.json"))
    parser.add_argument(
        "--only",
        default="",
        help="faults whose name has this in it, or all of a table of this name",
    )
    parser.add_argument("--said", type=Path, help="what the processes said, of tables with a miss")
    given = parser.parse_args()
    if _INSIDE not in os.environ:
        out = ["--out", str(given.out.resolve()), "--only", given.only]
        out += ["--said", str(given.said.resolve())] if given.said else []
        command = ["unshare", "--mount", "--net", sys.executable, "-m", "benchmarks.faults", *out]
        sys.exit(subprocess.run(command, env={**os.environ, _INSIDE: "1"}, check=False).returncode)
    with tempfile.TemporaryDirectory() as folder:
        found = _run(Path(folder), given.only, given.said)
    given.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    missed = [line["fault"] for line in found if not line["met"]]
    load = os.getloadavg()[0]
    print(f"{len(found) - len(missed)} of {len(found)} as they should be, at a load of {load:.1f}")
    sys.exit(1 if missed else 0)


def _run(folder: Path, only: str, said: Path | None) -> list[dict[str, Any]]:
    for name, size in (("memory", "96m"), ("home", "192m")):
        (folder / name).mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder / name)]
        subprocess.run(mount, check=True)
    # Run folders are made in shared memory: in this namespace it is the one that can be filled.
    subprocess.run(["mount", "--bind", str(folder / "memory"), "/dev/shm"], check=True)
    begin_network()
    print(
        "| fault | page after s | stage without a picture s | well after s | lost | the page says |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    lines = []
    try:
        for setup in all_setups():
            lines += _try_all(folder, setup, only, said)
    finally:
        for mounted in ("/dev/shm", str(folder / "home"), str(folder / "memory")):
            subprocess.run(["umount", "--lazy", mounted], check=False)
    return lines


def _try_all(folder: Path, setup: Setup, only: str, said: Path | None) -> list[dict[str, Any]]:
    """Try the faults of one table whose name, or the table's, has `only` in it."""
    faults = [fault for fault in setup.faults if only in fault.what or only == setup.what]
    if not faults:
        return []
    if setup.lacks:
        print(f"{setup.what}: {len(faults)} faults not tried: {setup.lacks}", file=sys.stderr)
        return []
    home, lines = folder / "home", []
    _furnish(home)
    with setup.around(home):
        config = {
            **_CONFIG,
            **setup.config,
            "model": {**_model(home), **setup.config.get("model", {})},
        }
        table = ServedTable(home, Path("/dev/shm"), config, setup.environment, setup.screen)
        try:
            _until(table, _well, _STEADY_WITHIN_S)
            for fault in faults:
                lines.append(_try(table, fault))
                print(_row(lines[-1]), flush=True)
        finally:
            table.end()
            if said is not None and not all(line["met"] for line in lines):
                shutil.copy(home / "said.txt", said)
    return lines


def _furnish(home: Path) -> None:
    """Empty the home folder, and put there what a table has been set to."""
    for left in home.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    for name in ("bundle", "bundle-whole"):
        shutil.copytree(BUNDLES_DIR / "lear", home / name)
    for name in ("state", "orders"):
        (home / name).mkdir()
    (home / "state" / "overrides.yaml").write_text(_KEPT, encoding="utf-8")
    # As the page keeps it beside every change.
    (home / "state" / "history").mkdir()
    version = json.dumps({"overrides": yaml.safe_load(_KEPT)})
    (home / "state" / "history" / "00000001.json").write_text(version, encoding="utf-8")


def _model(home: Path) -> dict[str, Any]:
    return {"bundle": str(home / "bundle"), "threads": 1}


def _try(table: ServedTable, fault: Fault) -> dict[str, Any]:
    kept = table.kept()
    known = _texts(table.look())
    table.begin_to_watch()
    began = time.monotonic()
    fault.strike(table)
    said, told_after, well_after = "", None, None
    mended_at = 0.0 if fault.mend is None else None
    well_since: float | None = None
    while time.monotonic() - began < _WELL_WITHIN_S:
        table.live()
        passed = time.monotonic() - began
        state = table.look()
        for text in _texts(state) - known:
            if fault.named and fault.named in text and not said:
                said, told_after = text, passed
        # One that is to be named may take a while until it shows, such as memory that fills.
        awaited = bool(fault.named) and not said and passed < _NAMED_WITHIN_S
        waits = fault.mend_told and awaited
        if mended_at is None and fault.mend and passed > fault.mend_after_s and not waits:
            fault.mend(table)
            mended_at = time.monotonic() - began
        if mended_at is None or not _is_over(table, fault, state):
            well_since = None
            continue
        well_since = passed if well_since is None else well_since
        if passed - well_since > _WATCHED_S and passed > _WATCHED_S and not awaited:
            well_after = well_since - mended_at
            break
    return _line(fault, table, kept, told_after, said, well_after)


def _is_over(table: ServedTable, fault: Fault, state: State | None) -> bool:
    """Return whether all is well again, as far as can be seen at this moment."""
    if state is None or not _well(state) or not table.shows:
        return False
    if fault.goes and any(fault.named in text for text in _texts(state)):
        return False
    return fault.holds is None or fault.holds(table)


def _line(
    fault: Fault,
    table: ServedTable,
    kept: Any,
    told_after: float | None,
    said: str,
    well_after: float | None,
) -> dict[str, Any]:
    lost = well_after is None or table.kept() != kept
    gap_s = round(table.longest_gap_s, 2)
    met = well_after is not None and not lost and gap_s <= fault.gap_s
    return {
        "fault": fault.what,
        "told_after_s": None if told_after is None else round(told_after, 2),
        "gap_s": gap_s,
        "gap_bar_s": fault.gap_s,
        "well_after_s": None if well_after is None else round(max(well_after, 0.0), 2),
        "lost": lost,
        "said": said,
        "met": met and bool(said or not fault.named) and (well_after or 0.0) <= fault.well_s,
    }


def _row(line: dict[str, Any]) -> str:
    told = "-" if line["told_after_s"] is None else f"{line['told_after_s']:.1f}"
    well = "never" if line["well_after_s"] is None else f"{line['well_after_s']:.1f}"
    lost = "yes" if line["lost"] else "no"
    gap = f"{line['gap_s']:.1f} of {line['gap_bar_s']:g}"
    mark = "" if line["met"] else "**missed** "
    return f"| {mark}{line['fault']} | {told} | {gap} | {well} | {lost} | {line['said'][:160]} |"


def _well(state: State) -> bool:
    processes = state["processes"].values()
    here = bool(processes) and all(process["pid"] or process["off"] for process in processes)
    return here and state["state"] in ("showing", "idle", "degraded") and not _silent(state)


def _silent(state: State) -> bool:
    return any("no sign of life" in reason["text"] for reason in state["reasons"])


def _texts(state: State | None) -> set[str]:
    return set() if state is None else {reason["text"] for reason in state["reasons"]}


def _until(table: ServedTable, holds: Callable[[State], bool], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while True:
        table.live()
        state = table.look()
        if state is not None and holds(state):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"the table did not come up: {state and state['reasons']}")


if __name__ == "__main__":
    main()
