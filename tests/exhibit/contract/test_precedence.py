import os
import resource
import threading
from typing import Any

import pytest

from exhibit.contract.precedence import take_niceness, take_precedence


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    return monkeypatch


def test_precedence_without_real_time_takes_a_lower_niceness(
    refused: pytest.MonkeyPatch,
) -> None:
    asked = []
    refused.setattr(os, "setpriority", lambda *what: asked.append(what))
    assert take_precedence() == "nice -10"
    assert asked == [(os.PRIO_PROCESS, 0, -10)]


def test_precedence_of_an_ordinary_user_is_ordinary(refused: pytest.MonkeyPatch) -> None:
    refused.setattr(os, "setpriority", os.sched_setscheduler)
    assert take_precedence() == "ordinary"


@pytest.mark.parametrize(("reach", "inherited"), [("thread", False), ("threads", True)])
def test_precedence_reaches_as_far_as_it_is_asked_to(
    reach: Any, inherited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies: list[int] = []
    monkeypatch.setattr(
        os, "sched_setscheduler", lambda _pid, policy, _param: policies.append(policy)
    )
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    assert take_precedence(reach) == "real-time"
    assert (policies == [os.SCHED_RR]) == inherited


def test_niceness_is_taken_by_one_thread_alone() -> None:
    found: list[tuple[str, int]] = []

    def work() -> None:
        found.append((take_niceness(), os.getpriority(os.PRIO_PROCESS, 0)))

    before = os.getpriority(os.PRIO_PROCESS, 0)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    granted, niceness = found[0]
    assert (granted, niceness) in (("nice -10", -10), ("ordinary", before))
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
