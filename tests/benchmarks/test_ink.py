"""One class of ink is measured alone, on the frames that it has among the others."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("doxapy")

import benchmarks.ink
from benchmarks.ink import FRAMES, SEED, Method, main, measure
from benchmarks.ink_tally import OURS, Tally, false_strokes, invented_px, merge, report
from benchmarks.metrics import Score
from exhibit.camera.simulated import DIFFICULTIES, DRAWN_WITH
from exhibit.contract.settings.schema import InkConfig
from tests.tools.render_table import CLASSES, Sequence

ALONE = Method(InkConfig(), rivals=False)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int, float]]:
    """Name, seed, count and rate of the sequences that would be watched."""
    seen: list[tuple[str, int, int, float]] = []

    def note(sequences: list[Sequence], *_: object) -> dict[str, object]:
        seen.extend((s.name, s.table.seed, s.count, s.fps) for s in sequences)
        return {}

    monkeypatch.setattr(benchmarks.ink, "_by_class", note)
    return seen


@pytest.mark.parametrize("name", ["hands", "felt"])
def test_measure_one_class_watches_the_frames_it_has_among_all(
    name: str, watched: list[tuple[str, int, int, float]]
) -> None:
    measure((*DIFFICULTIES, *DRAWN_WITH), FRAMES, SEED, ALONE)
    of_all = [row for row in watched if row[0].startswith(name)]
    watched.clear()
    measure((name,), FRAMES, SEED, ALONE)
    assert watched == of_all
    assert len(watched) == 2


@pytest.mark.parametrize("chosen", [(), ("blank",), ("handled", "felt", "clean")])
def test_main_classes_are_measured_alone_and_all_of_them_without(
    chosen: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[str] = []

    def drawn(sequences: list[Sequence], *_: object) -> dict[str, object]:
        measured.extend(dict.fromkeys(s.table.conditions.name for s in sequences))
        return {}

    def handled(*_: object) -> dict[str, object]:
        measured.append("handled")
        return {}

    def blank(_: int, seed: int) -> dict[str, int]:
        measured.append("blank")
        return {"seed": seed}

    monkeypatch.setattr(benchmarks.ink, "_by_class", drawn)
    monkeypatch.setattr(benchmarks.ink, "handled_paper", handled)
    monkeypatch.setattr(benchmarks.ink, "blank_sheet", blank)
    options = [word for name in chosen for word in ("--class", name)]
    done = CliRunner().invoke(main, [*options, "--json"])
    assert done.exit_code == 0, done.output
    assert set(measured) == set(chosen or CLASSES)
    assert set(json.loads(done.output)) <= {"table", "drawn_with", "handled", "blank"}


def test_invented_px_counts_what_lies_nowhere_near_true_ink() -> None:
    truth, mask = np.full((2, 40, 40), 255, np.uint8)
    truth[10, 5:30] = 0
    mask[12, 5:30] = 0
    assert (invented_px(mask, truth), false_strokes(mask, truth)) == (0, 0)
    mask[30, 5:12] = 0
    # A line that goes on from ink to where there is none is no false stroke, but invented.
    mask[10:20, 20] = 0
    assert (invented_px(mask, truth), false_strokes(mask, truth)) == (7 + 6, 1)


def _tally(f_measure: float, invented: int) -> Tally:
    tally = Tally()
    tally.scores[OURS].append(Score(f_measure, f_measure, 30.0, 1.0))
    tally.tables, tally.lost = [f_measure], [(0, 10)]
    tally.false_strokes, tally.invented_px = [1, 2], [0, invented]
    tally.wall_ms, tally.cpu_ms = [5.0], [4.0]
    return tally


def test_report_of_several_classes_has_the_worst_and_the_most_of_them() -> None:
    numbers: dict[str, Any] = report(merge([_tally(90.0, 7), _tally(98.0, 3)]))
    assert numbers["methods"][OURS]["f_measure"] == 94.0
    assert numbers["worst_f"]["table"] == 90.0
    assert (numbers["false_strokes"], numbers["invented_px"], numbers["frames"]) == (6, 7, 2)
