"""What a printer does not take waits, also while the table is off, and not for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from exhibit.takehome import outbox
from exhibit.takehome.outbox import MOST_WAITING, DeliveryError, Outbox, Parcel
from tests.fakes.clock import FakeClock
from tests.fakes.odd_files import ODD_FILES, lay_odd_file

DAY_S = 86400.0


class Place:
    """Takes files, or refuses them."""

    def __init__(self) -> None:
        self.refuses = ""
        self.tries = 0
        self.got: list[str] = []

    def take(self, parcel: Parcel) -> None:
        self.tries += 1
        if self.refuses:
            raise DeliveryError(self.refuses)
        self.got.append(parcel.name)


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def wall() -> FakeClock:
    return FakeClock(2e9)


def _parcel(name: str, wall: FakeClock) -> Parcel:
    return Parcel(name, name.encode(), wall())


def test_outbox_brings_files_in_order_and_leaves_nothing_on_the_disk(
    tmp_path: Path, place: Place, clock: FakeClock, wall: FakeClock
) -> None:
    box = Outbox(tmp_path / "box", place.take, clock, wall)
    for name in ("a", "b"):
        box.put(_parcel(name, wall))
    box.deliver_due()
    box.deliver_due()
    assert place.got == ["a", "b"]
    assert (box.arrived, box.waiting, box.fault) == (2, 0, "")
    assert list((tmp_path / "box").iterdir()) == []


def test_outbox_refused_tries_again_ever_more_seldom_and_says_why(
    tmp_path: Path, place: Place, clock: FakeClock, wall: FakeClock
) -> None:
    box = Outbox(tmp_path / "box", place.take, clock, wall)
    place.refuses = "printer 'shop': no paper"
    box.put(_parcel("a", wall))
    for _ in range(600):
        box.deliver_due()
        clock.advance(1.0)
    assert box.fault == place.refuses
    assert 10 <= place.tries <= 15
    place.refuses = ""
    clock.advance(60.0)
    box.deliver_due()
    assert (place.got, box.fault) == (["a"], "")


def test_outbox_of_a_table_that_ended_is_delivered_by_the_next(
    tmp_path: Path, place: Place, clock: FakeClock, wall: FakeClock
) -> None:
    place.refuses = "off"
    first = Outbox(tmp_path / "box", place.take, clock, wall)
    first.put(_parcel("a", wall))
    first.deliver_due()
    place.refuses = ""
    second = Outbox(tmp_path / "box", place.take, clock, wall)
    assert second.waiting == 1
    second.deliver_due()
    assert place.got == ["a"]


def test_outbox_gives_up_what_is_too_old(
    tmp_path: Path, place: Place, clock: FakeClock, wall: FakeClock
) -> None:
    box = Outbox(tmp_path / "box", place.take, clock, wall)
    box.put(_parcel("a", wall))
    wall.advance(DAY_S + 1)
    box.expire(DAY_S)
    assert (box.waiting, box.lost) == (0, 1)
    assert list((tmp_path / "box").iterdir()) == []


def test_outbox_of_a_clock_that_jumps_waits_as_long_as_before(
    tmp_path: Path, place: Place, clock: FakeClock, wall: FakeClock
) -> None:
    box = Outbox(tmp_path / "box", place.take, clock, wall)
    box.put(_parcel("a", wall))
    wall.advance(365 * DAY_S)
    box.date_anew(365 * DAY_S)
    box.expire(DAY_S)
    assert (box.waiting, box.lost) == (1, 0)
    # So does the next table, from the disk.
    next_table = Outbox(tmp_path / "box", place.take, clock, wall)
    next_table.expire(DAY_S)
    assert next_table.waiting == 1
    wall.advance(DAY_S + 1)
    box.expire(DAY_S)
    assert (box.waiting, box.lost) == (0, 1)


@pytest.mark.parametrize("kind", ODD_FILES)
def test_outbox_delivers_what_it_can_read_and_names_the_rest(
    tmp_path: Path, place: Place, clock: FakeClock, wall: FakeClock, kind: str
) -> None:
    Outbox(tmp_path / "box", place.take, clock, wall).put(_parcel("b", wall))
    for name in ("a", "c"):
        lay_odd_file(tmp_path / "box" / name, kind)
    box = Outbox(tmp_path / "box", place.take, clock, wall)
    box.deliver_due()
    assert place.got == ["b"]
    assert ODD_FILES[kind] in box.unread_fault


def test_outbox_overfull_gives_up_the_oldest(
    tmp_path: Path, place: Place, clock: FakeClock, wall: FakeClock
) -> None:
    box = Outbox(tmp_path / "box", place.take, clock, wall)
    for number in range(MOST_WAITING + 1):
        box.put(_parcel(f"{number:02}", wall))
    assert (box.waiting, box.lost) == (MOST_WAITING, 1)
    box.deliver_due()
    assert place.got == ["01"]


def test_outbox_on_a_full_disk_waits_in_memory_and_says_so(
    tmp_path: Path,
    place: Place,
    clock: FakeClock,
    wall: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outbox, "write_whole", full)
    box = Outbox(tmp_path / "box", place.take, clock, wall)
    box.put(_parcel("a", wall))
    assert "No space left on device" in box.disk_fault
    box.deliver_due()
    box.expire(DAY_S)
    assert (place.got, box.disk_fault) == (["a"], "")
