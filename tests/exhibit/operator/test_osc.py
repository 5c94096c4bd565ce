"""Other programs may move the table from allowed addresses, and nothing they send may break it."""

from __future__ import annotations

import asyncio
import json
import random
import socket
from pathlib import Path

import pytest
from pythonosc.osc_message_builder import build_msg

from exhibit.contract.board import CommandInbox
from exhibit.contract.bundle import DIRECTIONS_META
from exhibit.contract.laid_tokens import LaidToken, LaidTokenWriter
from exhibit.contract.settings.schema import OscConfig
from exhibit.contract.taking_home import PROCESS, who_asks
from exhibit.operator import osc as module
from exhibit.operator.bundles import Bundles
from exhibit.operator.desk import Desk
from exhibit.operator.osc import Osc
from exhibit.operator.osc_inlet import Inlet
from exhibit.operator.osc_sending import Outlet
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


def test_osc_figure_and_part_are_held_unsaved(osc: Osc, desk: Desk) -> None:
    _send(osc, "/tracing/figure", 1)
    _send(osc, "/tracing/direction/bolder", 1.5)
    _send(osc, "/tracing/part/bolder", "ink")
    editing = desk.settings.effective.editing
    assert editing.only_figure
    assert [(d.strength, d.part) for d in editing.directions] == [(1.5, "ink")]
    _send(osc, "/tracing/figure", 0)
    assert not desk.settings.effective.editing.only_figure
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


def test_osc_takehome_is_turned_on_and_off_unsaved(osc: Osc, desk: Desk) -> None:
    assert not desk.settings.effective.takehome.enabled
    _send(osc, "/tracing/takehome/enabled", 1)
    assert desk.settings.effective.takehome.enabled
    _send(osc, "/tracing/takehome/enabled", 0)
    assert not desk.settings.effective.takehome.enabled
    assert desk.settings.saved == {}


def test_osc_takehome_asks_for_what_is_drawn(osc: Osc, desk: Desk) -> None:
    _send(osc, "/tracing/takehome", 1)
    assert len(desk.events.newest(9, "osc")) == 1, "it is off"
    _send(osc, "/tracing/takehome/enabled", 1)
    _send(osc, "/tracing/takehome", 1)
    assert len(desk.events.newest(9, "osc")) == 2, "nobody is there to print"
    inbox = CommandInbox(desk.run_dir, PROCESS)
    _send(osc, "/tracing/takehome", 0)
    _send(osc, "/tracing/takehome", 1)
    assert [who_asks(command) for command in inbox.drain()] == ["osc"]
    inbox.close()


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


def test_osc_other_address_is_not_heard_and_told_once_with_it() -> None:
    told: list[str] = []
    inlet = Inlet(("127.0.0.1",), told.append)
    for sender in ("192.0.2.7", "192.0.2.7", "192.0.2.8"):
        inlet.datagram_received(build_msg("/tracing/psi", 0.4).dgram, (sender, 1))
    assert inlet.take() == {}
    assert told == [
        f"192.0.2.{last} is not in osc.allow; nothing that it sends is taken" for last in (7, 8)
    ]


def test_osc_desk_that_sends_all_that_it_does_is_one_line() -> None:
    told: list[str] = []
    inlet = Inlet(("127.0.0.1",), told.append)
    for number in range(100):
        inlet.datagram_received(build_msg(f"/cue/{number}", 1.0).dgram, HERE)
    assert told == ["from 127.0.0.1: /cue/0: expected an address that begins with /tracing/"]


