"""A graphics card that is lost, and pictures that take too long; the card is made up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults.fault import Fault, both, orders
from benchmarks.faults.table import ServedTable
from exhibit.contract.files import write_whole

_WORKS = "works"


def card_faults() -> Iterator[Fault]:
    """Yield them."""
    yield Fault(
        "graphics card lost",
        orders("card", "lost"),
        "cuda failed while it ran",
        mend=orders("card", _WORKS),
        goes=True,
        holds=lambda table: _provider(table) == "cuda",
    )
    yield Fault(
        "inference too slow, 1.5 s",
        orders("card", "slow 0.75"),
        "a picture takes",
        mend=orders("card", _WORKS),
        mend_after_s=25.0,
        goes=True,
    )
    yield Fault(
        "graphics card hangs",
        orders("card", "hangs"),
        "it hung, pictures are made on the processor",
        holds=lambda table: _provider(table) == "cpu",
    )
    yield Fault(
        "graphics card that hung works again",
        orders("card", _WORKS),
        holds=lambda table: _provider(table) == "cuda",
        well_s=70.0,
    )
    yield Fault(
        "graphics card hangs from the engine's start",
        both(orders("card", "hangs"), _start_engine_anew),
        "it hung, pictures are made on the processor",
        holds=lambda table: _provider(table) == "cpu",
    )


@contextmanager
def card_in_place(home: Path) -> Iterator[None]:
    """Let there be a card that works."""
    write_whole(home / "orders" / "card", _WORKS)
    yield


def _provider(table: ServedTable) -> str | None:
    state = table.look()
    return None if state is None else state["engine"]["provider"]


def _start_engine_anew(table: ServedTable) -> None:
    status = table.ask("restart", {"name": "engine"})
    if status != 202:
        raise RuntimeError(f"the page answered a request to start the engine anew with {status}")
