"""Taking home is off until it is turned on, takes no camera's frame, and tells what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from exhibit.contract import slot_reader
from exhibit.contract.board import Heart, read_status, write_status
from exhibit.contract.settings.schema import Config
from exhibit.contract.settings.taking_home import TakehomeConfig
from exhibit.contract.slot_writer import SlotWriter
from exhibit.contract.table_state import TableState
from exhibit.contract.taking_home import ask_to_take_home
from exhibit.takehome.process import TakeHomeProcess
from tests.fakes.clock import FakeClock
from tests.fakes.cups import PAPER_OUT, FakeCups, on_path
from tests.fakes.settings import begin_with, set_to

BLANK = np.full((32, 32), 255, np.uint8)


def _drawn(column: int) -> np.ndarray:
    ink = BLANK.copy()
    ink[4:28, column : column + 3] = 0
    return ink


@dataclass
class Table:
    """A run folder with the process of what is taken home, a printer and a folder."""

    folder: Path
    cups: FakeCups
    clock: FakeClock = field(default_factory=FakeClock)
    wall: FakeClock = field(default_factory=lambda: FakeClock(1.8e9))

    def __post_init__(self) -> None:
        self.run_dir, self.out = self.folder / "run", self.folder / "out"
        self.run_dir.mkdir()
        self.out.mkdir()
        takehome = TakehomeConfig(enabled=True, printer="shop", folder=self.out, paper="A6")
        self.begin(Config(state_dir=self.folder / "state", takehome=takehome))

    def begin(self, config: Config) -> None:
        begin_with(self.run_dir, config)
        write_status(self.run_dir, "engine", {"bundle": "lear"})
        self.process = TakeHomeProcess(self.run_dir, self.clock, self.wall)

    def draw(self, ink: np.ndarray, picture: np.ndarray) -> None:
        for name, pixels in (("ink", ink), ("picture", picture)):
            SlotWriter(self.run_dir / f"{name}.slot").publish(1, 0.0, pixels)

    def go(self, seconds: float = 1.0) -> dict[str, Any]:
        for _ in range(round(seconds / 0.5)):
            self.process.tick()
            self.process.backroom.work()
            self.clock.advance(0.5)
            self.wall.advance(0.5)
        self.process.tick()
        return read_status(self.run_dir, "takehome")

    def ask(self, by: str = "page") -> dict[str, Any]:
        assert ask_to_take_home(self.run_dir, by)
        return self.go()

    def notices(self) -> dict[str, str]:
        return {n["code"]: n["text"] for n in self.go()["notices"]}

    def kept(self, kind: str) -> list[Path]:
        return sorted(self.out.glob(f"*.{kind}"))


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    made = Table(tmp_path, on_path(tmp_path / "cups", monkeypatch))
    yield made
    made.process.close()


def test_takehome_is_off_until_somebody_turns_it_on(table: Table) -> None:
    table.process.close()
    table.begin(Config(state_dir=table.folder / "state"))
    table.draw(_drawn(8), _drawn(20))
    status = table.ask()
    assert (status["state"], status["last"]["code"]) == ("off", "off")
    assert status["notices"] == []


def test_takehome_prints_and_keeps_the_drawing_with_its_answer(table: Table) -> None:
    table.draw(_drawn(8), _drawn(20))
    status = table.ask()
    assert (status["last"]["code"], status["taken"], status["waiting"]) == ("taken", 1, 0)
    (printed,) = table.cups.printed()
    (pdf,), (png,) = table.kept("pdf"), table.kept("png")
    assert pdf.read_bytes() == printed
    page = cv2.imread(str(png))
    assert page is not None
    half = page.shape[1] // 2
    assert ((page == (0x7A, 0x3A, 0x1F)).all(axis=2)[:, :half]).any(), "ink, on its side"
    assert (page[: page.shape[1], half:] < 60).all(axis=2).any(), "the answer, on its side"
    assert list((table.folder / "state" / "takehome").rglob("*.p??")) == []


def test_takehome_reads_ink_and_picture_and_never_a_cameras_frame(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.draw(_drawn(8), _drawn(20))
    table.ask()
    (without,) = table.kept("png")
    before = without.read_bytes()
    without.unlink()
    read: list[str] = []
    attach = slot_reader.Slot.attach

    def noting(path: Path) -> Any:
        read.append(path.name)
        return attach(path)

    somebody = np.random.default_rng(1).integers(0, 255, (480, 640), np.uint8)
    for name in ("camera", "composite"):
        SlotWriter(table.run_dir / f"{name}.slot").publish(1, 0.0, somebody)
    monkeypatch.setattr(slot_reader.Slot, "attach", noting)
    table.go(30)
    table.ask()
    (kept,) = table.kept("png")
    assert kept.read_bytes() == before
    assert set(read) == {"ink.slot", "picture.slot"}


def test_takehome_of_blank_paper_is_nothing(table: Table) -> None:
    assert table.ask()["last"]["code"] == "blank"
    table.draw(BLANK, BLANK)
    assert table.ask()["last"]["code"] == "blank"
    assert table.kept("pdf") == []


def test_takehome_holds_what_was_drawn_when_it_was_asked_for(table: Table) -> None:
    table.draw(_drawn(8), _drawn(20))
    ask_to_take_home(table.run_dir, "page")
    table.process.tick()
    table.draw(_drawn(24), _drawn(2))  # the next visitor, before the page was made
    table.go()
    page = cv2.imread(str(table.kept("png")[0]))
    assert page is not None
    blue = np.nonzero((page == (0x7A, 0x3A, 0x1F)).all(axis=2))
    assert blue[1].max() < page.shape[1] // 2


def test_takehome_out_of_paper_is_told_and_printed_when_there_is_some(table: Table) -> None:
    table.cups.fail("lpstat", 0, PAPER_OUT)
    table.draw(_drawn(8), _drawn(20))
    table.ask()
    assert table.notices() == {
        "takehome_printer": "printer 'shop': media-empty; 1 files wait for it"
    }
    assert len(table.kept("pdf")) == 1, "the folder does not wait for the printer"
    table.cups.work_well()
    status = table.go(60)
    assert len(table.cups.printed()) == 1
    assert (status["notices"], status["waiting"]) == ([], 0)


def test_takehome_that_is_killed_prints_after_its_next_start(table: Table) -> None:
    table.cups.fail("lp", 1, err="lp: Error - no default destination available.\n")
    table.draw(_drawn(8), _drawn(20))
    assert table.ask()["waiting"] == 1
    table.process.close()
    table.cups.work_well()
    table.process = TakeHomeProcess(table.run_dir, table.clock, table.wall)
    assert table.go()["waiting"] == 0
    assert len(table.cups.printed()) == 1


def test_takehome_folder_gone_is_told_by_name_before_anybody_asks(table: Table) -> None:
    table.out.rmdir()
    assert list(table.notices()) == ["takehome_folder"]
    table.draw(_drawn(8), _drawn(20))
    table.ask()
    assert "2 files wait" in table.notices()["takehome_folder"]
    table.out.mkdir()
    table.go(60)
    assert (len(table.kept("pdf")), len(table.kept("png"))) == (1, 1)


def test_takehome_token_that_lies_is_refused_and_the_hour_is_told(table: Table) -> None:
    table.draw(_drawn(8), _drawn(20))
    for _ in range(20):
        table.ask("token 3")
        table.go(31)
    assert len(table.cups.printed()) == 1
    set_to(table.run_dir, {"takehome": {"most_an_hour": 1}})
    table.draw(_drawn(4), _drawn(20))
    table.go()
    assert table.ask("token 3")["last"] == {"code": "too_many", "by": "token 3", "number": 21}
    assert "takehome_many" in table.notices()


def test_takehome_with_no_place_to_go_says_so(table: Table) -> None:
    table.process.close()
    table.begin(Config(state_dir=table.folder / "state", takehome=TakehomeConfig(enabled=True)))
    table.draw(_drawn(8), _drawn(20))
    assert table.ask()["last"]["code"] == "nowhere"
    assert list(table.notices()) == ["takehome_nowhere"]
    reasons = TableState(table.run_dir, table.clock).look()["reasons"]
    assert "takehome_nowhere" in {reason["code"] for reason in reasons}


def test_takehome_whose_thread_hangs_shows_no_life_and_is_started_again(table: Table) -> None:
    heart = Heart(table.run_dir, "takehome")
    table.go()
    heart.clear()
    table.clock.advance(121.0)
    table.process.tick()
    assert heart.last == 0.0
    table.process.backroom.work()
    table.process.tick()
    assert heart.last > 0.0


@pytest.mark.parametrize("jump_s", [365 * 86400.0, -365 * 86400.0])
def test_takehome_keeps_drawings_as_long_as_before_where_the_clock_jumps(
    table: Table, jump_s: float
) -> None:
    """A table whose clock is set right an hour after its start must not lose that hour's sheets."""
    table.draw(_drawn(8), _drawn(20))
    table.ask()
    before = table.kept("pdf")
    table.wall.advance(jump_s)
    table.go(60.0)
    assert table.kept("pdf") == before != []
    keep_s = table.process.backroom.config.keep_h * 3600
    table.clock.advance(keep_s)
    table.wall.advance(keep_s)
    table.go(60.0)
    assert table.kept("pdf") == []


