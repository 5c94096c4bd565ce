"""A token in the real processes: laid on the paper it moves the table, taken away it eases back.

Spans exhibit.camera, exhibit.engine and exhibit.operator.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from exhibit.camera.simulated import DIFFICULTIES, SimulatedTable
from exhibit.contract.board import read_status
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.published import read_published
from exhibit.contract.settings.schema import Config
from tests.fakes.bundle import write_bundle
from tests.fakes.settings import begin_with
from tests.patience import PATIENCE_S, wait_until

pytestmark = pytest.mark.table
SHOWN_FOR = 90
"""Frames for which the sheet is shown without a token, and then with one, over and over."""
CARD = {"id": 1, "does": "psi", "low": 0.0, "high": 1.0}


@contextmanager
def _process(module: str, run_dir: Path) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", module, "--run-dir", str(run_dir)])
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _write_frames(folder: Path) -> float:
    """Write frames of the simulated table; returns how far its token is turned, in degrees."""
    folder.mkdir()
    table = SimulatedTable(replace(DIFFICULTIES["clean"], tokens=1), 1)
    (token,) = table.visit_at(0.0).tokens
    for part, begins in enumerate((token.from_s - 1.6, token.from_s + 2.2)):
        shown = [table.frame_at(begins + n / 30) for n in range(10)]
        for number in range(SHOWN_FOR):
            cv2.imwrite(str(folder / f"{part}{number:03}.png"), shown[number % 10].pixels)
    truth = shown[0].truth
    assert truth is not None
    return truth.tokens[0].angle_deg


def test_token_laid_moves_psi_and_taken_away_eases_it_back(tmp_path: Path) -> None:
    angle_deg = _write_frames(tmp_path / "frames")
    bundle = str(write_bundle(tmp_path / "bundle"))
    settings = {
        "camera": {"source": str(tmp_path / "frames"), "fps": 15},
        "model": {"bundle": bundle, "threads": 1, "auto_psi": False},
        "editing": {"ease_s": 1.0},
        "operator": {"port": 0},
        "state_dir": str(tmp_path / "state"),
        "tokens": {"enabled": True, "cards": [CARD]},
    }
    begin_with(tmp_path, apply_overrides(Config(), settings))
    seen: list[float] = []

    def psi() -> float:
        """What the engine draws with, eased; every value that was seen is kept."""
        value = read_status(tmp_path, "engine").get("psi")
        if value is not None and (not seen or seen[-1] != value):
            seen.append(float(value))
        return seen[-1] if seen else 1.0

    wanted = (angle_deg + 135) / 270
    with ExitStack() as stack:
        stack.enter_context(_process("exhibit.engine", tmp_path))
        stack.enter_context(_process("exhibit.operator", tmp_path))
        wait_until(lambda: abs(psi() - wanted) < 0.03, "a token that is laid down moves psi")
        lying = read_status(tmp_path, "engine")["tokens"]
        assert [token["number"] for token in lying] == [1]
        assert lying[0]["angle_deg"] == pytest.approx(angle_deg, abs=3)
        begun = len(seen)
        wait_until(lambda: psi() > 0.97, "psi goes back when the token is taken away")
        between = np.array(seen[begun:])
        assert ((between > wanted + 0.05) & (between < 0.95)).any()
        names = [event["name"] for event in read_status(tmp_path, "engine")["events"]]
        assert names.index("token_laid") < names.index("token_taken")
    assert read_published(tmp_path).file.model.psi == 1.0
    assert not (tmp_path / "state" / "overrides.yaml").exists()
