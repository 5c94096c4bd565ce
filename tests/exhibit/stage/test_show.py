import time
from itertools import chain, permutations
from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.calibration import Calibration
from exhibit.contract.settings.schema import StageConfig, VisitConfig
from exhibit.contract.slot import Published
from exhibit.stage.attract import Attract
from exhibit.stage.mode import Mode
from exhibit.stage.opened import Sheet
from exhibit.stage.placement import place
from exhibit.stage.show import Show
from exhibit.stage.software import Software
from tests.exhibit.stage.test_drawings import square, write_drawings

SIZE = (96, 64)
FAREWELL_S = 3.0
REFRESH_S = 1 / 60
LABEL = np.zeros((12, 20), np.uint8)
CONFIG = StageConfig(crossfade_ms=200, mirror=False)


def picture(grey: int, captured_at: float = 1.0) -> Published:
    return Published(1, 1, captured_at, captured_at, np.full((16, 16), grey, np.uint8))


class Lit(Show):
    """A show whose light the test sees."""

    def __init__(self, size: tuple[int, int], attract: Attract) -> None:
        placement = place(*size, CONFIG, Calibration())
        self.software = Software(Sheet(size), placement, CONFIG)
        super().__init__(self.software, CONFIG, Calibration(), attract, FAREWELL_S)

    @property
    def light(self) -> np.ndarray:
        return self.software.light


@pytest.fixture
def show(tmp_path: Path) -> Lit:
    bundle = str(write_drawings(tmp_path / "bundle", [square()]))
    attract = Attract(bundle, VisitConfig(invitation=False), seed=1)
    return Lit(SIZE, attract)


def middle(show: Lit, now: float) -> int:
    show.compose(now)
    return int(show.light[32, 48, 0])


def test_show_begins_with_light_not_black(show: Lit) -> None:
    assert middle(show, 0.0) == 255


def play(show: Lit, mode: Mode, sent: Published | None, begins: float, seconds: float) -> int:
    """Show for some time, and return the largest change of any pixel between two refreshes."""
    largest, before = 0, show.light.astype(int)
    for frame in range(round(seconds / REFRESH_S)):
        now = begins + frame * REFRESH_S
        show.update(now, mode, sent)
        show.compose(now)
        largest = max(largest, int(np.abs(show.light - before).max()))
        before = show.light.astype(int)
    return largest


def test_show_without_an_engine_plays_the_attract_loop(show: Lit) -> None:
    middle(show, 0.0)
    darkest = []
    for second in range(16):
        play(show, Mode.ATTRACT, None, float(second), 1.0)
        time.sleep(0.02)  # the turn is prepared in a thread
        darkest.append(int(show.light.min()))
    assert min(darkest) < 120
    assert show.software.newly_lit() is None


def test_show_is_never_cut_from_one_state_to_another(show: Lit) -> None:
    middle(show, 0.0)
    sent = picture(0)
    course = [
        (Mode.ATTRACT, None, 9.0),
        (Mode.CLEAN, None, 1.0),
        (Mode.PICTURE, sent, 1.0),
        (Mode.LINGERING, picture(255), 4.0),
        (Mode.ATTRACT, None, 9.0),
        (Mode.PICTURE, sent, 1.0),
        (Mode.CLEAN, None, 1.0),
    ]
    begins, changes = 1.0, {}
    for number, (mode, sent_then, seconds) in enumerate(course):
        changes[number, mode.value] = play(show, mode, sent_then, begins, seconds)
        begins += seconds
    # 255 greys in 0.2 s, at 60 refreshes a second, and a rounding.
    assert max(changes.values()) <= 23, changes


@pytest.mark.parametrize("crossfade_ms", [0, 250])
@pytest.mark.parametrize("labelled", [False, True])
def test_show_is_never_cut_whichever_state_follows_which(
    show: Lit, crossfade_ms: int, labelled: bool
) -> None:
    show.configure(CONFIG.model_copy(update={"crossfade_ms": crossfade_ms}))
    middle(show, 0.0)
    changes, now, last = {}, 1.0, Mode.ATTRACT
    # Every state follows every other one, also before the fade between two others is over.
    for seconds in (1.0, 0.1):
        for mode in chain.from_iterable(permutations(Mode, 2)):
            show.label(LABEL if labelled and mode is Mode.PICTURE else None, now)
            sent = picture(0, captured_at=now)
            changes[last, mode, now] = play(show, mode, sent, now, seconds)
            last, now = mode, now + seconds
    # A dark stage becomes light, or a light one dark, while a picture fades below: both move.
    most = {key: 2 * 22 if Mode.BLANK in key else 23 for key in changes}
    cut = {key: changed for key, changed in changes.items() if changed > most[key]}
    assert not cut
    assert max(changes.values()) >= 20  # what changes is seen


