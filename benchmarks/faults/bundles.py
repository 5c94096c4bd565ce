"""Bundles that rot, change or vanish while they are open, and at an engine's start."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.faults.fault import KILL, Fault, both, sends
from benchmarks.faults.table import ServedTable


def bundle_faults() -> Iterator[Fault]:
    """Yield them; each leaves the bundle as the next one needs it."""
    yield Fault("bundle rots while open", _rots, "generator.onnx: SHA-256")
    for what, strike, named in (
        ("bundle gone while open", _gone, "card.yaml"),
        ("another bundle while open", _another, "another bundle"),
    ):
        yield Fault(what, strike, named, mend=_whole, mend_after_s=25.0)
    killed = sends("engine", KILL)
    yield Fault("bundle rotten, engine killed", both(_rots, killed), "generator.onnx")
    yield Fault("bundle whole again, engine killed", both(_whole, killed), "engine")
    yield Fault(
        "bundle gone, engine killed", both(_gone, killed), "bundle", mend=both(_whole, killed)
    )


def _bundle(table: ServedTable) -> Path:
    return table.home / "bundle"


def _rots(table: ServedTable) -> None:
    name = "generator.onnx"
    data = bytearray((table.home / "bundle-whole" / name).read_bytes())
    data[len(data) // 2] ^= 255
    (_bundle(table) / name).write_bytes(data)


def _gone(table: ServedTable) -> None:
    _bundle(table).rename(table.home / "bundle-away")


def _another(table: ServedTable) -> None:
    card = _bundle(table) / "card.yaml"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("artist:", "artist: Somebody, after", 1), "utf-8")


def _whole(table: ServedTable) -> None:
    away, whole = table.home / "bundle-away", table.home / "bundle-whole"
    if away.exists():
        away.rename(_bundle(table))
    shutil.copytree(whole, _bundle(table), dirs_exist_ok=True)
