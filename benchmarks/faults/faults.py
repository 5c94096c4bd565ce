"""The faults: what is done to a running table, and what puts it right where it cannot itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.table import ServedTable

KILL, STOP, GO_ON = signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT
GROW = signal.SIGUSR1
"""What `grows/sitecustomize.py` makes of it."""
_NAMED = {"web": "browser", "takehome": "prints"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    `strike` does it and `mend` puts right what no table could (a full disk, an unplugged disk);
    `named` is a word that the page must say; empty where visitors and operator need not notice.
    `gap_s` is how long the stage may show nothing.
    """

    what: str
    strike: Callable[[ServedTable], None]
    named: str = ""
    gap_s: float = 2.0
    mend: Callable[[ServedTable], None] | None = None
    mend_after_s: float = 8.0


def _sends(name: str, number: signal.Signals) -> Callable[[ServedTable], None]:
    return lambda table: table.signal(name, number)


def _both_killed(table: ServedTable) -> None:
    stage = table.process("stage")
    table.signal("supervisor", KILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(stage, KILL)


def _bundle(table: ServedTable) -> Path:
    return table.home / "bundle"


def _bundle_rots(table: ServedTable) -> None:
    name = "generator.onnx"
    data = bytearray((table.home / "bundle-whole" / name).read_bytes())
    data[len(data) // 2] ^= 255
    (_bundle(table) / name).write_bytes(data)


def _bundle_rots_and_engine_dies(table: ServedTable) -> None:
    _bundle_rots(table)
    table.signal("engine", KILL)


def _bundle_gone(table: ServedTable) -> None:
    _bundle(table).rename(table.home / "bundle-away")


def _bundle_another(table: ServedTable) -> None:
    card = _bundle(table) / "card.yaml"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("artist:", "artist: Somebody, after", 1), "utf-8")


def _bundle_whole(table: ServedTable) -> None:
    away, whole = table.home / "bundle-away", table.home / "bundle-whole"
    if away.exists():
        away.rename(_bundle(table))
    shutil.copytree(whole, _bundle(table), dirs_exist_ok=True)


def _bundle_gone_and_engine_dies(table: ServedTable) -> None:
    _bundle_gone(table)
    table.signal("engine", KILL)


def _bundle_back(table: ServedTable) -> None:
    _bundle_whole(table)
    table.signal("engine", KILL)


def _filled(folder: str) -> Callable[[ServedTable], None]:
    def fill(table: ServedTable) -> None:
        path = table.home.parent / folder / "filler"
        with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
            for block in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(block)):
                        pass

    return fill


def _emptied(folder: str) -> Callable[[ServedTable], None]:
    return lambda table: (table.home.parent / folder / "filler").unlink(missing_ok=True)


def _access_is_a_folder(table: ServedTable) -> None:
    (table.home / "state" / "operator" / "access.json").mkdir(parents=True)


def _access_is_back(table: ServedTable) -> None:
    (table.home / "state" / "operator" / "access.json").rmdir()


def _config_torn(table: ServedTable) -> None:
    file = table.home / "config.yaml"
    shutil.copy(file, table.home / "config.whole")
    file.write_text(file.read_text(encoding="utf-8")[:40] + "\nstage: [", encoding="utf-8")
    table.signal("supervisor", signal.SIGTERM)


def _config_back(table: ServedTable) -> None:
    shutil.copy(table.home / "config.whole", table.home / "config.yaml")
    table.signal("supervisor", signal.SIGTERM)


def _overrides_empty(table: ServedTable) -> None:
    (table.home / "state" / "overrides.yaml").write_text("")
    table.signal("supervisor", signal.SIGTERM)


def _page_flooded(table: ServedTable) -> None:
    state = table.look()
    assert state is not None
    port = _page_port(table)
    for _ in range(1100):
        with contextlib.suppress(OSError):
            silent = socket.create_connection(("127.0.0.1", port), timeout=0.05)
            _floods.append(silent)


_floods: list[socket.socket] = []


def _flood_over(_table: ServedTable) -> None:
    while _floods:
        _floods.pop().close()


def _page_port(table: ServedTable) -> int:
    from exhibit.contract.board import read_status

    # The page comes up last.
    while "url" not in (told := read_status(table.folder, "operator")):
        table.live()
    url = str(told["url"])
    return int(url.rsplit(":", 1)[1].strip("/"))


def all_faults() -> Iterator[Fault]:
    """Yield every fault, in the order in which they are tried."""
    for name in ("engine", "stage", "sound", "takehome", "web", "operator"):
        gap_s, named = 3.0 if name == "stage" else 2.0, _NAMED.get(name, name)
        yield Fault(f"{name} killed", _sends(name, KILL), named, gap_s)
    yield Fault("engine stopped", _sends("engine", STOP), "engine")
    # The bar of a stage that hangs is the heartbeat's limit and a start.
    yield Fault("stage stopped", _sends("stage", STOP), "stage", 9.0)
    for name in ("engine", "sound"):
        yield Fault(f"{name} takes ever more memory", _sends(name, GROW), "MB of memory")
    yield Fault("operator stopped", _sends("operator", STOP), "operator")
    yield Fault(
        "supervisor stopped 8 s",
        _sends("supervisor", STOP),
        "supervisor",
        mend=_sends("supervisor", GO_ON),
    )
    yield Fault("supervisor killed", _sends("supervisor", KILL), "was killed", 2.0 + 5.0)
    yield Fault("stage and supervisor killed", _both_killed, "was killed", 2.0 + 5.0)
    yield Fault("bundle rots while open", _bundle_rots, "generator.onnx: SHA-256")
    for what, strike, named in (
        ("bundle gone while open", _bundle_gone, "card.yaml"),
        ("another bundle while open", _bundle_another, "another bundle"),
    ):
        yield Fault(what, strike, named, mend=_bundle_whole, mend_after_s=25.0)
    yield Fault("bundle rotten, engine killed", _bundle_rots_and_engine_dies, "generator.onnx")
    yield Fault("bundle whole again, engine killed", _bundle_back, "engine")
    yield Fault(
        "bundle gone, engine killed", _bundle_gone_and_engine_dies, "bundle", mend=_bundle_back
    )
    yield Fault("memory full", _filled("memory"), "no room in memory", mend=_emptied("memory"))
    yield Fault(
        "disk full", _filled("home"), "room is left", mend=_emptied("home"), mend_after_s=15.0
    )
    yield Fault("passwords unreadable", _access_is_a_folder, "access.json", mend=_access_is_back)
    yield Fault(
        "page flooded, 1,100 connections", _page_flooded, "too many connections", mend=_flood_over
    )
    yield Fault(
        "config.yaml torn, table started",
        _config_torn,
        "config.yaml",
        2.0 + 5.0,
        mend=_config_back,
        mend_after_s=20.0,
    )
    yield Fault("overrides.yaml empty, started", _overrides_empty, "overrides.yaml", 2.0 + 5.0)
