"""A process that dies, hangs or refuses must be dealt with, and none may be left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from exhibit.contract.board import read_status, write_status
from exhibit.contract.errors import REFUSED
from exhibit.contract.settings.schema import Config, SoundConfig, StageConfig, SupervisorConfig
from exhibit.supervisor import supervisor as module
from exhibit.supervisor.processes import ProcessSpec, process_table
from exhibit.supervisor.resources import ResourceMeter
from exhibit.supervisor.supervisor import Supervisor
from tests.patience import wait_until

QUICK = SupervisorConfig(heartbeat_timeout_s=120, backoff_min_s=0.05, backoff_max_s=0.1)
IMPATIENT = QUICK.model_copy(update={"heartbeat_timeout_s": 0.5})


def _spec(name: str, behaviour: str, essential: bool = False) -> ProcessSpec:
    return ProcessSpec(name, "tests.fakes.child", (name, behaviour), essential=essential)


def _alive(supervisor: Supervisor, name: str) -> bool:
    child = supervisor.watched[name].child
    return child is not None and child.heart.last > 0


def _running(pid: int) -> bool:
    # Where nothing reaps orphans, an ended process stays as a zombie.
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _run_until(supervisor: Supervisor, condition: object, what: str) -> None:
    def ticked() -> bool:
        assert supervisor.tick() is None
        return bool(condition())  # type: ignore[operator]

    wait_until(ticked, what)


def test_supervisor_killed_process_is_restarted(tmp_path: Path) -> None:
    supervisor = Supervisor([_spec("engine", "steady")], QUICK, tmp_path)
    try:
        _run_until(supervisor, lambda: _alive(supervisor, "engine"), "first start")
        write_status(tmp_path, "engine", {"pictures": 7})
        first = supervisor.watched["engine"].pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        engine = supervisor.watched["engine"]
        _run_until(supervisor, lambda: engine.restarts and _alive(supervisor, "engine"), "restart")
        assert engine.pid != first
        assert engine.last_exit == "SIGKILL"
        assert engine.past["pictures"] == 7
        assert read_status(tmp_path, "engine") == {}
    finally:
        supervisor.stop()


@pytest.mark.parametrize("behaviour", ["hang", "steady"])
def test_supervisor_silent_process_is_killed(tmp_path: Path, behaviour: str) -> None:
    # A hung process says where it hangs; a stopped one (SIGSTOP) takes no signal but SIGKILL, and
    # is known at once, however patient the supervisor is with one that is silent.
    config = IMPATIENT if behaviour == "hang" else QUICK
    supervisor = Supervisor([_spec("engine", behaviour)], config, tmp_path)
    engine = supervisor.watched["engine"]
    try:
        _run_until(supervisor, lambda: _alive(supervisor, "engine"), "first start")
        assert engine.pid is not None
        if behaviour == "steady":
            os.kill(engine.pid, signal.SIGSTOP)
        _run_until(supervisor, lambda: engine.restarts == 1, "kill of the silent process")
        hung = "no sign of life (SIGABRT)", "stopped by a signal (SIGKILL)"
        assert engine.last_exit == hung[behaviour == "steady"]
        assert ("threading.py" in engine.last_words) == (behaviour == "hang")
    finally:
        supervisor.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's scheduler")
def test_supervisor_start_that_does_nothing_is_ended_and_the_next_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start on a graphics card may take minutes; in a driver that hangs it takes for ever."""
    monkeypatch.setattr(module, "STANDS_STILL_FOR_S", 2.0)
    spec = ProcessSpec(
        "engine", "tests.fakes.child", ("engine", "stuck"), 3600.0, told_of_hangs=True
    )
    supervisor = Supervisor([spec], QUICK, tmp_path)
    engine = supervisor.watched["engine"]
    try:
        _run_until(supervisor, lambda: _alive(supervisor, "engine"), "a start that knows of a hang")
        assert (engine.restarts, engine.hangs) == (1, 1)
        assert engine.last_exit == "no sign of life (SIGABRT)"
        # What a person starts anew begins without a past.
        supervisor.restart("engine")
        _run_until(supervisor, lambda: engine.restarts == 2, "the end that was asked for")
        assert engine.hangs == 0
    finally:
        supervisor.stop()


def test_process_table_the_engine_alone_is_told_how_often_it_hung() -> None:
    told = {
        spec.name: spec.command(Path("run"), hangs=2)[-2:] for spec in process_table("headless")
    }
    assert told.pop("engine") == ["--hangs", "2"]
    assert all("--hangs" not in ending for ending in told.values())


