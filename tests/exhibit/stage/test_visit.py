"""The course of a visit, told by records as the engine writes them, with a clock of the test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.records import Gesture, RecordWriter
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.schema import Config
from exhibit.contract.slot import Published
from exhibit.stage.mode import Mode, Orders
from exhibit.stage.visit import Visit

NO_ORDERS = Orders()
CONFIG = apply_overrides(Config(), {"visit": {"linger_s": 4.0}})


class Table:
    """What the engine says, and what the stage makes of it."""

    def __init__(self, run_dir: Path) -> None:
        self._writer = RecordWriter(run_dir, Gesture)
        self._gesture = Gesture(sheet=1.0)
        self._visit = Visit(run_dir)
        self.picture: Published | None = None
        self.idle = False
        self.now = 100.0

    def send(self, grey: int) -> None:
        pixels = np.full((8, 8), grey, np.uint8)
        self.picture = Published(1, 1, self.now, self.now, pixels)

    def say(self, **changes: float) -> None:
        self._gesture = replace(self._gesture, **changes)
        self._writer.publish(1, self.now, self._gesture)

    def look(self, after_s: float = 0.0, orders: Orders = NO_ORDERS) -> Mode:
        self.now += after_s
        return self._visit.choose(self.now, orders, self.picture, self.idle, CONFIG)


@pytest.fixture
def drawn(tmp_path: Path) -> Table:
    """A table on which somebody has drawn."""
    table = Table(tmp_path)
    table.say(fresh_sheets=1)
    table.look()
    table.send(0)
    assert table.look() is Mode.PICTURE
    return table


@pytest.mark.parametrize(
    ("orders", "has_picture", "idle", "mode"),
    [
        (Orders(), False, False, Mode.ATTRACT),
        (Orders(), True, True, Mode.ATTRACT),
        (Orders(), True, False, Mode.PICTURE),
        (Orders(freeze=True), True, False, Mode.FROZEN),
        (Orders(freeze=True), False, True, Mode.FROZEN),
        (Orders(freeze=True, blank=True), True, False, Mode.BLANK),
    ],
)
def test_visit_without_gestures_prefers_orders_then_pictures(
    tmp_path: Path, orders: Orders, has_picture: bool, idle: bool, mode: Mode
) -> None:
    table = Table(tmp_path)
    table.idle = idle
    if has_picture:
        table.send(0)
    assert table.look(orders=orders) is mode


def test_visit_sheet_taken_away_lingers_and_then_nobody_draws(drawn: Table) -> None:
    drawn.say(sheet=0)
    drawn.send(255)
    assert drawn.look() is Mode.LINGERING
    assert drawn.look(3.9) is Mode.LINGERING
    assert drawn.look(0.2) is Mode.ATTRACT
    # The engine takes longer to find that nobody draws; its picture is nobody's meanwhile.
    drawn.send(255)
    assert drawn.look(1.0) is Mode.ATTRACT


def test_visit_blank_sheet_taken_away_leaves_nothing_to_linger(drawn: Table) -> None:
    drawn.send(255)
    assert drawn.look() is Mode.PICTURE
    drawn.say(sheet=0)
    assert drawn.look() is not Mode.LINGERING


def test_visit_fresh_sheet_ends_what_lingers_at_once(drawn: Table) -> None:
    drawn.say(sheet=0)
    drawn.send(255)
    assert drawn.look() is Mode.LINGERING
    drawn.say(sheet=1, fresh_sheets=2)
    assert drawn.look(1.0) is Mode.CLEAN
    assert drawn.look(1.0) is Mode.CLEAN
    drawn.send(0)
    assert drawn.look(0.1) is Mode.PICTURE


def test_visit_same_sheet_laid_back_is_answered_again(drawn: Table) -> None:
    drawn.say(sheet=0)
    drawn.look()
    drawn.say(sheet=1)
    drawn.send(0)
    assert drawn.look(0.5) is Mode.PICTURE


def test_visit_pen_ends_the_attract_loop_before_there_is_an_answer(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.idle = True
    table.say()
    assert table.look() is Mode.ATTRACT
    table.say(speed=0.2)
    assert table.look() is Mode.CLEAN
    table.idle = False
    table.send(0)
    assert table.look(0.4) is Mode.PICTURE


def test_visit_pen_that_was_none_is_forgotten(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.idle = True
    table.say()
    table.look()
    table.say(speed=0.2)
    assert table.look() is Mode.CLEAN
    assert table.look(5.0) is Mode.ATTRACT


def test_visit_fresh_sheet_that_stays_blank_is_followed_by_the_loop(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.idle = True
    table.say()
    table.look()
    table.say(fresh_sheets=1)
    assert table.look() is Mode.CLEAN
    assert table.look(CONFIG.stage.attract_after_s - 1) is Mode.CLEAN
    assert table.look(2.0) is Mode.ATTRACT


def test_visit_engine_that_starts_again_counts_from_nothing(drawn: Table) -> None:
    drawn.say(fresh_sheets=0)
    assert drawn.look(0.1) is Mode.PICTURE
    drawn.say(fresh_sheets=1)
    assert drawn.look(0.1) is Mode.CLEAN
