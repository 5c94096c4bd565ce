"""A drawing reaches the printer from a running table, and no printer ever reaches the table.

Spans all processes.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from exhibit.contract.slot import Slot
from exhibit.contract.table_state import TableState
from exhibit.contract.taking_home import ask_to_take_home
from tests.exhibit.operator.pages.running import RunningTable, running_table
from tests.fakes.bundle import write_bundle
from tests.fakes.cups import PAPER_OUT, FakeCups
from tests.patience import wait_until

pytestmark = pytest.mark.table
_CONFIG = """\
takehome: {{enabled: true, printer: shop, folder: {folder}, paper: A6, pause_s: 2}}
"""


@pytest.fixture(scope="module")
def cups(tmp_path_factory: pytest.TempPathFactory) -> FakeCups:
    return FakeCups(tmp_path_factory.mktemp("cups"))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory, cups: FakeCups) -> Iterator[RunningTable]:
    folder = tmp_path_factory.mktemp("museum")
    (folder / "out").mkdir()
    bundle, more = write_bundle(folder / "bundle"), _CONFIG.format(folder=folder / "out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", cups.path)
        with running_table(folder, bundle, more=more) as running:
            yield running


def _has_ink(table: RunningTable) -> bool:
    path = table.run_dir / "ink.slot"
    ink = Slot.attach(path).peek() if path.exists() else None
    return ink is not None and bool((ink.pixels < 128).any())


def _take_home(table: RunningTable) -> None:
    """Ask until a drawing was taken: a visitor may begin with a fresh sheet at any time."""
    before = table.status("takehome").get("taken", 0)

    def taken() -> bool:
        wait_until(lambda: _has_ink(table), "a line in the encoder's ink")
        number = table.status("takehome")["last"]["number"]
        assert ask_to_take_home(table.run_dir, "page")
        wait_until(
            lambda: table.status("takehome").get("last", {}).get("number", 0) > number,
            "the order's answer",
        )
        return int(table.status("takehome")["taken"]) > before

    wait_until(lambda: table.status("takehome").get("last"), "the process that prints")
    wait_until(taken, "a drawing that is taken home")


def test_table_prints_and_keeps_a_drawing_and_maps_no_cameras_frame(
    table: RunningTable, cups: FakeCups
) -> None:
    _take_home(table)
    wait_until(lambda: len(cups.printed()) == 1, "a printed page")
    assert cups.printed()[0].startswith(b"%PDF-1.4")
    out = table.log.parent / "out"
    wait_until(lambda: len(list(out.glob("drawing-*"))) == 2, "a PDF and a PNG")
    maps = Path(f"/proc/{table.pid('takehome')}/maps")
    if maps.exists():
        assert not {"camera.slot", "composite.slot"} & {
            Path(line.split(" ", 5)[-1].strip()).name for line in maps.read_text().splitlines()
        }


def test_table_goes_on_without_paper_and_prints_what_waited_also_after_a_crash(
    table: RunningTable, cups: FakeCups
) -> None:
    before, frames = len(cups.printed()), table.status("stage")["frames"]
    cups.fail("lpstat", 0, PAPER_OUT)
    _take_home(table)
    wait_until(lambda: table.status("takehome").get("waiting") == 1, "a page that waits")
    state = TableState(table.run_dir)
    wait_until(
        lambda: any("media-empty" in reason["text"] for reason in state.look()["reasons"]),
        "the printer's fault among the reasons",
    )
    assert state.look()["state"] in ("showing", "idle"), "visitors are answered"
    process = table.pid("takehome")
    assert process is not None
    os.kill(process, signal.SIGKILL)
    wait_until(lambda: table.pid("takehome") not in (None, process), "another process")
    wait_until(lambda: table.status("takehome").get("waiting") == 1, "the page, still waiting")
    cups.work_well()
    wait_until(lambda: len(cups.printed()) == before + 1, "the page on paper")
    assert table.status("stage")["frames"] > frames