def test_supervisor_process_that_grows_beyond_its_limit_is_ended_and_started_anew(
    tmp_path: Path,
) -> None:
    config = QUICK.model_copy(update={"memory_limit_mb": 150.0})
    supervisor = Supervisor([_spec("web", "grow"), _spec("sound", "steady")], config, tmp_path)
    web, sound = supervisor.watched["web"], supervisor.watched["sound"]
    meter = ResourceMeter(0.0)

    def ended() -> bool:
        supervisor.limit_memory(meter.sample([p for p in (web.pid, sound.pid) if p], 0.0))
        return bool(web.restarts)

    try:
        _run_until(supervisor, ended, "end of the process that grows")
        _run_until(supervisor, lambda: _alive(supervisor, "web"), "its next life")
        said = re.fullmatch(r"took (\d+) MB of memory, of 150 MB \(SIG\w+\)", web.last_exit)
        assert said is not None and int(said[1]) >= 150
        assert web.last_words.startswith('File "')  # where it was
        assert sound.restarts == 0
        assert 5 < supervisor.describe()["sound"]["memory_mb"] < 150
    finally:
        supervisor.stop()


def test_supervisor_engine_has_a_memory_limit_of_its_own(tmp_path: Path) -> None:
    supervisor = Supervisor([_spec("engine", "steady"), _spec("web", "steady")], QUICK, tmp_path)
    engine, web = supervisor.watched["engine"], supervisor.watched["web"]
    try:
        _run_until(supervisor, lambda: _alive(supervisor, "engine"), "first start")
        assert engine.pid and web.pid
        supervisor.limit_memory({engine.pid: 3999.0, web.pid: 801.0})
        assert (engine.aborted_for, web.aborted_for) == ("", "took 801 MB of memory, of 800 MB")
    finally:
        supervisor.stop()


def test_supervisor_refusing_process_ends_the_table(tmp_path: Path) -> None:
    supervisor = Supervisor([_spec("engine", "refuse")], QUICK, tmp_path)
    endings: list[int | None] = []
    wait_until(lambda: endings.append(supervisor.tick()) or endings[-1], "refusal")
    assert endings[-1] == REFUSED


def test_supervisor_refusing_process_of_a_service_is_tried_again(tmp_path: Path) -> None:
    spec = _spec("stage", "refuse", essential=True)
    supervisor = Supervisor([spec], QUICK, tmp_path, attended=False)
    try:
        stage = supervisor.watched["stage"]
        _run_until(supervisor, lambda: stage.restarts == 2, "two more attempts")
        assert stage.last_exit == "exit code 2"
    finally:
        supervisor.stop()


def test_supervisor_essential_process_out_of_budget_ends_the_table(tmp_path: Path) -> None:
    config = QUICK.model_copy(update={"restart_budget": 1})
    spec = _spec("stage", "crash", essential=True)
    supervisor = Supervisor([spec], config, tmp_path)
    endings: list[int | None] = []
    wait_until(lambda: endings.append(supervisor.tick()) or endings[-1], "end")
    assert endings[-1] == 1
    assert supervisor.watched["stage"].restarts == 1


def test_supervisor_stop_ends_willing_and_deaf_processes(tmp_path: Path) -> None:
    table = [_spec("stage", "steady"), _spec("engine", "deaf")]
    supervisor = Supervisor(table, QUICK, tmp_path)
    _run_until(supervisor, lambda: all(_alive(supervisor, s.name) for s in table), "start")
    pids = [watched.pid for watched in supervisor.watched.values()]
    supervisor.stop()
    assert not any(pid is not None and psutil.pid_exists(pid) for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="uses Linux's parent-death signal")
def test_supervisor_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; "
        "from tests.exhibit.supervisor import test_supervisor as t; "
        "d = Path(sys.argv[1]); s = t.Supervisor([t._spec('engine', 'steady')], t.QUICK, d);\n"
        "while True: s.tick(); print(s.watched['engine'].pid, flush=True); time.sleep(0.05)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert _running(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not _running(pid), "the child ends with its parent")


def test_supervisor_keeps_the_last_words_of_a_process_and_passes_them_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor([_spec("engine", "refuse")], QUICK, tmp_path, attended=False)
    try:
        engine = supervisor.watched["engine"]
        _run_until(supervisor, lambda: engine.restarts, "an end")
        assert supervisor.describe()["engine"]["last_words"] == "Error: not with me"
    finally:
        supervisor.stop()
    assert "Error: not with me" in capfd.readouterr().err


