"""On a computer of one core two threads would only wait for each other."""

import os

import pytest

from exhibit.inference.session import cores, session_options


@pytest.mark.parametrize(("allowed", "threads"), [({3}, 1), ({0, 1}, 2), (set(range(8)), 4)])
def test_session_has_no_more_threads_than_it_may_use_cores(
    monkeypatch: pytest.MonkeyPatch, allowed: set[int], threads: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: allowed, raising=False)
    assert session_options(4).intra_op_num_threads == threads


def test_cores_where_the_system_tells_no_allowed_ones_are_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cores() == 6
