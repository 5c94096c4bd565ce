"""A crash loop must leave the machine alone, and one bad hour must be forgotten."""

from exhibit.contract.settings.schema import SupervisorConfig
from exhibit.supervisor.restart_policy import RestartPolicy


def test_restart_policy_backoff_doubles_and_is_bounded() -> None:
    policy = RestartPolicy(SupervisorConfig(backoff_min_s=1, backoff_max_s=3))
    waits = [policy.next_start(now=10.0, lived_s=0.1) - 10.0 for _ in range(4)]
    assert waits == [1, 2, 3, 3]


def test_restart_policy_steady_life_resets_backoff() -> None:
    policy = RestartPolicy(SupervisorConfig(backoff_min_s=1, backoff_max_s=30))
    for _ in range(4):
        policy.next_start(now=0.0, lived_s=0.1)
    assert policy.next_start(now=1000.0, lived_s=900.0) == 1001.0


def test_restart_policy_who_showed_something_is_back_at_once() -> None:
    policy = RestartPolicy(SupervisorConfig(backoff_min_s=0.2, restart_budget=6))
    # A window that is cut off every six seconds, until there were too many.
    for second in range(0, 36, 6):
        assert not policy.exhausted(float(second))
        assert policy.next_start(now=float(second), lived_s=6.0) == second + 0.2
    assert policy.exhausted(36.0)


def test_restart_policy_used_budget_waits_for_the_window() -> None:
    policy = RestartPolicy(SupervisorConfig(backoff_min_s=1, restart_budget=2, restart_window_s=60))
    starts = [policy.next_start(now=float(now), lived_s=0.1) for now in (0, 1)]
    assert policy.exhausted(2.0)
    assert policy.next_start(now=2.0, lived_s=0.1) == starts[0] + 60


def test_restart_policy_burst_is_forgotten_with_its_window() -> None:
    policy = RestartPolicy(SupervisorConfig(restart_budget=20, restart_window_s=600))
    for second in range(20):
        policy.next_start(now=float(second), lived_s=0.1)
    assert policy.exhausted(20.0)
    a_month = 30 * 86400.0
    assert not policy.exhausted(a_month)
    assert policy.next_start(now=a_month, lived_s=a_month) < a_month + 1


def test_restart_policy_pause_grows_and_takes_nothing_off_the_budget() -> None:
    policy = RestartPolicy(SupervisorConfig(backoff_min_s=1, backoff_max_s=3, restart_budget=1))
    assert [policy.pause_s(lived_s=0.1) for _ in range(4)] == [1, 2, 3, 3]
    assert not policy.exhausted(0.0)
