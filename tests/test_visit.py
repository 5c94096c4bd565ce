"""A visit in the real processes: somebody draws, and the label says where the answer comes from.

Spans exhibit.camera, exhibit.engine and exhibit.stage.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from exhibit.contract.bundle import find_bundle
from exhibit.contract.memory import PROVENANCE, read_provenance
from exhibit.contract.records import Origin, RecordReader
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.schema import Config
from exhibit.contract.slot_reader import SlotReader
from tests.fakes.settings import begin_with, set_to
from tests.patience import PATIENCE_S, wait_until

pytestmark = pytest.mark.table
WIDE, HIGH = 800, 500
SETTINGS = {
    "camera": {"source": "simulated"},
    "stage": {"width": WIDE, "height": HIGH, "mirror": False, "attract_after_s": 60},
    "visit": {"label": True},
}
BESIDE = slice((WIDE + HIGH) // 2 + 5, WIDE)
"""Columns of the window in which there is no picture."""


@contextmanager
def _process(module: str, run_dir: Path, *more: str) -> Iterator[None]:
    command = [sys.executable, "-m", module, "--run-dir", str(run_dir), *more]
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def test_visit_label_says_where_the_answer_comes_from_and_goes_when_told(tmp_path: Path) -> None:
    begin_with(tmp_path, apply_overrides(Config(), SETTINGS))
    origins = RecordReader(tmp_path, Origin)
    shown = SlotReader(tmp_path / "composite.slot")
    darkest = [255]

    def is_labelled() -> bool:
        newest = shown.peek()
        if newest is not None:
            darkest[0] = int(newest.pixels[:, BESIDE].min())
        return darkest[0] < 128

    with ExitStack() as stack:
        stack.enter_context(_process("exhibit.engine", tmp_path))
        stack.enter_context(_process("exhibit.stage", tmp_path, "--headless"))
        wait_until(lambda: is_labelled() and origins.look().drawing, "a label beside the answer")
        known = read_provenance(find_bundle("lear") / PROVENANCE)
        assert origins.newest.drawings == len(known)
        set_to(tmp_path, {"visit": {"label": False}})
        wait_until(lambda: not is_labelled(), "the label goes")
