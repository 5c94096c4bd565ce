"""Other programs may move the table from allowed addresses, and nothing they send may break it."""

from __future__ import annotations

import asyncio
import json
import random
import socket
from pathlib import Path

import pytest
from pythonosc.osc_message_builder import build_msg

from exhibit.contract.bundle import DIRECTIONS_META
from exhibit.contract.settings.schema import OscConfig
from exhibit.operator import osc as module
from exhibit.operator.bundles import Bundles
from exhibit.operator.desk import Desk
from exhibit.operator.osc import Inlet, Osc
from exhibit.operator.state.scenes import Scene, SceneBook
from tests.exhibit.operator.conftest import FakeTable
from tests.fakes.clock import FakeClock
from tests.patience import PATIENCE_S

HERE = ("127.0.0.1", 5000)


@pytest.fixture
def osc(desk: Desk, tmp_path: Path, clock: FakeClock) -> Osc:
    folder = tmp_path / "bundles" / "lear"
    folder.mkdir(parents=True)
    (folder / "card.yaml").touch()
    (folder / DIRECTIONS_META).write_text(json.dumps({"bolder": {}}))
    desk.bundles = Bundles(desk.settings, desk.table, desk.events, folder.parent, clock)
    desk.settings.bundles_dir = folder.parent
    return Osc(desk, OscConfig(enabled=True), clock)


def _send(osc: Osc, address: str, *values: object) -> None:
    osc.inlet.datagram_received(build_msg(address, list(values)).dgram, HERE)
    osc.apply(osc.inlet.take())


def test_osc_psi_and_direction_move_the_table_unsaved(osc: Osc, desk: Desk) -> None:
    _send(osc, "/tracing/psi", 0.4)
    _send(osc, "/tracing/direction/bolder", 1.5)
    _send(osc, "/tracing/direction/bolder", -2.0)
    effective = desk.settings.effective
    assert effective.model.psi == pytest.approx(0.4)
    assert [(d.name, d.strength) for d in effective.editing.directions] == [("bolder", -2.0)]
    assert desk.settings.saved == {}


def test_osc_sound_is_turned_on_and_its_loudness_moved_unsaved(osc: Osc, desk: Desk) -> None:
    assert not desk.settings.effective.sound.enabled
    _send(osc, "/tracing/sound", 1)
    _send(osc, "/tracing/listen", 1)
    for part in ("volume", "grain", "bed", "cues"):
        _send(osc, f"/tracing/sound/{part}", 0.25)
    sound = desk.settings.effective.sound
    assert (sound.enabled, sound.listen) == (True, True)
    assert {sound.volume, sound.grain, sound.bed, sound.cues} == {0.25}
    _send(osc, "/tracing/sound", 0)
    assert not desk.settings.effective.sound.enabled
    assert desk.settings.saved == {}


def test_osc_scene_brings_its_own_volume(osc: Osc, desk: Desk) -> None:
    scene = Scene(name="Evening", settings={"sound": {"volume": 0.1}}, fade_s=0)
    desk.scenes.write(SceneBook().with_scene(scene))
    _send(osc, "/tracing/scene", "Evening")
    assert desk.settings.effective.sound.volume == 0.1


def test_osc_scene_is_switched_to_but_not_in_a_flood(
    osc: Osc, desk: Desk, clock: FakeClock
) -> None:
    book = SceneBook()
    for name, psi in (("Evening", 0.5), ("Morning", 0.9)):
        book = book.with_scene(Scene(name=name, settings={"model": {"psi": psi}}, fade_s=0))
    desk.scenes.write(book)
    _send(osc, "/tracing/scene", "Evening")
    _send(osc, "/tracing/scene", "Morning")
    assert desk.settings.effective.model.psi == 0.5
    clock.advance(2)
    _send(osc, "/tracing/scene", "Morning")
    assert desk.settings.effective.model.psi == 0.9


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("/tracing/psi", 99.0),
        ("/tracing/psi", float("nan")),
        ("/tracing/psi", "high"),
        ("/tracing/direction/unknown", 1.0),
        ("/tracing/scene", "unknown"),
        ("/tracing/nonsense", 1.0),
        ("/other/psi", 0.1),
    ],
)
def test_osc_what_is_not_possible_changes_nothing(
    osc: Osc, desk: Desk, address: str, value: object
) -> None:
    before = desk.settings.effective
    for _ in range(3):
        _send(osc, address, value)
    assert desk.settings.effective == before
    assert len(desk.events.newest(9, "osc")) <= 1


def test_osc_other_address_is_not_heard() -> None:
    inlet = Inlet(("127.0.0.1",))
    inlet.datagram_received(build_msg("/tracing/psi", 0.4).dgram, ("192.0.2.7", 1))
    assert inlet.take() == {}
    assert inlet.refused == 1


def test_osc_flood_keeps_the_newest_of_a_bounded_number() -> None:
    inlet = Inlet(("127.0.0.1",))
    for number in range(1000):
        inlet.datagram_received(build_msg(f"/tracing/{number}", 1.0).dgram, HERE)
        inlet.datagram_received(build_msg("/tracing/0", float(number)).dgram, HERE)
    wanted = inlet.take()
    assert len(wanted) <= 64
    assert wanted["/tracing/0"] == 999.0


def test_osc_port_taken_is_told_once_and_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TRY_AGAIN_S", 0.0)

    async def check() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            osc = Osc(desk, OscConfig(enabled=True, host="127.0.0.1", port=port))
            serving = asyncio.create_task(osc.serve())
            while not osc.fault:
                await asyncio.sleep(0)
        assert [record["text"] for record in desk.events.newest(9, "fault")] == [osc.fault]
        assert f"127.0.0.1:{port}: " in osc.fault
        while osc.fault:
            await asyncio.sleep(0)
        serving.cancel()

    asyncio.run(check())


def test_osc_garbage_is_dropped() -> None:
    rng, inlet = random.Random(1), Inlet(("127.0.0.1",))
    good = build_msg("/tracing/psi", 0.4).dgram
    for length in range(200):
        inlet.datagram_received(rng.randbytes(length), HERE)
        damaged = bytearray(good)
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        inlet.datagram_received(bytes(damaged[: rng.randrange(len(damaged) + 1)]), HERE)
        inlet.datagram_received(b"#bundle\0" + rng.randbytes(length), HERE)


def test_osc_tells_coverage_and_events(desk: Desk, table: FakeTable, clock: FakeClock) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(PATIENCE_S)
        target = f"127.0.0.1:{ear.getsockname()[1]}"
        osc = Osc(desk, OscConfig(enabled=True, send_to=(target,)), clock)
        table.say("engine", state="showing", coverage=0.25)
        osc._tell_coverage()
        osc._tell_event({"what": "trial reverted", "text": "why"})
        heard = [ear.recv(2000) for _ in range(2)]
    assert heard == [
        build_msg("/tracing/ink/coverage", 0.25).dgram,
        build_msg("/tracing/event/trial_reverted", "why").dgram,
    ]


def test_osc_invitation_and_farewell_are_set_unsaved(osc: Osc, desk: Desk) -> None:
    _send(osc, "/tracing/invitation", 0)
    _send(osc, "/tracing/label", 1)
    _send(osc, "/tracing/linger", 7.5)
    _send(osc, "/tracing/fade", 2)
    visit = desk.settings.effective.visit
    assert (visit.invitation, visit.linger_s, visit.fade_s) == (False, 7.5, 2.0)
    assert visit.label
