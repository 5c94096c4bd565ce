"""The attract loop is driven by times that the test gives; only its threads take real time."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exhibit.contract.settings.schema import VisitConfig
from exhibit.stage import attract as attract_loop
from exhibit.stage.attract import Attract
from exhibit.stage.turn import SIDE_PX, TURN_S, Turn, make_turn
from tests.exhibit.stage.test_drawings import square, write_drawings, write_prepared
from tests.patience import wait_until

QUIET = VisitConfig(invitation=False)


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    return str(write_drawings(tmp_path / "bundle", [square()]))


def begun(attract: Attract, now: float) -> float:
    """Let a turn begin, and return when it did."""

    def begins() -> bool:
        # Anew each time: a turn that is ready only between the two steps would begin at the second.
        attract.begin()
        attract.step(now)
        return bool(attract.step(now + 8).picture.min() < 255)

    wait_until(begins, "a turn is prepared")
    return now


def test_attract_draws_a_little_more_in_every_step(bundle: str) -> None:
    attract = Attract(bundle, QUIET, seed=1)
    now = begun(attract, 100.0)
    inked = [int((attract.step(now + at_s).picture < 128).sum()) for at_s in (1, 2, 4, 6, 8.2)]
    assert inked == sorted(inked)
    assert 0 < inked[0] < inked[1] < inked[-1]


def test_attract_is_prepared_before_it_is_shown(
    bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def noted(*given: Any) -> Turn:
        made.append(make_turn(*given))
        return made[-1]

    monkeypatch.setattr(attract_loop, "make_turn", noted)
    attract = Attract(bundle, QUIET, seed=1)
    wait_until(lambda: bool(made), "the first turn is made")
    attract.begin()
    attract.step(100.0)
    assert np.array_equal(attract.step(108.0).picture, made[0].picture(8.0))


def test_attract_fades_a_drawing_before_the_next(bundle: str) -> None:
    attract = Attract(bundle, QUIET, seed=1)
    now = begun(attract, 100.0)
    ending = attract.step(now + TURN_S + 0.1)
    assert ending.picture.min() == 255
    assert ending.lasts_s >= 1


def test_attract_invites_where_nothing_is_drawn(bundle: str) -> None:
    attract = Attract(bundle, VisitConfig(languages=("en", "nb", "da")), seed=1)
    now = begun(attract, 100.0)
    before, after = (attract.step(now + at_s).picture < 128 for at_s in (2.4, 6.6))
    drawn = np.nonzero(before)[0]
    invited = np.nonzero(after & ~before)[0]
    middle = SIDE_PX / 2
    # The invitation is large in the half in which the drawing is not.
    other = invited > middle if drawn.mean() < middle else invited < middle
    assert other.sum() > 1000


def test_attract_is_never_long_at_one_place(bundle: str) -> None:
    attract = Attract(bundle, QUIET, seed=1)
    places = set()
    for turn in range(4):
        now = begun(attract, 100.0 * (turn + 1))
        rows, columns = np.nonzero(attract.step(now + 9).picture < 128)
        places.add((int(rows.min()), int(columns.min())))
        assert attract.step(now + TURN_S + 0.1).picture.min() == 255
    assert len(places) == 4


def test_attract_without_a_bundle_draws_something_and_says_why(tmp_path: Path) -> None:
    attract = Attract(str(tmp_path / "gone"), QUIET)
    now = begun(attract, 1.0)
    assert (attract.step(now + 9).picture < 128).sum() > 300
    wait_until(lambda: attract.fault, "what the thread that reads says")
    assert "gone" in attract.fault


def test_attract_bad_bundle_later_keeps_the_drawings_and_says_why(
    bundle: str, tmp_path: Path
) -> None:
    attract = Attract(bundle, QUIET)
    attract.load(str(tmp_path / "gone")).join()
    now = begun(attract, 1.0)
    assert attract.step(now + 9).picture.min() < 128
    assert "gone" in attract.fault


def test_attract_skips_what_is_blank(tmp_path: Path) -> None:
    pictures = np.full((8, 64, 64), 255, np.uint8)
    pictures[3] = square()
    attract = Attract(str(write_prepared(tmp_path / "some", pictures)), QUIET, seed=2)
    now = begun(attract, 1.0)
    assert attract.step(now + 9).picture.min() < 128


def test_attract_draws_the_drawings_made_for_it_and_falls_back_to_the_bundles(
    bundle: str, tmp_path: Path
) -> None:
    loop = tmp_path / "loop.npz"
    solid = np.full((1, 64, 64), 255, np.uint8)
    solid[0, 8:56, 8:56] = 0
    np.savez(loop, attract=solid)

    def most_ink(drawings: str) -> tuple[int, str]:
        attract = Attract(bundle, VisitConfig(invitation=False, drawings=drawings), seed=1)
        now = begun(attract, 100.0)
        return int((attract.step(now + 9).picture < 128).sum()), attract.fault

    own, bundles = most_ink(str(loop)), most_ink("")
    assert own[0] > 5 * bundles[0]
    assert own[1] == bundles[1] == ""
    missing = most_ink(str(tmp_path / "none.npz"))
    assert missing[0] == bundles[0]
    assert "none.npz" in missing[1]


def test_threads_of_the_loop_are_waited_for_when_the_stage_ends() -> None:
    """A daemon that is within OpenCV when Python ends aborts the process."""
    attract = Attract("none", VisitConfig())
    assert not attract.load("none").daemon
    own = [one for one in threading.enumerate() if one.name.startswith("attract")]
    assert not any(one.daemon for one in own)


def test_attract_rehearsal_makes_as_many_turns_as_there_are_at_once_and_shows_none(
    bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    attract = Attract(bundle, QUIET, seed=1)
    wait_until(lambda: attract._coming is not None, "the first turn is made")
    coming, made = attract._coming, []
    monkeypatch.setattr(attract_loop, "make_turn", lambda *given: made.append(make_turn(*given)))
    attract.rehearse()
    wait_until(lambda: len(made) == 2, "two turns are rehearsed")
    assert attract._coming is coming