@pytest.mark.parametrize(
    ("allowed", "sender"),
    [
        ("127.0.0.0/8", "127.0.0.1"),
        ("localhost", "::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "::ffff:10.0.0.1"),
    ],
)
def test_osc_networks_and_other_ways_to_write_an_address_are_heard(
    allowed: str, sender: str
) -> None:
    inlet = Inlet((allowed,))
    inlet.datagram_received(build_msg("/tracing/psi", 0.5).dgram, (sender, 1, 0, 0))
    assert inlet.take() == {"/tracing/psi": 0.5}


PSI = b"/tracing/psi\0\0\0\0"
HALF = bytes.fromhex("3f000000")


def _bundle(*parts: bytes) -> bytes:
    sizes = [len(part).to_bytes(4, "big") + part for part in parts]
    return b"#bundle\0" + bytes(7) + b"\1" + b"".join(sizes)


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [
        (b"rubbish", "neither a message nor a bundle"),
        (b"", "neither a message nor a bundle"),
        (PSI + HALF, "/tracing/psi has no type tags"),
        (b"/tracing/psi", "a text without an end"),
        (PSI + b",T\0\0", "/tracing/psi True is no message of the table"),
        (PSI + b",I\0\0", "/tracing/psi: expected exactly one value"),
        (PSI + b",\0\0\0", "/tracing/psi: expected exactly one value"),
        (PSI + b",ff\0" + HALF + HALF, "/tracing/psi: expected exactly one value"),
        (PSI + b",[f]\0\0\0\0" + HALF, "/tracing/psi: expected exactly one value"),
        (PSI + b",tf\0" + bytes(8) + HALF, "/tracing/psi: expected exactly one value"),
        (PSI + b",xf\0" + bytes(8) + HALF, "the type 'x' is not known"),
        (PSI + b",f\0\0" + HALF + HALF, "/tracing/psi is longer than its type tags"),
        (PSI + b",f\0\0" + b"\0", "a message that ends within a value"),
        (PSI + b",b\0\0" + b"\x7f\0\0\0", "a message that ends within a value"),
        (PSI + b",b\0\0" + b"\xff\0\0\0", "a message that ends within a value"),
        (PSI + b",s\0\0" + "mørk".encode("latin-1") + b"\0" * 4, "a text that is no UTF-8"),
        (b"/tracing/ps?\0\0\0\0,f\0\0" + HALF, "/tracing/ps?: address patterns are not taken"),
        (b"/*/psi\0\0,f\0\0" + HALF, "/*/psi: address patterns are not taken"),
        (b"/Tracing/psi\0\0\0\0,f\0\0" + HALF, "expected an address that begins with /tracing/"),
        (b"/other/*\0\0\0\0,f\0\0" + HALF, "expected an address that begins with /tracing/"),
        (b"#bundle\0", "a bundle that ends too early"),
        (_bundle(b"x" * 8)[:-4], "a bundle whose parts are longer"),
    ],
)
def test_osc_what_cannot_be_taken_is_recorded_once_a_sender(
    osc: Osc, desk: Desk, datagram: bytes, reason: str
) -> None:
    before = desk.settings.effective
    for _ in range(2):
        osc.inlet.datagram_received(datagram, HERE)
        osc.apply(osc.inlet.take())
    assert desk.settings.effective == before
    assert len(desk.events.newest(9, "osc refused", reason)) == 1


@pytest.mark.parametrize(
    "bad",
    [
        b"/cue/name\0\0\0,s\0\0" + "Dæmpet".encode("latin-1") + b"\0\0",
        b"/cue\0\0\0\0,xf\0" + bytes(12),
        b"rubbish\0",
        b"",
        _bundle(b"x" * 8)[:-4],
    ],
)
def test_osc_good_values_of_a_bundle_stay_beside_bad_ones(osc: Osc, desk: Desk, bad: bytes) -> None:
    follow = build_msg("/tracing/follow", 0.25).dgram
    osc.inlet.datagram_received(_bundle(PSI + b",f\0\0" + HALF, bad, _bundle(follow)), HERE)
    osc.apply(osc.inlet.take())
    model = desk.settings.effective.model
    assert (model.psi, model.follow) == (0.5, 0.25)
    assert len(desk.events.newest(9, "osc refused", "from 127.0.0.1")) == 1


@pytest.mark.parametrize(
    "value",
    [b",f\0\0" + HALF, b",d\0\0" + bytes.fromhex("3fe0000000000000")],
)
def test_osc_number_of_either_length_is_taken(osc: Osc, desk: Desk, value: bytes) -> None:
    osc.inlet.datagram_received(PSI + value, HERE)
    osc.apply(osc.inlet.take())
    assert desk.settings.effective.model.psi == 0.5


