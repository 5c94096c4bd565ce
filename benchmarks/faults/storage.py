"""Memory and disk that are full or cannot be written, and files that cannot be read."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import yaml

from benchmarks.faults.fault import END, KILL, STARTED_S, Act, Fault, both, sends
from benchmarks.faults.table import ServedTable

_TORN = 40
_OLD: dict[str, Any] = {
    "camera": {"index": 0, "source": "simulated"},
    "inference": {"provider": "cpu"},
}
"""Keys that no version here has; what of the file can be used holds all the same."""


def storage_faults() -> Iterator[Fault]:
    """Yield them."""
    yield Fault("memory full", _filled("memory"), "no room in memory", mend=_emptied("memory"))
    yield Fault(
        "disk full", _filled("home"), "room is left", mend=_emptied("home"), mend_after_s=15.0
    )
    yield Fault(
        "state read-only",
        _read_only,
        "cannot be written",
        mend=_writable,
        mend_after_s=15.0,
        mend_told=True,
        goes=True,
    )
    yield Fault(
        "state read-only, engine and page killed",
        both(_read_only, sends("engine", KILL), sends("operator", KILL)),
        "cannot be written",
        mend=_writable,
        mend_after_s=15.0,
        mend_told=True,
        goes=True,
    )
    yield Fault("passwords unreadable", _access_gone, "access.json", mend=_access_back)
    yield Fault(
        "config.yaml torn, table started",
        _another_config(None),
        "config.yaml",
        STARTED_S,
        mend=_config_back,
        mend_after_s=20.0,
        mend_told=True,
    )
    yield Fault(
        "config.yaml of an older version, started",
        _another_config(_OLD),
        "config.yaml",
        STARTED_S,
        mend=_config_back,
        mend_after_s=20.0,
        mend_told=True,
    )
    yield Fault("overrides.yaml empty, started", _overrides_empty, "overrides.yaml", STARTED_S)


def _filled(folder: str) -> Act:
    def fill(table: ServedTable) -> None:
        path = table.home.parent / folder / "filler"
        with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
            for block in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(block)):
                        pass

    return fill


def _emptied(folder: str) -> Act:
    return lambda table: (table.home.parent / folder / "filler").unlink(missing_ok=True)


def _read_only(table: ServedTable) -> None:
    # A disk with errors is mounted read-only while files are open for writing, which a person
    # cannot ask for. Another mount of the folder over itself is what every later write meets.
    state = str(table.home / "state")
    subprocess.run(["mount", "--bind", state, state], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", state], check=True)


def _writable(table: ServedTable) -> None:
    subprocess.run(["umount", "--lazy", str(table.home / "state")], check=True)


def _access_gone(table: ServedTable) -> None:
    file = table.home / "state" / "operator" / "access.json"
    file.rename(file.with_name("access.kept"))
    file.mkdir()


def _access_back(table: ServedTable) -> None:
    file = table.home / "state" / "operator" / "access.json"
    file.rmdir()
    file.with_name("access.kept").rename(file)


def _another_config(extra: dict[str, Any] | None) -> Act:
    """Return what puts another config.yaml there, or a torn one, and starts the table anew."""

    def act(table: ServedTable) -> None:
        file = table.home / "config.yaml"
        shutil.copy(file, table.home / "config.whole")
        text = file.read_text(encoding="utf-8")
        if extra is None:
            file.write_text(text[:_TORN] + "\nstage: [", encoding="utf-8")
        else:
            kept = {name: part for name, part in yaml.safe_load(text).items() if name not in extra}
            file.write_text(yaml.safe_dump({**extra, **kept}), encoding="utf-8")
        table.signal("supervisor", END)

    return act


def _config_back(table: ServedTable) -> None:
    shutil.copy(table.home / "config.whole", table.home / "config.yaml")
    table.signal("supervisor", END)


def _overrides_empty(table: ServedTable) -> None:
    (table.home / "state" / "overrides.yaml").write_text("")
    table.signal("supervisor", END)