def _off(table: Table) -> None:
    set_to(table.run_dir, {"takehome": {"enabled": False}})


def test_takehome_that_is_off_is_done_once_its_last_drawing_is_old_and_removed(
    table: Table,
) -> None:
    table.draw(_drawn(8), _drawn(20))
    table.ask()
    _off(table)
    table.go(30.0)
    assert table.kept("pdf") != []
    assert not table.process.is_done
    keep_s = table.process.backroom.config.keep_h * 3600
    table.clock.advance(keep_s)
    table.wall.advance(keep_s)
    table.go(30.0)
    assert table.kept("pdf") == []
    assert table.process.is_done


def test_takehome_that_is_off_is_not_done_while_a_page_waits_for_paper(table: Table) -> None:
    table.process.close()
    takehome = TakehomeConfig(enabled=True, printer="shop", paper="A6")
    table.begin(Config(state_dir=table.folder / "state", takehome=takehome))
    table.cups.fail("lpstat", 0, PAPER_OUT)
    table.draw(_drawn(8), _drawn(20))
    assert table.ask()["waiting"] == 1
    _off(table)
    # Longer than the hour in which drawings are counted.
    table.clock.advance(4000)
    table.wall.advance(4000)
    table.go(30.0)
    assert not table.process.is_done
    set_to(table.run_dir, {"takehome": {"enabled": True}})
    table.cups.work_well()
    table.go(90.0)
    assert len(table.cups.printed()) == 1
    _off(table)
    table.go()
    assert table.process.is_done


def test_takehome_turned_off_and_on_still_counts_the_hour(table: Table) -> None:
    table.process.close()
    takehome = TakehomeConfig(enabled=True, printer="shop", paper="A6")
    table.begin(Config(state_dir=table.folder / "state", takehome=takehome))
    table.draw(_drawn(8), _drawn(20))
    table.ask()
    _off(table)
    table.go(30.0)
    assert not table.process.is_done
    table.clock.advance(3600)
    table.wall.advance(3600)
    table.go()
    assert table.process.is_done


def test_takehome_that_is_off_is_not_done_while_its_folder_cannot_be_seen(table: Table) -> None:
    """A stick that is pulled out may hold drawings that are to be removed when they are old."""
    table.out.rename(table.folder / "elsewhere")
    _off(table)
    table.go(30.0)
    assert not table.process.is_done
    (table.folder / "elsewhere").rename(table.out)
    table.go(30.0)
    assert table.process.is_done
