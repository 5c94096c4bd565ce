"""A whole answer beside another version: here beside itself, which takes as long."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from benchmarks.another_version import HERE, measure
from benchmarks.answer_cost import READER, STEPS, compare, write_strokes


def test_answer_cost_measures_every_step_of_every_answer(tmp_path: Path) -> None:
    write_strokes(tmp_path, 1)
    turn = measure(HERE, READER, tmp_path)
    counts = {len(turn[step]) for step in (*STEPS, "search")}
    assert len(counts) == 1
    assert counts.pop() > 1
    assert min(turn["encode"] + turn["synthesise"]) > 0
    found = compare([turn] * 5, [turn] * 5)
    assert (found["answers"], found["here_px"]) == (5 * len(turn["encode"]), 256)
    assert {found[step]["times_as_long"] for step in (*STEPS, "whole", "search")} == {1.0}
    assert found["whole"]["here_ms"]["median"] >= found["encode"]["here_ms"]["median"]


def test_answer_cost_of_what_is_no_checkout_says_what_is_missing(tmp_path: Path) -> None:
    write_strokes(tmp_path, 1)
    with pytest.raises(click.ClickException, match=f"{tmp_path}: no folder 'exhibit'"):
        measure(tmp_path, READER, tmp_path)