def test_show_last_picture_lingers_fades_and_leaves_nothing(show: Lit) -> None:
    sent = picture(0)
    middle(show, 0.0)
    play(show, Mode.PICTURE, sent, 1.0, 1.0)
    play(show, Mode.LINGERING, picture(255), 2.0, 4.0)
    assert show.light[32, 48, 0] == 0
    play(show, Mode.ATTRACT, None, 6.0, FAREWELL_S / 2)
    assert 90 < show.light[32, 48, 0] < 165
    play(show, Mode.ATTRACT, None, 6.0 + FAREWELL_S / 2, FAREWELL_S / 2 + 0.05)
    assert show.light.min() >= 250


@pytest.mark.parametrize("before", [Mode.PICTURE, Mode.LINGERING])
def test_show_fresh_sheet_is_clean_within_300_ms(show: Lit, before: Mode) -> None:
    middle(show, 0.0)
    play(show, Mode.PICTURE, picture(0), 1.0, 1.0)
    play(show, before, picture(0), 2.0, 1.0)
    play(show, Mode.CLEAN, picture(0), 3.0, 0.3)
    assert show.light.min() == 255


def test_show_picture_is_lit_once_in_the_first_frame_it_contributes_to(show: Lit) -> None:
    sent = picture(0, captured_at=4.9)
    show.update(5.0, Mode.PICTURE, sent)
    show.compose(5.0)
    assert show.software.newly_lit() is None
    show.update(5.016, Mode.PICTURE, sent)
    show.compose(5.016)
    assert show.software.newly_lit() == 4.9
    show.update(5.032, Mode.PICTURE, sent)
    show.compose(5.032)
    assert show.software.newly_lit() is None


def test_show_at_rest_composes_nothing(show: Lit) -> None:
    sent = picture(0)
    show.update(5.0, Mode.PICTURE, sent)
    assert middle(show, 6.0) == 0
    show.update(6.1, Mode.PICTURE, sent)
    assert not show.compose(6.1)


def test_show_frozen_keeps_the_picture_and_returns_to_the_newest(show: Lit) -> None:
    show.update(5.0, Mode.PICTURE, picture(0))
    assert middle(show, 6.0) == 0
    newer = picture(120)
    show.update(6.0, Mode.FROZEN, newer)
    assert middle(show, 7.0) == 0
    show.software.newly_lit()
    show.update(7.0, Mode.PICTURE, newer)
    assert middle(show, 8.0) == pytest.approx(120, abs=1)
    # It waited for the operator, not for the machine: no latency.
    assert show.software.newly_lit() is None


def test_show_blank_dims_to_no_light_and_back(show: Lit) -> None:
    sent = picture(200)
    show.update(5.0, Mode.PICTURE, sent)
    assert middle(show, 6.0) == 200
    show.update(6.0, Mode.BLANK, sent)
    assert 0 < middle(show, 6.1) < 200
    assert middle(show, 6.3) == 0
    show.update(7.0, Mode.PICTURE, sent)
    middle(show, 7.0)
    assert middle(show, 9.0) == 200


def test_show_new_tone_holds_at_once_while_the_picture_rests(show: Lit) -> None:
    show.update(5.0, Mode.PICTURE, picture(255))
    assert middle(show, 6.0) == 255
    show.configure(CONFIG.model_copy(update={"invert": True}))
    assert middle(show, 6.1) == 0


def test_show_new_mirror_turns_the_resting_picture(show: Lit) -> None:
    halves = np.full((16, 16), 255, np.uint8)
    halves[:, :8] = 0
    show.update(5.0, Mode.PICTURE, Published(1, 1, 5.0, 5.0, halves))
    show.compose(6.0)
    assert show.light[32, 30, 0] == 0
    assert show.light[32, 65, 0] == 255
    show.configure(CONFIG.model_copy(update={"mirror": True}))
    show.compose(6.1)
    assert show.light[32, 30, 0] == 255
    assert show.light[32, 65, 0] == 0


def test_show_composes_only_where_a_picture_has_changed_and_all_of_it_is_right(
    tmp_path: Path,
) -> None:
    attract = Attract("none", VisitConfig(), seed=1)
    partly, whole = (Lit((640, 400), attract) for _ in "ab")
    before = np.full((128, 128), 255, np.uint8)
    before[30:32, 20:90] = 0
    after = before.copy()
    after[60:90, 100:102] = 0
    for number, pixels in enumerate((before, after), start=1):
        sent = Published(number, number, float(number), float(number), pixels)
        partly.update(5.0 + number, Mode.PICTURE, sent)
        partly.compose(5.1 + number)
        partly.compose(5.9 + number)
    assert sum(box.area for box in partly.software.composed) < 0.1 * 640 * 400
    whole.update(6.0, Mode.PICTURE, Published(1, 1, 2.0, 2.0, after))
    whole.compose(7.9)
    assert np.abs(partly.light.astype(int) - whole.light).max() <= 1