@pytest.mark.parametrize("value", [1, 1.0, True])
def test_osc_switch_takes_a_number_or_true(osc: Osc, desk: Desk, value: object) -> None:
    _send(osc, "/tracing/sound", value)
    assert desk.settings.effective.sound.enabled
    _send(osc, "/tracing/sound", 0.5)
    _send(osc, "/tracing/sound", float("nan"))
    assert desk.settings.effective.sound.enabled
    assert len(desk.events.newest(9, "osc refused", "/tracing/sound")) == 2


@pytest.mark.parametrize("address", ["/tracing/scene/Late_evening", "/tracing/scene/Late evening"])
def test_osc_button_switches_to_the_scene_of_its_address(
    osc: Osc, desk: Desk, clock: FakeClock, address: str
) -> None:
    scene = Scene(name="Late evening", settings={"model": {"psi": 0.5}}, fade_s=0)
    desk.scenes.write(SceneBook().with_scene(scene))
    osc.inlet.datagram_received(build_msg(address, 1.0).dgram, HERE)
    osc.inlet.datagram_received(build_msg(address, 0.0).dgram, HERE)
    osc.apply(osc.inlet.take())
    assert desk.scenes.book.active == "Late evening"
    assert desk.events.newest(9, "osc refused") == []


@pytest.mark.parametrize(
    ("address", "value"),
    [("/tracing/scene/Dusk", 1.0), ("/tracing/scene/Dusk", "Dusk"), ("/tracing/scene", 1.0)],
)
def test_osc_scene_that_is_not_there_or_not_named_is_recorded(
    osc: Osc, desk: Desk, address: str, value: object
) -> None:
    _send(osc, address, value)
    assert len(desk.events.newest(9, "osc refused")) == 1


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


def test_osc_fault_of_its_own_is_told_and_does_not_end_the_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TRY_AGAIN_S", 0.0)

    async def check() -> None:
        osc = Osc(desk, OscConfig(enabled=True, port=0))
        monkeypatch.setattr(osc, "_tell_coverage", lambda: 1 / 0)
        serving = asyncio.create_task(osc.serve())
        while not osc.fault:
            await asyncio.sleep(0)
        assert not serving.done()
        serving.cancel()

    asyncio.run(check())
    assert len(desk.events.newest(9, "fault", "osc: division by zero")) == 1


def test_osc_name_of_a_host_is_looked_up_beside_and_sent_to() -> None:
    told: list[str] = []

    async def check(port: int) -> None:
        outlet = Outlet((f"localhost:{port}", "no-such-host.invalid:9001"), told.append)
        looking_up = asyncio.create_task(outlet.look_up())
        while not told:
            await asyncio.sleep(0.01)
        looking_up.cancel()
        outlet.send("/tracing/event/fault", "half a letter \ud83d, and \0")

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(PATIENCE_S)
        asyncio.run(check(ear.getsockname()[1]))
        assert ear.recv(2000) == build_msg("/tracing/event/fault", "half a letter ?, and ?").dgram
    assert told[0].startswith("osc.send_to: no-such-host.invalid: ")


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


def test_osc_tells_which_tokens_lie_and_how_they_are_turned(desk: Desk) -> None:
    writer = LaidTokenWriter(desk.run_dir)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(PATIENCE_S)
        target = f"127.0.0.1:{ear.getsockname()[1]}"
        osc = Osc(desk, OscConfig(enabled=True, send_to=(target,)))
        for angles in ((10.0,), (10.0,), (12.5,), ()):
            writer.publish(1, 1.0, [LaidToken(3, angle, 0.5, 0.5, 1.0) for angle in angles])
            osc._tell_tokens()
        heard = [ear.recv(2000) for _ in range(4)]
    assert heard == [
        build_msg("/tracing/token/3/laid", 1.0).dgram,
        build_msg("/tracing/token/3/angle", 10.0).dgram,
        build_msg("/tracing/token/3/angle", 12.5).dgram,
        build_msg("/tracing/token/3/laid", 0.0).dgram,
    ]


def test_osc_turns_tokens_on_unsaved(osc: Osc, desk: Desk) -> None:
    _send(osc, "/tracing/tokens", 1)
    assert desk.settings.effective.tokens.enabled
    assert "tokens" not in desk.settings.saved