SOUND_ON = Config(sound=SoundConfig(enabled=True))


def _switched(name: str, behaviour: str = "switch") -> ProcessSpec:
    """Return a process that is on where sound is."""
    arguments = (name, behaviour)
    return ProcessSpec(name, "tests.fakes.child", arguments, is_on=lambda c: c.sound.enabled)


def test_supervisor_leaves_out_what_is_off_until_settings_turn_it_on(tmp_path: Path) -> None:
    supervisor = Supervisor([_switched("sound")], QUICK, tmp_path)
    sound = supervisor.watched["sound"]
    supervisor.follow(Config())
    for _ in range(3):
        assert supervisor.tick() is None
    assert (sound.pid, supervisor.describe()["sound"]["off"]) == (None, True)
    supervisor.follow(SOUND_ON)
    try:
        assert supervisor.tick() is None
        told = supervisor.describe()["sound"]
        assert told["pid"] is not None
        _run_until(supervisor, lambda: _alive(supervisor, "sound"), "its first sign of life")
        assert supervisor.tick() is None
        assert not supervisor.describe()["sound"]["off"]
        write_status(tmp_path, "sound", {"underruns": 2})
        supervisor.follow(Config())
        (tmp_path / "sound.off").touch()
        _run_until(supervisor, lambda: sound.child is None, "its end")
        assert supervisor.tick() is None
        told = supervisor.describe()["sound"]
        assert (told["off"], told["restarts"], told["last_exit"]) == (True, 0, "")
        assert (read_status(tmp_path, "sound"), sound.past["underruns"]) == ({}, 2)
        (tmp_path / "sound.off").unlink()
        supervisor.follow(SOUND_ON)
        _run_until(supervisor, lambda: _alive(supervisor, "sound"), "another life")
        assert sound.restarts == 0
    finally:
        supervisor.stop()


def test_supervisor_what_dies_while_it_is_turned_off_is_not_started_again(tmp_path: Path) -> None:
    supervisor = Supervisor([_switched("sound")], QUICK, tmp_path)
    sound = supervisor.watched["sound"]
    supervisor.follow(SOUND_ON)
    try:
        _run_until(supervisor, lambda: _alive(supervisor, "sound"), "start")
        supervisor.follow(Config())
        assert sound.pid is not None
        os.kill(sound.pid, signal.SIGKILL)
        _run_until(supervisor, lambda: sound.rests, "rest")
        assert sound.pid is None
    finally:
        supervisor.stop()


def test_supervisor_what_was_turned_on_and_dies_at_its_start_is_told(tmp_path: Path) -> None:
    """One that refuses then must not end a table that is shown, either."""
    supervisor = Supervisor([_switched("sound", "refuse")], QUICK, tmp_path)
    sound = supervisor.watched["sound"]
    supervisor.follow(Config())
    assert supervisor.tick() is None
    supervisor.follow(SOUND_ON)
    try:
        _run_until(supervisor, lambda: sound.restarts, "its end")
        told = supervisor.describe()["sound"]
        assert (told["off"], told["last_exit"]) == (False, "exit code 2")
    finally:
        supervisor.stop()


def test_supervisor_starts_what_is_off_once_to_finish_what_may_be_left(tmp_path: Path) -> None:
    places = frozenset({tmp_path / "shop"})
    spec = replace(
        _switched("takehome"),
        left_at=lambda c: places if c.stage.fps == 60 else places | {tmp_path / "other"},
    )
    supervisor = Supervisor([spec], QUICK, tmp_path)
    takehome = supervisor.watched["takehome"]
    supervisor.follow(Config())
    try:
        _run_until(supervisor, lambda: _alive(supervisor, "takehome"), "a look")
        assert takehome.pid is not None
        os.kill(takehome.pid, signal.SIGKILL)
        _run_until(supervisor, lambda: takehome.restarts, "an end before it was done")
        _run_until(supervisor, lambda: _alive(supervisor, "takehome"), "another look")
        (tmp_path / "takehome.off").touch()
        _run_until(supervisor, lambda: takehome.rests, "its word that nothing is left")
        for _ in range(3):
            supervisor.follow(Config())
            assert supervisor.tick() is None
        assert takehome.pid is None
        (tmp_path / "takehome.off").unlink()
        supervisor.follow(Config(stage=StageConfig(fps=30)))
        _run_until(supervisor, lambda: _alive(supervisor, "takehome"), "a look elsewhere")
    finally:
        supervisor.stop()
