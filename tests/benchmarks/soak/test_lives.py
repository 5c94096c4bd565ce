"""A process that grows is found although it was killed in between; one that warms up is not."""

import subprocess
import sys

import numpy as np
import psutil
import pytest

from benchmarks.soak.lives import Life, drift, slope_an_hour
from tests.patience import wait_until

WARM_UP_S = 100.0


def _life(level: float, mb_an_hour: float, noise: float = 0.0, seconds: float = 2000.0) -> Life:
    at = np.arange(0.0, seconds, 5.0)
    warm = 50 * np.minimum(at / WARM_UP_S, 1)
    rss = level + warm + mb_an_hour * at / 3600 + noise * np.sin(at)
    return Life(1, at.tolist(), rss.tolist(), rss.tolist(), [9.0] * len(at), [3.0] * len(at))


@pytest.mark.parametrize("mb_an_hour", [0.0, 2.0, 30.0])
def test_slope_is_that_of_every_life_whatever_their_levels(mb_an_hour: float) -> None:
    lives = [_life(60, mb_an_hour, 0.5), _life(90, mb_an_hour, 0.5), _life(40, mb_an_hour, 0.5)]
    found = slope_an_hour(lives, "rss_mb", WARM_UP_S)
    assert found == pytest.approx(mb_an_hour, abs=0.3)


def test_slope_of_lives_that_were_all_too_short_is_unknown() -> None:
    assert slope_an_hour([_life(60, 1.0, seconds=90.0)], "rss_mb", WARM_UP_S) is None
    assert drift([_life(60, 1.0, seconds=90.0)], "threads", WARM_UP_S) is None


def test_drift_counts_what_stays_and_not_what_comes_and_goes() -> None:
    steady, leaking = _life(60, 0.0), _life(60, 0.0)
    steady.descriptors[50::17] = [30.0] * len(steady.descriptors[50::17])
    leaking.descriptors = (9 + np.arange(len(leaking.at_s)) // 40).astype(float).tolist()
    assert drift([steady], "descriptors", WARM_UP_S) == 0.0
    found = drift([steady, leaking], "descriptors", WARM_UP_S)
    assert found is not None
    assert found > 3


def test_process_that_has_ended_is_not_taken_for_one_that_holds_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        life = Life(process.pid)
        life.look(1.0)
        assert life.at_s == [1.0]
        process.kill()
        zombie = psutil.Process(process.pid)
        wait_until(lambda: zombie.status() == psutil.STATUS_ZOMBIE, "it has ended")
        life.look(2.0)
    assert life.at_s == [1.0]
