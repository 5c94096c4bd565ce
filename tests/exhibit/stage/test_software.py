"""A frame must be right in whatever memory the window system gives."""

import numpy as np

from exhibit.contract.calibration import Calibration
from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.values import Gray
from exhibit.stage.box import Box
from exhibit.stage.placement import place
from exhibit.stage.software import Software

SIZE, CONFIG = (96, 64), StageConfig(mirror=False)
INK = np.zeros((16, 16), np.uint8)


class Changing:
    """A window whose memory the test changes."""

    def __init__(self) -> None:
        self.memory = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
        self.shown: list[list[Box] | None] = []

    def canvas(self) -> Gray:
        return self.memory

    def show(self, boxes: list[Box] | None) -> None:
        self.shown.append(boxes)


def test_software_writes_all_of_a_window_that_got_other_memory() -> None:
    window = Changing()
    software = Software(window, place(*SIZE, CONFIG, Calibration()), CONFIG)
    software.fade_to(INK, labelled=False, now=0.0, duration_s=0.0)
    assert software.compose(1.0)
    assert not software.compose(2.0)
    window.memory = np.full_like(window.memory, 77)
    assert software.compose(3.0)
    assert window.memory[32, 48, :3].tolist() == [0, 0, 0]
    assert window.memory[32, 2, :3].tolist() == [255, 255, 255]


def test_software_shows_what_it_wrote_and_nothing_where_nothing_changed() -> None:
    window = Changing()
    software = Software(window, place(*SIZE, CONFIG, Calibration()), CONFIG)
    software.show(software.compose(1.0))
    software.show(software.compose(2.0))
    assert window.shown == [[Box(0, 0, *SIZE)], []]


def test_software_is_seen_as_it_shines_at_most_so_wide() -> None:
    software = Software(Changing(), place(*SIZE, CONFIG, Calibration()), CONFIG)
    colour = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    colour[..., 0] = 200
    software.cover(colour)
    seen = software.seen(48)
    assert seen.shape == (32, 48, 3)
    assert seen[5, 5].tolist() == [200, 0, 0]
